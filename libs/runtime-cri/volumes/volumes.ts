import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RuntimeError, type VolumeSource } from '#runtime';

/** Where the files of a volume of kind `files` are: a link to the folder of the present version, so that all change at once. */
const CURRENT = '..data';

/** Volumes as folders: `<dataDir>/volumes/<pod uid>/<volume>`. */
export class Volumes {
  private readonly root: string;

  /** `mountName`: what its mounts are called in the kernel's list, by which they are found when containerd is stopped for good. */
  constructor(
    dataDir: string,
    private readonly mountName: string,
  ) {
    this.root = join(dataDir, 'volumes');
  }

  async prepare(podUid: string, volumeName: string, source: VolumeSource): Promise<string> {
    if (source.kind === 'hostPath') return source.path;
    const folder = this.folder(podUid, volumeName);
    await mkdir(folder, { recursive: true });
    if (source.kind === 'files') await this.write(folder, source);
    else {
      if (source.medium === 'Memory' && !(await mounts()).includes(folder)) await mountMemory(this.mountName, folder, source.sizeLimitBytes);
      await chmod(folder, 0o777);
      if (source.gid !== undefined) await own(folder, source.gid, 0o2777);
    }
    return folder;
  }

  async update(podUid: string, volumeName: string, source: VolumeSource): Promise<void> {
    if (source.kind === 'files') await this.write(this.folder(podUid, volumeName), source);
  }

  async usage(podUid: string, volumeName: string): Promise<{ bytes: number }> {
    return { bytes: await bytesOf(this.folder(podUid, volumeName)) };
  }

  async removeAll(podUid: string): Promise<void> {
    const folder = join(this.root, podUid);
    for (const mount of await mounts()) if (mount.startsWith(`${folder}/`)) await run('umount', ['--lazy', mount]);
    await rm(folder, { recursive: true, force: true });
  }

  async list(): Promise<{ podUid: string; volumeName: string }[]> {
    const pods = await entries(this.root);
    const volumes = await Promise.all(pods.map(async (podUid) => (await entries(join(this.root, podUid))).map((volumeName) => ({ podUid, volumeName }))));
    return volumes.flat();
  }

  private folder(podUid: string, volumeName: string): string {
    return join(this.root, podUid, volumeName);
  }

  /** As Kubernetes' AtomicWriter does: readers see all of the old files or all of the new ones. */
  private async write(folder: string, { files, gid }: VolumeSource & { kind: 'files' }): Promise<void> {
    const before = await entries(folder);
    const version = `..${randomBytes(6).toString('hex')}`;
    for (const [name, { content, mode }] of Object.entries(files)) {
      const path = join(folder, version, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      await chmod(path, mode);
      if (gid !== undefined) await own(path, gid, mode | 0o440);
    }
    await mkdir(join(folder, version), { recursive: true });
    await symlink(version, join(folder, `${version}.link`));
    await rename(join(folder, `${version}.link`), join(folder, CURRENT));
    const names = new Set(Object.keys(files).map((name) => name.split('/')[0]!));
    for (const name of names) if (!before.includes(name)) await symlink(join(CURRENT, name), join(folder, name));
    for (const name of before) if (name !== CURRENT && !names.has(name)) await rm(join(folder, name), { recursive: true });
  }
}

/** Source: SetVolumeOwnership in pkg/volume/volume_linux.go. */
async function own(path: string, gid: number, mode: number): Promise<void> {
  await chown(path, -1, gid);
  await chmod(path, mode);
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function bytesOf(path: string): Promise<number> {
  const stat = await lstat(path);
  if (!stat.isDirectory()) return stat.size;
  const sizes = await Promise.all((await readdir(path)).map((name) => bytesOf(join(path, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Where something is mounted, by the kernel's list (spaces in it are written \040). */
async function mounts(): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  return text.split('\n').map((line) => (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))));
}

function mountMemory(name: string, folder: string, sizeLimitBytes: number | undefined): Promise<void> {
  const options = ['mode=0777', ...(sizeLimitBytes === undefined ? [] : [`size=${sizeLimitBytes}`])];
  return run('mount', ['-t', 'tmpfs', '-o', options.join(','), name, folder]);
}

async function run(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new RuntimeError('UNAVAILABLE', `${command} ${args.join(' ')}: ${errors.trim() || `exit code ${code}`}`);
}
