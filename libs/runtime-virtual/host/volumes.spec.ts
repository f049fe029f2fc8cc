import { access, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import type { Mount, VolumeSource } from '#runtime';
import { TestPod, until, type Subject } from '#runtime/conformance';
import { createVirtualRuntime, type VirtualRuntime } from './runtime.js';

let folder = '';
let runtime: VirtualRuntime;
let subject: Subject;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podbox-volumes-'));
  await mkdir(join(folder, 'shared', 'sub'), { recursive: true });
  await writeFile(join(folder, 'shared', 'sub', 'file'), 'of the host\n');
  await writeFile(join(folder, 'secret'), 'not shared\n');
  await symlink(join(folder, 'secret'), join(folder, 'shared', 'link'));
  await symlink('/', join(folder, 'shared', 'out'));
  runtime = await createVirtualRuntime({ clock: new SystemClock(), dataDir: folder, nodeIp: '10.0.0.1', threads: 1, persistAfterMs: 50, hostPaths: [join(folder, 'shared')] });
  await runtime.pullImage({ image: 'busybox' });
  subject = { runtime, logFolder: join(folder, 'logs'), image: 'busybox', missingImage: '', dispose: () => Promise.resolve() };
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

const files = (content: Record<string, string>, more: { mode?: number; gid?: number } = {}): VolumeSource => ({
  kind: 'files',
  readonly: true,
  ...(more.gid !== undefined && { gid: more.gid }),
  files: Object.fromEntries(Object.entries(content).map(([name, text]) => [name, { content: Buffer.from(text), mode: more.mode ?? 0o644 }])),
});

/** A pod with one volume, and its mounts: all of it at /v, and parts. */
async function podWith(source: VolumeSource, parts: Record<string, string> = {}, readonly = false) {
  const pod = TestPod.plan(subject);
  const hostPath = await runtime.prepareVolume(pod.uid, 'v', source);
  await pod.runSandbox();
  const mounts: Mount[] = [{ hostPath, containerPath: '/v', readonly }];
  for (const [containerPath, subPath] of Object.entries(parts)) mounts.push({ hostPath: join(hostPath, subPath), containerPath, readonly });
  /** Runs a script in a container of its own. */
  let count = 0;
  const run = (script: string, options: Parameters<TestPod['sh']>[2] = {}) => pod.outputOf(`c${count++}`, script, { mounts, ...options });
  const app = async () => {
    const id = await pod.sh('app', 'sleep 3600', { mounts });
    return async (script: string) => {
      const { stdout, stderr } = await runtime.execSync(id, ['sh', '-c', script], 10_000);
      return `${stdout}${stderr}`;
    };
  };
  const update = (next: VolumeSource) => runtime.updateVolume(pod.uid, 'v', next);
  return { pod, run, app, update, mounts };
}

describe('files of a volume', () => {
  it('lie behind one link, so that they change as one', async () => {
    const { pod, app, update } = await podWith(files({ a: 'one', 'sub/b': 'two' }));
    const sh = await app();
    expect(await sh('cd /v; readlink a; readlink sub; readlink ..data | cut -c1-4; ls -A | wc -l; cat a sub/b')).toBe('..data/a\n..data/sub\n..20\n4\nonetwo');
    const before = await sh('readlink /v/..data');
    await update(files({ a: 'one', 'sub/b': 'two' }));
    expect(await sh('readlink /v/..data')).toBe(before);
    await update(files({ a: 'three' }));
    expect(await sh('readlink /v/..data')).not.toBe(before);
    expect(await sh('cat /v/a; ls /v')).toBe('threea\n');
    await pod.remove();
  });

  it('mounted by themselves stay what they were; what is open does too', async () => {
    const { pod, app, update } = await podWith(files({ a: 'one\n', 'sub/b': 'two\n' }), { '/single': 'a', '/folder': 'sub' });
    const sh = await app();
    await sh('(exec 3< /v/a; echo $$ > /tmp/open; while [ ! -f /tmp/go ]; do sleep 0.02; done; cat <&3 > /tmp/seen; echo done > /tmp/done) > /dev/null 2>&1 & while [ ! -f /tmp/open ]; do sleep 0.02; done');
    await update(files({ a: 'three\n', 'sub/b': 'four\n' }));
    expect(await sh('cat /v/a /single /v/sub/b; ls /folder; touch /tmp/go; while [ ! -f /tmp/done ]; do sleep 0.02; done; cat /tmp/seen')).toBe('three\none\nfour\none\n');
    await update(files({ a: 'five\n' }));
    expect(await sh('cat /v/a /single')).toBe('five\none\n');
    await pod.remove();
  });

  it('cannot be changed through a mount that may only be read', async () => {
    const { pod, run } = await podWith(files({ a: 'one' }), {}, true);
    expect(await run('for c in "touch /v/x" "rm /v/a" "mkdir /v/d" "chmod 600 /v/a" "mv /v/a /v/b" "ln -s x /v/l"; do sh -c "$c" 2>&1 | sed "s/.*: //"; done')).toBe('Read-only file system\n'.repeat(6));
    await pod.remove();
  });

  it('are readable by the group that they belong to', async () => {
    const { pod, run } = await podWith(files({ key: 'secret' }, { mode: 0o400, gid: 2000 }));
    const as = (groups: number[]) => run('cat /v/key 2>&1 | sed "s/.*: //"', { runAsUser: 1000, runAsGroup: 1000, supplementalGroups: groups });
    expect([await as([2000]), await as([])]).toEqual(['secret', 'Permission denied\n']);
    await pod.remove();
  });
});

describe('an emptyDir', () => {
  it('in memory is full at its limit', async () => {
    const { pod, run } = await podWith({ kind: 'emptyDir', medium: 'Memory', sizeLimitBytes: 100_000 });
    expect(await run('exec 2>/dev/null; head -c 200000 /dev/zero > /v/file; echo more > /v/other || echo no; wc -c < /v/file; grep " /v " /proc/mounts; rm /v/file; echo fits > /v/other && cat /v/other')).toBe(
      'no\n100000\ntmpfs /v tmpfs rw,relatime,size=98k 0 0\nfits\n',
    );
    await pod.remove();
  });

  it('on disk takes more than its limit, for the kubelet to see', async () => {
    const { pod, run } = await podWith({ kind: 'emptyDir', medium: '', sizeLimitBytes: 100_000 });
    expect(await run('head -c 200000 /dev/zero > /v/file && wc -c < /v/file; grep " /v " /proc/mounts')).toBe('200000\n/dev/vda1 /v ext4 rw,relatime 0 0\n');
    expect(await runtime.volumeUsage(pod.uid, 'v')).toEqual({ bytes: 200_000 });
    await pod.remove();
  });

  it('that belongs to a group gives it to what is made there', async () => {
    const { pod, run } = await podWith({ kind: 'emptyDir', medium: '', gid: 2000 });
    const options = { runAsUser: 1000, runAsGroup: 1000, supplementalGroups: [2000] };
    expect(await run('mkdir /v/d; touch /v/d/f; stat -c "%a %u %g" /v /v/d /v/d/f', options)).toBe('2777 0 2000\n2755 1000 2000\n644 1000 2000\n');
    await pod.remove();
  });

  it('may be mounted in part: a folder is made, a link is followed within the volume and no further', async () => {
    const { pod, run, mounts } = await podWith({ kind: 'emptyDir', medium: '' }, { '/logs': 'logs/app' });
    expect(await run('echo line > /logs/file; cat /v/logs/app/file; stat -c %a /v/logs; cd /v; ln -s logs/app in; ln -s / out; ln -s ../.. up')).toBe('line\n750\n');
    const at = (subPath: string) => [{ ...mounts[0]!, hostPath: join(mounts[0]!.hostPath, subPath), containerPath: '/part' }];
    expect(await run('cat /part/file', { mounts: at('in') })).toBe('line\n');
    for (const link of ['out', 'up']) {
      const id = await pod.create(link, ['true'], { mounts: at(link) });
      await expect(runtime.startContainer(id)).rejects.toThrow(`subPath "${link}" leads out of its volume`);
    }
    await pod.remove();
  });
});

describe('a folder of the host', () => {
  const source = (path: string): VolumeSource => ({ kind: 'hostPath', path: join(folder, path) });

  it('is a copy that cannot be changed', async () => {
    const { pod, run } = await podWith(source('shared'));
    expect(await run('cat /v/sub/file; readlink /v/out; cat /v/link 2>/dev/null || echo not there; touch /v/x 2>/dev/null || echo refused')).toBe('of the host\n/\nnot there\nrefused\n');
    await pod.remove();
  });

  it('may be a file', async () => {
    const { pod, run } = await podWith(source('shared/sub/file'));
    expect(await run('cat /v')).toBe('of the host\n');
    await pod.remove();
  });

  it.each([
    ['what lies beside it', 'secret', 'which is not in an allowed folder'],
    ['what a link in it leads to', 'shared/link', 'which is not in an allowed folder'],
    ['all of the host through a link', 'shared/out/etc', 'which is not in an allowed folder'],
    ['what is not there', 'shared/none', 'no such file'],
  ])('is not %s', async (_title, path, why) => {
    await expect(runtime.prepareVolume('u', 'v', source(path))).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining(why) });
  });
});

describe('an image\'s files', () => {
  it('are shared, and a container\'s changes are its own', async () => {
    const { pod, run } = await podWith({ kind: 'emptyDir', medium: '' });
    expect(await run('echo mine > /etc/motd; rm /bin/ls; mkdir /own; cat /etc/motd; ls / 2>&1 | sed "s/.*: //"')).toBe('mine\nnot found\n');
    expect(await run('cat /etc/motd 2>/dev/null; ls -d /own 2>/dev/null; ls /bin/ls')).toBe('/bin/ls\n');
    await pod.remove();
  });
});

describe('a node\'s reboot', () => {
  it('keeps an emptyDir on disk as it was: owners, modes, times, links and any bytes', async () => {
    const { pod, run } = await podWith({ kind: 'emptyDir', medium: '' });
    const show = 'cd /v; stat -c "%n %F %a %u %g %Y" . d d/f; readlink l; md5sum < d/f';
    const before = await run(`cd /v; mkdir d; head -c 300000 /dev/zero > d/f; printf "\\377\\n\\001" >> d/f; touch -d "2020-01-02 03:04:05" d/f; chmod 4750 d/f; chown 1000:1001 d d/f .; chmod 1770 .; ln -s d/f l; ${show}`);
    expect(before).toContain('d/f regular file 4750 1000 1001 1577934245\n');
    await rebooted(pod);
    await pod.runSandbox(1);
    expect(await run(show)).toBe(before);
    await pod.remove();
  });
});

/** Waits until the volume is on disk, and loses the pod's thread. */
async function rebooted(pod: TestPod): Promise<void> {
  await until('the volume to be on disk', () => access(join(folder, 'volumes', pod.uid, 'v.volume')).then(() => true, () => false));
  runtime.fault(pod.uid, 'die');
  await until('the thread to be lost', async () => (await runtime.listPodSandboxes({ podUid: pod.uid }))[0]?.state === 'NOTREADY');
}
