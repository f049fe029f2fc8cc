import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import { readAll, TestPod, until, type Subject } from '#runtime/conformance';
import type { VirtualRuntimeOptions } from './options.js';
import { createVirtualRuntime, type VirtualRuntime } from './runtime.js';

let folder = '';
const warnings: string[] = [];
const started: VirtualRuntime[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podbox-runtime-'));
  warnings.length = 0;
});
afterEach(async () => {
  for (const runtime of started.splice(0)) await runtime.close();
  await rm(folder, { recursive: true });
});

async function start(options: Partial<VirtualRuntimeOptions> = {}): Promise<Subject & { runtime: VirtualRuntime }> {
  const runtime = await createVirtualRuntime({
    clock: new SystemClock(),
    dataDir: folder,
    nodeIp: '10.0.0.1',
    threads: 1,
    warn: (message) => warnings.push(message),
    ...options,
  });
  started.push(runtime);
  await runtime.pullImage({ image: 'busybox' });
  return { runtime, logFolder: join(folder, 'logs'), image: 'busybox', missingImage: 'busybox:none', dispose: () => Promise.resolve() };
}

const diskFile = (pod: TestPod, name: string) => join(folder, 'volumes', pod.uid, `${name}.volume`);
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** A pod with an emptyDir on disk and one in memory, each with a file in it. */
async function podWithFiles(subject: Subject): Promise<{ pod: TestPod; mounts: { hostPath: string; containerPath: string; readonly: boolean }[] }> {
  const pod = TestPod.plan(subject);
  const mounts = [
    { hostPath: await pod.runtime.prepareVolume(pod.uid, 'disk', { kind: 'emptyDir', medium: '' }), containerPath: '/disk', readonly: false },
    {
      hostPath: await pod.runtime.prepareVolume(pod.uid, 'memory', { kind: 'emptyDir', medium: 'Memory' }),
      containerPath: '/memory',
      readonly: false,
    },
  ];
  await pod.runtime.prepareVolume(pod.uid, 'unused', { kind: 'emptyDir', medium: '' });
  await pod.runSandbox();
  await pod.exited(await pod.sh('writer', 'mkdir /disk/sub; for f in /disk/sub/file /memory/file; do echo kept > $f; done', { mounts }));
  return { pod, mounts };
}
const SHOW = 'cat /disk/sub/file; ls /memory';

describe('a thread that is lost', () => {
  it.each([
    ['dies of an error', 'die'],
    ['hangs', 'stall'],
  ] as const)('because it %s ends its pods as a reboot would, and is replaced', async (_how, fault) => {
    const subject = await start({ stallAfterMs: 4000, persistAfterMs: 1 });
    const { runtime } = subject;
    const { pod, mounts } = await podWithFiles(subject);
    const running = await pod.sh('app', 'sleep 3600', { mounts });
    const created = await pod.create('created', ['true']);
    const session = await runtime.exec(running, { command: ['sleep', '3600'], tty: false, stdin: false, stdout: true, stderr: true });
    const stopped = runtime.stopContainer(running, 60_000);
    // The first copy on disk may be one from between mkdir and the file.
    await until('the file to be on disk', async () => (await isThere(diskFile(pod, 'disk'))) && (await readFile(diskFile(pod, 'disk'), 'latin1')).includes('kept'));

    runtime.fault(pod.uid, fault);
    expect(await pod.exited(running)).toMatchObject({ exitCode: 137, reason: 'Error' });
    await stopped;
    await expect(session.exit).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await runtime.listPodSandboxes({ podUid: pod.uid }))[0]?.state).toBe('NOTREADY');
    expect((await pod.status(created)).state).toBe('CREATED');
    expect(warnings.join()).toContain('and 1 pods with it');

    await runtime.stopPodSandbox(pod.sandboxId);
    await pod.runSandbox(1);
    expect(await pod.outputOf('again', SHOW, { mounts })).toBe('kept\n');
    await pod.remove();
  });

  it('leaves the pods of other threads alone', async () => {
    const subject = await start({ threads: 2 });
    const [lost, kept] = [await TestPod.run(subject), await TestPod.run(subject)];
    const ids = [await lost.sh('app', 'sleep 3600'), await kept.sh('app', 'sleep 3600')];
    subject.runtime.fault(lost.uid, 'die');
    await lost.exited(ids[0] ?? '');
    expect(await kept.status(ids[1] ?? '')).toMatchObject({ state: 'RUNNING' });
    await kept.remove();
    await lost.remove();
  });
});

describe('emptyDirs', () => {
  it('come back in the next process, those in memory do not, and those without files were never on disk', async () => {
    const first = await start();
    const { pod, mounts } = await podWithFiles(first);
    await first.runtime.close();
    expect(await Promise.all(['disk', 'memory', 'unused'].map((name) => isThere(diskFile(pod, name))))).toEqual([true, false, false]);

    const second = await start();
    expect(await second.runtime.listVolumes()).toEqual([{ podUid: pod.uid, volumeName: 'disk' }]);
    const again = Object.assign(TestPod.plan(second), { uid: pod.uid });
    for (const [name, medium] of [
      ['disk', ''],
      ['memory', 'Memory'],
    ] as const)
      await second.runtime.prepareVolume(pod.uid, name, { kind: 'emptyDir', medium });
    Object.assign(again.config.metadata, { uid: pod.uid });
    await again.runSandbox();
    expect(await again.outputOf('again', SHOW, { mounts })).toBe('kept\n');
    await again.remove();
    await until('the file to be gone', async () => !(await isThere(join(folder, 'volumes', pod.uid))));
  });

  it('of pods that no longer exist can be removed without a thread', async () => {
    const first = await start();
    const { pod } = await podWithFiles(first);
    await first.runtime.close();
    const second = await start();
    await second.runtime.removeVolumes(pod.uid);
    expect([await second.runtime.listVolumes(), await isThere(diskFile(pod, 'disk'))]).toEqual([[], false]);
  });
});

describe('logs', () => {
  it('have no file before the first line, and hundreds can be written at once', async () => {
    const subject = await start();
    const pods = await Promise.all(Array.from({ length: 20 }, () => TestPod.run(subject)));
    const quiet = await pods[0]?.sh('quiet', 'sleep 3600');
    expect(quiet).toBeDefined();
    const names = Array.from({ length: 10 }, (_, i) => `app-${i}`);
    await Promise.all(pods.flatMap((pod) => names.map((name) => pod.sh(name, 'for i in 1 2 3; do echo $i; sleep 0.05; done'))));
    for (const pod of pods) for (const name of names) await pod.logged(name, '1\n2\n3\n');
    await expect(readFile(join(pods[0]?.config.logDirectory ?? '', 'quiet', '0.log'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('containers that print without end', () => {
  it('do not hold up the others', async () => {
    const subject = await start();
    const pod = await TestPod.run(subject);
    const loud = await pod.sh('loud', 'yes');
    await pod.logged('loud', 'y');
    expect(await pod.outputOf('other', 'sleep 0.1; echo done')).toBe('done\n');
    await subject.runtime.stopContainer(loud, 0);
    await pod.remove();
  });

  it('wait for a client that does not read, and no byte is lost', async () => {
    const subject = await start();
    const pod = await TestPod.run(subject);
    const id = await pod.sh('app', 'sleep 3600');
    const session = await subject.runtime.exec(id, {
      command: ['sh', '-c', 'yes | head -c 3000000'],
      tty: false,
      stdin: false,
      stdout: true,
      stderr: false,
    });
    await until('the client to have something to read', () => (session.stdout?.readableLength ?? 0) > 0);
    expect(session.stdout?.readableLength).toBeLessThan(300_000);
    expect((await readAll(session.stdout)).length).toBe(3_000_000);
    expect(await session.exit).toBe(0);
    await pod.remove();
  });
});

describe('pods of other nodes', () => {
  it('are reached through the connector, in both directions', async () => {
    const near = await start({
      podCidr: '10.244.0.0/24',
      connectRemote: (target) => far.runtime.acceptRemote(target),
    });
    const far = await start({ podCidr: '10.244.1.0/24', dataDir: join(folder, 'far') });
    const server = await TestPod.run(far);
    await server.sh('server', 'mkdir /tmp/www; echo far > /tmp/www/index.html; echo ready; exec httpd -f -p 80 -h /tmp/www');
    await server.logged('server', 'ready');
    const client = await TestPod.run(near);
    expect(await client.outputOf('client', `until wget -qO- http://${await server.ip()}/; do sleep 0.05; done`)).toContain('far\n');
    await client.remove();
    await server.remove();
  });

  it('are unreachable without one', async () => {
    const client = await TestPod.run(await start());
    const status = await client.exited(await client.sh('client', 'wget -qO- http://10.99.0.1/'));
    expect(status.exitCode).toBe(1);
    await client.remove();
  });
});
