import { describe, expect, it } from '@jest/globals';
import type { VolumeSource } from '../port.js';
import { TestPod, until, type RuntimeCapabilities, type Subject } from './fixture.js';

const files = (content: Record<string, string>): VolumeSource => ({
  kind: 'files',
  readonly: true,
  files: Object.fromEntries(Object.entries(content).map(([name, text]) => [name, { content: Buffer.from(text), mode: 0o644 }])),
});

export function volumes(subject: () => Subject, capabilities: RuntimeCapabilities): void {
  /** A pod with one volume, and the mount for it. */
  const podWith = async (source: VolumeSource, readonly = false) => {
    const pod = TestPod.plan(subject());
    const hostPath = await pod.runtime.prepareVolume(pod.uid, 'data', source);
    await pod.runSandbox();
    return { pod, hostPath, mounts: [{ hostPath, containerPath: '/data', readonly }] };
  };

  describe('volumes', () => {
    it.each(['', 'Memory'] as const)('of kind emptyDir, medium %p, are shared by the containers and outlive them', async (medium) => {
      const { pod, mounts } = await podWith({ kind: 'emptyDir', medium });
      await pod.sh('reader', 'until [ -f /data/file ]; do sleep 0.05; done; cat /data/file; sleep 3600', { mounts });
      await pod.exited(await pod.sh('writer', 'mkdir -p /data/sub; echo shared > /data/file', { mounts }));
      await pod.logged('reader', 'shared');
      expect(await pod.outputOf('later', 'ls /data', { mounts })).toBe('file\nsub\n');
      await pod.remove();
    });

    it('keep an emptyDir when they are prepared again and when the sandbox is made anew', async () => {
      const { pod, mounts, hostPath } = await podWith({ kind: 'emptyDir', medium: '' });
      await pod.exited(await pod.sh('writer', 'echo kept > /data/file', { mounts }));
      expect(await pod.runtime.prepareVolume(pod.uid, 'data', { kind: 'emptyDir', medium: '' })).toBe(hostPath);
      await pod.runtime.stopPodSandbox(pod.sandboxId);
      await pod.runSandbox(1);
      expect(await pod.outputOf('reader', 'cat /data/file', { mounts })).toBe('kept\n');
      await pod.remove();
    });

    it('belong to the group that they are given', async () => {
      const { pod, mounts } = await podWith({ kind: 'emptyDir', medium: '', gid: 3000 });
      const user = { mounts, runAsUser: 1000, runAsGroup: 2000, supplementalGroups: [3000] };
      expect(await pod.outputOf('app', 'echo x > /data/file; ls -ln /data/file | tr -s " " | cut -d " " -f 3,4', user)).toBe('1000 3000\n');
      await pod.remove();
    });

    it('hold the files that they are given, in folders too', async () => {
      const { pod, mounts } = await podWith(files({ 'a.conf': 'a=1\n', 'sub/b.conf': 'b=2\n' }), true);
      expect(await pod.outputOf('app', 'cat /data/a.conf /data/sub/b.conf', { mounts })).toBe('a=1\nb=2\n');
      expect(await pod.outputOf('writer', 'echo x > /data/a.conf || echo refused', { mounts })).toContain('refused\n');
      await pod.remove();
    });

    it('show new files to running containers, and no old ones', async () => {
      const { pod, mounts } = await podWith(files({ a: 'old', b: 'old' }), true);
      const id = await pod.sh('app', 'sleep 3600', { mounts });
      await pod.runtime.updateVolume(pod.uid, 'data', files({ a: 'new', c: 'new' }));
      await until('the new files', async () => {
        const { stdout } = await pod.runtime.execSync(id, ['sh', '-c', 'ls /data; cat /data/a'], 0);
        return stdout.toString() === 'a\nc\nnew';
      });
      await pod.remove();
    });

    it('can be mounted in part, and read-only', async () => {
      const { pod, hostPath, mounts } = await podWith({ kind: 'emptyDir', medium: '' });
      await pod.exited(await pod.sh('writer', 'mkdir /data/sub; echo one > /data/sub/file; echo two > /data/file', { mounts }));
      const parts = [
        { hostPath: `${hostPath}/sub`, containerPath: '/part', readonly: true },
        { hostPath: `${hostPath}/file`, containerPath: '/etc/one-file', readonly: false },
      ];
      expect(await pod.outputOf('app', 'ls /part; cat /part/file /etc/one-file; touch /part/x 2>/dev/null || echo refused', { mounts: parts })).toBe(
        'file\none\ntwo\nrefused\n',
      );
      await pod.remove();
    });

    it('count their bytes', async () => {
      const { pod, mounts } = await podWith({ kind: 'emptyDir', medium: '' });
      await pod.exited(await pod.sh('writer', 'head -c 100000 /dev/zero > /data/file', { mounts }));
      expect((await pod.runtime.volumeUsage(pod.uid, 'data')).bytes).toBeGreaterThanOrEqual(100_000);
      await pod.remove();
    });

    it('are listed until they are removed with the pod', async () => {
      const { pod } = await podWith({ kind: 'emptyDir', medium: '' });
      const listed = async () => (await pod.runtime.listVolumes()).filter(({ podUid }) => podUid === pod.uid);
      expect(await listed()).toEqual([{ podUid: pod.uid, volumeName: 'data' }]);
      await pod.remove();
      expect(await listed()).toEqual([]);
      await pod.runtime.removeVolumes(pod.uid);
    });

    if (!capabilities.hostPath) {
      it('of kind hostPath are refused', async () => {
        const pod = TestPod.plan(subject());
        await expect(pod.runtime.prepareVolume(pod.uid, 'host', { kind: 'hostPath', path: '/etc' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
      });
    }
  });
}
