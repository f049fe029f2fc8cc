import { describe, expect, it } from '@jest/globals';
import { TestPod, type Subject } from './fixture.js';

export function sandboxes(subject: () => Subject): void {
  describe('sandboxes', () => {
    it('are READY with an address of their own', async () => {
      const pods = [await TestPod.run(subject()), await TestPod.run(subject())];
      const listed = await Promise.all(pods.map(async (pod) => (await pod.runtime.listPodSandboxes({ podUid: pod.uid }))[0]));
      expect(listed).toEqual(
        pods.map((pod) =>
          expect.objectContaining({ id: pod.sandboxId, state: 'READY', metadata: pod.config.metadata, labels: { suite: 'conformance' } }),
        ),
      );
      expect(listed[0]?.ip).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
      expect(listed[0]?.ip).not.toBe(listed[1]?.ip);
      for (const pod of pods) await pod.remove();
    });

    it('are NOTREADY once stopped, and their containers have been killed', async () => {
      const pod = await TestPod.run(subject());
      const id = await pod.sh('app', 'sleep 3600');
      await pod.runtime.stopPodSandbox(pod.sandboxId);
      expect((await pod.runtime.listPodSandboxes({ podUid: pod.uid }))[0]?.state).toBe('NOTREADY');
      expect(await pod.exited(id)).toMatchObject({ exitCode: 137, reason: 'Error' });
      await pod.remove();
    });

    it('can be stopped and removed again and again, also when they never were', async () => {
      const pod = await TestPod.run(subject());
      const id = pod.sandboxId;
      for (let i = 0; i < 2; i++) await pod.runtime.stopPodSandbox(id);
      for (let i = 0; i < 2; i++) await pod.runtime.removePodSandbox(id);
      await pod.runtime.stopPodSandbox(id);
      await pod.runtime.stopPodSandbox('0'.repeat(64));
      await pod.runtime.removePodSandbox('0'.repeat(64));
      expect(await pod.runtime.listPodSandboxes({ podUid: pod.uid })).toEqual([]);
    });

    it('take no containers when stopped', async () => {
      const pod = await TestPod.run(subject());
      await pod.runtime.stopPodSandbox(pod.sandboxId);
      await expect(pod.create('late', ['true'])).rejects.toMatchObject({ name: 'RuntimeError' });
      await pod.remove();
    });

    it('follow one another under the attempt number, newest first', async () => {
      const pod = await TestPod.run(subject());
      const first = pod.sandboxId;
      await pod.runtime.stopPodSandbox(first);
      const second = await pod.runSandbox(1);
      expect((await pod.runtime.listPodSandboxes({ podUid: pod.uid })).map(({ id, state, metadata }) => [id, state, metadata.attempt])).toEqual([
        [second, 'READY', 1],
        [first, 'NOTREADY', 0],
      ]);
      await pod.remove();
    });

    it('give all containers one hostname, the hosts and the resolver', async () => {
      const pod = await TestPod.run(subject(), { hostname: 'myhost', hostAliases: [{ ip: '10.1.2.3', hostnames: ['foo.remote', 'bar.remote'] }] });
      for (const name of ['one', 'two']) expect(await pod.outputOf(name, 'hostname; echo $HOSTNAME')).toBe('myhost\nmyhost\n');
      const hosts = await pod.outputOf('hosts', 'cat /etc/hosts');
      expect(hosts).toMatch(/^127\.0\.0\.1\s+localhost/m);
      expect(hosts).toMatch(new RegExp(`^${(await pod.ip()).replaceAll('.', '\\.')}\\s+myhost`, 'm'));
      expect(hosts).toMatch(/^10\.1\.2\.3\s+foo\.remote\s+bar\.remote/m);
      const resolver = await pod.outputOf('resolver', 'cat /etc/resolv.conf');
      expect(resolver).toContain('nameserver 10.96.0.10');
      expect(resolver).toContain('search conformance.svc.cluster.local svc.cluster.local cluster.local');
      expect(resolver).toContain('options ndots:5');
      await pod.remove();
    });

    it('name their domain in the hosts file', async () => {
      const pod = await TestPod.run(subject(), { hostname: 'db-0', domain: 'db.conformance.svc.cluster.local' });
      const line = new RegExp(`^${(await pod.ip()).replaceAll('.', '\\.')}\\s+db-0\\.db\\.conformance\\.svc\\.cluster\\.local\\s+db-0$`, 'm');
      expect(await pod.outputOf('app', 'cat /etc/hosts')).toMatch(line);
      await pod.remove();
    });

    it('give each container its own processes, the command being PID 1', async () => {
      const pod = await TestPod.run(subject());
      const other = await pod.start('other', ['sleep', '3600']);
      expect(await pod.outputOf('app', 'echo $$')).toBe('1\n');
      const { stdout } = await pod.runtime.execSync(other, ['ps'], 0);
      expect(stdout.toString()).toMatch(/^\s*1 .*sleep 3600$/m);
      expect(stdout.toString()).not.toContain('pause');
      await pod.remove();
    });

    it('share one set of processes when asked to, pause being PID 1', async () => {
      const pod = await TestPod.run(subject(), { pid: 'POD' });
      await pod.start('other', ['sleep', '3600']);
      const processes = await pod.outputOf('app', 'ps');
      expect(processes).toMatch(/^\s*1 .*\/pause$/m);
      expect(processes).toMatch(/sleep 3600$/m);
      await pod.remove();
    });
  });
}
