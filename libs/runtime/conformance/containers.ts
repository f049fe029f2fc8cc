import { describe, expect, it } from '@jest/globals';
import { TestPod, type RuntimeCapabilities, type Subject } from './fixture.js';

const MIB = 1024 * 1024;
/** Takes 16 MiB, and more while it copies. */
const GROW = 'x=aaaaaaaa; i=0; while [ $i -lt 21 ]; do x=$x$x; i=$((i+1)); done; i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; exit 0';

export function containers(subject: () => Subject, capabilities: RuntimeCapabilities): void {
  describe('containers', () => {
    it('go from CREATED to RUNNING to EXITED', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.create('app', ['sh', '-c', 'read line; exit 0'], { stdin: true, labels: { a: 'b' }, annotations: { c: 'd' } });
      expect(await pod.status(id)).toMatchObject({
        id,
        sandboxId: pod.sandboxId,
        state: 'CREATED',
        startedAt: 0,
        finishedAt: 0,
        labels: { a: 'b' },
        annotations: { c: 'd' },
      });
      await pod.runtime.startContainer(id);
      const running = await pod.status(id);
      expect(running).toMatchObject({ state: 'RUNNING', finishedAt: 0, metadata: { name: 'app', attempt: 0 }, image: subject().image });
      expect(running.startedAt).toBeGreaterThanOrEqual(running.createdAt);
      await pod.runtime.stopContainer(id, 0);
      const ended = await pod.exited(id);
      expect(ended.finishedAt).toBeGreaterThanOrEqual(ended.startedAt);
      await expect(pod.runtime.startContainer(id)).rejects.toMatchObject({ name: 'RuntimeError' });
      await pod.remove();
    });

    it('that are init containers prepare what the app finds', async () => {
      const pod = TestPod.plan(subject());
      const hostPath = await pod.runtime.prepareVolume(pod.uid, 'work', { kind: 'emptyDir', medium: '' });
      await pod.runSandbox();
      const mounts = [{ hostPath, containerPath: '/work', readonly: false }];
      expect(await pod.exited(await pod.sh('init', 'echo prepared > /work/file', { mounts }))).toMatchObject({ exitCode: 0 });
      expect(await pod.outputOf('app', 'cat /work/file', { mounts })).toBe('prepared\n');
      await pod.remove();
    });

    it.each([
      ['true', 0, 'Completed'],
      ['exit 3', 3, 'Error'],
      ['exit 255', 255, 'Error'],
      ['nosuchcommand', 127, 'Error'],
      ['sh -c "kill -9 \\$\\$"; exit $?', 137, 'Error'],
    ])('that run %p end with %i, %s', async (script, exitCode, reason) => {
      const pod = await TestPod.run(subject());
      expect(await pod.exited(await pod.sh('app', script))).toMatchObject({ exitCode, reason });
      await pod.remove();
    });

    it('whose command is not there do not start: 128, StartError', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.create('app', ['nosuchcommand']);
      await expect(pod.runtime.startContainer(id)).rejects.toMatchObject({
        code: 'START_FAILED',
        message: expect.stringMatching(/unable to start container process:.* exec: "nosuchcommand": executable file not found in \$PATH/),
      });
      expect(await pod.status(id)).toMatchObject({
        state: 'EXITED',
        exitCode: 128,
        reason: 'StartError',
        message: expect.stringContaining('nosuchcommand'),
      });
      await pod.remove();
    });

    it('get their environment, working directory and user', async () => {
      const pod = await TestPod.run(subject());
      const envs = [
        { key: 'GREETING', value: 'hello world' },
        { key: 'EMPTY', value: '' },
      ];
      const text = await pod.outputOf('app', 'echo "$GREETING/${EMPTY-unset}/$PATH"; pwd; id -u; id -g', {
        envs,
        workingDir: '/tmp',
        runAsUser: 1000,
        runAsGroup: 2000,
      });
      expect(text).toMatch(/^hello world\/\/.*\/bin.*\n\/tmp\n1000\n2000\n$/);
      await pod.remove();
    });

    it('have the further groups that they are given', async () => {
      const pod = await TestPod.run(subject());
      expect(await pod.outputOf('app', 'id -G', { runAsUser: 1000, runAsGroup: 2000, supplementalGroups: [3000, 4000] })).toBe('2000 3000 4000\n');
      await pod.remove();
    });

    it('run the command with its args, or the args with the entrypoint of the image', async () => {
      const pod = await TestPod.run(subject());
      const command = await pod.start('command', ['echo'], { args: ['a', 'b c'] });
      const args = await pod.start('args', [], { args: ['sh', '-c', 'echo "$0"', 'x y'] });
      await pod.exited(command);
      await pod.exited(args);
      expect([await pod.logText('command'), await pod.logText('args')]).toEqual(['a b c\n', 'x y\n']);
      await pod.remove();
    });

    it('start from a fresh root each time', async () => {
      const pod = await TestPod.run(subject());
      const script = 'ls /tmp; echo mine > /tmp/file';
      expect(await pod.outputOf('one', script)).toBe('');
      expect(await pod.outputOf('two', script)).toBe('');
      await pod.remove();
    });

    it.each([
      ['where the kubelet puts it by default', '/dev/termination-log'],
      ['in a folder that the image does not have', '/var/last/words'],
    ])('leave a message %s', async (_where, terminationMessagePath) => {
      const pod = await TestPod.run(subject());
      const options = { terminationMessagePath, runAsUser: 1000, readonlyRootfs: true };
      const script = `test -f ${terminationMessagePath} && test ! -s ${terminationMessagePath} && echo -n "it was m\u00e9" > ${terminationMessagePath}; exit 3`;
      const first = await pod.exited(await pod.sh('app', script, options));
      expect(first).toMatchObject({ exitCode: 3, terminationMessage: 'it was m\u00e9' });
      const second = await pod.exited(await pod.sh('app', script, { ...options, attempt: 1 }));
      expect(second).toMatchObject({ exitCode: 3, terminationMessage: 'it was m\u00e9' });
      const silent = await pod.exited(await pod.sh('app', 'exit 4', { ...options, attempt: 2 }));
      expect(silent.terminationMessage).toBeUndefined();
      await pod.remove();
    });

    it('of whose long message the end is told', async () => {
      const pod = await TestPod.run(subject());
      const script = 'i=0; while [ $i -lt 1000 ]; do echo "line $i"; i=$((i+1)); done > /dev/termination-log';
      const { terminationMessage } = await pod.exited(await pod.sh('app', script, { terminationMessagePath: '/dev/termination-log' }));
      expect([terminationMessage?.length, terminationMessage?.endsWith('line 998\nline 999\n')]).toEqual([4096, true]);
      await pod.remove();
    });

    it('with a read-only root cannot write to it', async () => {
      const pod = await TestPod.run(subject());
      expect(await pod.outputOf('app', 'echo x > /tmp/file || echo refused', { readonlyRootfs: true })).toContain('refused\n');
      await pod.remove();
    });

    if (capabilities.privileges) {
      it('may do what they are given, and no more', async () => {
        const pod = await TestPod.run(subject());
        const own = async (name: string, options: object) => {
          const text = await pod.outputOf(name, 'grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status', options);
          const [effective, noNew, seccomp] = ['CapEff', 'NoNewPrivs', 'Seccomp'].map((field) => new RegExp(`^${field}:\\s*(\\w+)$`, 'm').exec(text)![1]!);
          return { netAdmin: (BigInt(`0x${effective}`) >> 12n) & 1n, chown: BigInt(`0x${effective}`) & 1n, noNew, seccomp };
        };
        expect(await own('usual', {})).toEqual({ netAdmin: 0n, chown: 1n, noNew: '0', seccomp: '0' });
        const options = { capabilities: { add: ['NET_ADMIN'], drop: ['CHOWN'] }, noNewPrivileges: true, seccomp: 'RuntimeDefault' };
        expect(await own('given', options)).toEqual({ netAdmin: 1n, chown: 0n, noNew: '1', seccomp: '2' });
        expect(await own('bare', { capabilities: { add: [], drop: ['ALL'] }, seccomp: 'Unconfined' })).toEqual({ netAdmin: 0n, chown: 0n, noNew: '0', seccomp: '0' });
        await pod.remove();
      });
    }

    it('that grow past their memory limit are killed, whole', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.sh('app', GROW, { resources: { memoryBytes: 16 * MIB } });
      expect(await pod.exited(id)).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
      await pod.remove();
    });

    it('take new limits while they run: one that is lower is the one that they are killed by', async () => {
      const pod = await TestPod.run(subject());
      const script = `echo ready; read line; ${GROW}`;
      const limits = { memoryBytes: 200 * MIB, cpuMillis: 500 };
      const ids = await Promise.all(['kept', 'lowered', 'raised'].map((name) => pod.sh(name, script, { stdin: true, resources: name === 'raised' ? { memoryBytes: 16 * MIB } : limits })));
      for (const name of ['kept', 'lowered', 'raised']) await pod.logged(name, 'ready');
      const [kept, lowered, raised] = ids as [string, string, string];
      await pod.runtime.updateContainerResources(kept, { cpuMillis: 800, cpuRequestMillis: 200 });
      await pod.runtime.updateContainerResources(lowered, { memoryBytes: 16 * MIB });
      await pod.runtime.updateContainerResources(raised, { memoryBytes: 200 * MIB });
      for (const id of ids) {
        const session = await pod.runtime.attach(id, { tty: false, stdin: true, stdout: false, stderr: false });
        session.stdin!.write('go\n');
      }
      expect(await pod.exited(kept)).toMatchObject({ exitCode: 0 });
      expect(await pod.exited(lowered)).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
      expect(await pod.exited(raised)).toMatchObject({ exitCode: 0 });
      // Too late, and no mistake.
      await pod.runtime.updateContainerResources(raised, { memoryBytes: 64 * MIB });
      await pod.remove();
    });
  });

  describe('stopping a container', () => {
    it('lets it end by its stop signal', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.sh('app', 'trap "echo bye; exit 0" TERM; echo ready; while true; do sleep 1; done');
      await pod.logged('app', 'ready');
      await pod.runtime.stopContainer(id, 30_000);
      expect(await pod.status(id)).toMatchObject({ state: 'EXITED', exitCode: 0, reason: 'Completed' });
      expect(await pod.logText('app')).toBe('ready\nbye\n');
      await pod.remove();
    });

    it('sends the stop signal that was asked for', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.sh('app', 'trap "exit 7" USR1; echo ready; while true; do sleep 1; done', { stopSignal: 'SIGUSR1' });
      await pod.logged('app', 'ready');
      await pod.runtime.stopContainer(id, 30_000);
      expect(await pod.status(id)).toMatchObject({ exitCode: 7 });
      await pod.remove();
    });

    it.each([
      ['after the grace time, when PID 1 does not handle the signal', 1000],
      ['at once, without a grace time', 0],
    ])('kills it %s', async (_when, graceMs) => {
      const pod = await TestPod.run(subject());
      const id = await pod.start('app', ['sleep', '3600']);
      await pod.runtime.stopContainer(id, graceMs);
      const status = await pod.status(id);
      expect(status).toMatchObject({ state: 'EXITED', exitCode: 137, reason: 'Error' });
      expect(status.finishedAt - status.startedAt).toBeGreaterThanOrEqual(graceMs);
      await pod.remove();
    });

    it('that has ended or is gone', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.sh('app', 'exit 4');
      await pod.exited(id);
      await pod.runtime.stopContainer(id, 1000);
      expect(await pod.status(id)).toMatchObject({ exitCode: 4 });
      for (let i = 0; i < 2; i++) await pod.runtime.removeContainer(id);
      expect(await pod.runtime.listContainers({ podUid: pod.uid })).toEqual([]);
      await pod.remove();
    });
  });
}
