/** /dev, /proc and /sys: nothing is stored; what is read there is made when it is asked for. */
import { EACCES, EISDIR, ENOENT, ENOTDIR } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import { addOpenFile } from '../kernel/open-files.js';
import type { OpenFile, Process } from '../kernel/state.js';
import { listProc, procText } from './proc.js';
import type { Stat } from './stat.js';

type Device = 'null' | 'zero' | 'full' | 'random';
const DEVICES: Record<string, Device> = { null: 'null', zero: 'zero', full: 'full', random: 'random', urandom: 'random' };
const DEVICE_NAMES = ['fd', 'full', 'mqueue', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero'];
const DIRECTORIES = ['/dev', '/dev/pts', '/dev/mqueue', '/sys'];

/** The descriptor that a path such as /dev/stdout or /proc/self/fd/3 stands for; -1: none. */
function descriptor(p: Process, path: string): number {
  const standard = ['/dev/stdin', '/dev/stdout', '/dev/stderr'].indexOf(path);
  if (standard >= 0) return standard;
  const found = /^\/(?:dev|proc\/(self|\d+))\/fd\/(\d+)$/.exec(path);
  if (!found || (found[1] !== undefined && found[1] !== 'self' && Number(found[1]) !== p.pid)) return -1;
  return Number(found[2]);
}

export function openMadeUp(k: Kernel, p: Process, path: string, flags: number): number {
  const fd = descriptor(p, path);
  if (fd >= 0) return p.files[fd] || ENOENT;
  if (path.startsWith('/dev/')) {
    const name = path.slice(5);
    if (name === 'tty') return p.tty > 0 ? p.tty : -6;
    const kind = Object.hasOwn(DEVICES, name) ? DEVICES[name] : undefined;
    if (kind) return addOpenFile(k, { kind, refs: 0 } as OpenFile);
  }
  const found = statMadeUp(k, p, path, true);
  if (typeof found === 'number') return flags & 4 ? EACCES : found;
  if (found.type === 'dir') return flags & 2 ? EISDIR : addOpenFile(k, { kind: 'directory', path, refs: 0 });
  if (flags & 2) return EACCES;
  return addOpenFile(k, { kind: 'text', text: procText(k, p, path) as string, position: 0, refs: 0 });
}

export function statMadeUp(k: Kernel, p: Process, path: string, follow: boolean): Stat | number {
  const stat = { uid: 0, gid: 0, size: 0, mtime: now(k), links: 1, inode: 1, device: 'proc', target: '' };
  const directory: Stat = { ...stat, type: 'dir', mode: 0o555, links: 2 };
  if (DIRECTORIES.includes(path)) return { ...directory, mode: 0o755 };
  if (path === '/dev/fd' || descriptor(p, path) >= 0) {
    if (!follow) return { ...stat, type: 'link', mode: 0o777, target: path === '/dev/fd' ? '/proc/self/fd' : `/proc/self/fd/${descriptor(p, path)}` };
    if (path === '/dev/fd') return directory;
    return p.files[descriptor(p, path)] ? { ...stat, type: 'char', mode: 0o620 } : ENOENT;
  }
  if (path.startsWith('/dev/')) return DEVICE_NAMES.includes(path.slice(5)) ? { ...stat, type: 'char', mode: 0o666, device: 'dev' } : ENOENT;
  if (path === '/proc/self' && !follow) return { ...stat, type: 'link', mode: 0o777, target: String(p.pid) };
  if (listProc(k, p, path)) return directory;
  const text = procText(k, p, path);
  return text === undefined ? ENOENT : { ...stat, type: 'file', mode: 0o444, size: 0 };
}

export function listMadeUp(k: Kernel, p: Process, path: string): string[] | number {
  if (path === '/dev') return DEVICE_NAMES;
  if (path === '/dev/fd') return listProc(k, p, '/proc/self/fd') ?? ENOENT;
  if (DIRECTORIES.includes(path)) return [];
  const names = listProc(k, p, path);
  if (names) return names;
  return typeof statMadeUp(k, p, path, true) === 'number' ? ENOENT : ENOTDIR;
}
