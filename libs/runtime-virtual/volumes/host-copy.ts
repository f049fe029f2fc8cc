/** hostPath volumes of virtual containers: a read-only copy of a folder or file of this machine, taken when the pod is made. */
import { lstat, readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RuntimeError } from '#runtime';
import type { ImageFile } from '../kernel/machine.js';

export interface HostCopy {
  /** The file's name in the volume; '' for a folder, which is the volume. */
  root: string;
  files: Record<string, ImageFile>;
}

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_FILES = 10_000;

/** @throws RuntimeError UNSUPPORTED: not allowed, not there, too much, or not a file or folder. */
export async function copyHostPath(path: string, allowed: string[]): Promise<HostCopy> {
  const refuse = (why: string) => new RuntimeError('UNSUPPORTED', `hostPath ${path} is not available: ${why}`);
  if (allowed.length === 0) throw refuse('containers of the virtual runtime have no host, unless the operator allows copies of its folders (PODBOX_HOST_PATHS)');
  let real: string;
  try {
    real = await realpath(path);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const folders = await Promise.all(allowed.map((folder) => realpath(folder).catch(() => folder)));
  if (!folders.some((folder) => real === folder || real.startsWith(join(folder, '/')))) throw refuse(`it leads to ${real}, which is not in an allowed folder`);
  const copy: HostCopy = { root: '', files: {} };
  let bytes = 0;
  let count = 0;
  const visit = async (at: string, name: string): Promise<void> => {
    const stat = await lstat(at);
    const meta = { uid: stat.uid, gid: stat.gid, mtime: Math.floor(stat.mtimeMs) };
    const mode = stat.mode & 0o7777;
    bytes += stat.isFile() ? stat.size : 0;
    if (++count > MOST_FILES || bytes > MOST_BYTES) throw refuse(`it holds more than ${MOST_FILES} files or ${MOST_BYTES / 1024 / 1024} MiB`);
    if (stat.isDirectory()) {
      copy.files[name] = { type: 'dir', mode, ...meta };
      for (const entry of await readdir(at)) await visit(join(at, entry), `${name}/${entry}`);
    } else if (stat.isFile()) copy.files[name] = { type: 'file', mode, content: (await readFile(at)).toString('latin1'), ...meta };
    // A link is followed inside the container, where it leads to what is there. Sockets and devices have no copy.
    else if (stat.isSymbolicLink()) copy.files[name] = { type: 'link', target: await readlink(at), ...meta };
  };
  const folder = (await lstat(real)).isDirectory();
  copy.root = folder ? '' : basename(real);
  try {
    await visit(real, folder ? '' : `/${copy.root}`);
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw refuse((error as Error).message);
  }
  return copy;
}
