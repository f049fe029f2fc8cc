/** /dev, /proc and /sys: nothing is stored; what is read there is made when it is asked for. */
import { EACCES, EISDIR, ENOENT, ENOTDIR, ENXIO } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import { addOpenFile } from '../kernel/open-files.js';
import type { OpenFile, Process } from '../kernel/state.js';
import { listProc, mayLookInto, processAt, procLink, procText } from './proc.js';
import type { Stat } from './stat.js';

type Device = 'null' | 'zero' | 'full' | 'random';
const DEVICES: Record<string, Device> = { null: 'null', zero: 'zero', full: 'full', random: 'random', urandom: 'random' };
const DEVICE_NAMES = ['fd', 'full', 'mqueue', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero'];
const DIRECTORIES = ['/dev', '/dev/pts', '/dev/mqueue', '/sys'];

/** The process and descriptor that a path such as /dev/stdout or /proc/1/fd/3 stands for. */
function descriptor(k: Kernel, p: Process, path: string): { of: Process; fd: number } | undefined {
  const standard = ['/dev/stdin', '/dev/stdout', '/dev/stderr'].indexOf(path);
  if (standard >= 0) return { of: p, fd: standard };
  const found = /^\/(?:dev|proc\/(?:self|\d+))\/fd\/(\d+)$/.exec(path);
  if (!found) return undefined;
  const of = path.startsWith('/dev') ? p : processAt(k, p, path)?.process;
  return of && { of, fd: Number(found[1]) };
}

/** One's own is had as dup(2) has it; another's, as open(2): a file from its beginning, a pipe or a log as it is, a socket not at all. */
function openDescriptor(k: Kernel, p: Process, { of, fd }: { of: Process; fd: number }): number {
  if (!mayLookInto(p, of)) return EACCES;
  const id = of.files[fd];
  if (!id) return ENOENT;
  if (of === p) return id;
  const file = k.box.open[id]!;
  if (file.kind === 'socket' || file.kind === 'listener') return ENXIO;
  return file.kind === 'file' ? addOpenFile(k, { ...file, position: 0, refs: 0 }) : id;
}

/** What readlink(2) says of a descriptor. */
function descriptorTarget(k: Kernel, { of, fd }: { of: Process; fd: number }): string {
  const id = of.files[fd]!;
  const file = k.box.open[id]!;
  switch (file.kind) {
    case 'file':
    case 'directory':
      return file.path;
    case 'read':
    case 'write':
      return `pipe:[${file.pipe}]`;
    case 'host':
      return `pipe:[${id}]`;
    case 'tty':
      return '/dev/pts/0';
    case 'socket':
    case 'listener':
      return `socket:[${id}]`;
    case 'text':
      return '/proc';
    default:
      return `/dev/${file.kind}`;
  }
}

export function openMadeUp(k: Kernel, p: Process, path: string, flags: number): number {
  const named = descriptor(k, p, path);
  if (named) return openDescriptor(k, p, named);
  if (path.startsWith('/dev/')) {
    const name = path.slice(5);
    if (name === 'tty') return p.tty > 0 ? p.tty : ENXIO;
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
  if (path === '/dev/fd') return follow ? directory : { ...stat, type: 'link', mode: 0o777, target: '/proc/self/fd' };
  const named = descriptor(k, p, path);
  if (named) {
    if (!follow && path.startsWith('/dev/')) return { ...stat, type: 'link', mode: 0o777, target: `/proc/self/fd/${named.fd}` };
    if (!named.of.files[named.fd]) return ENOENT;
    return follow ? { ...stat, type: 'char', mode: 0o620 } : { ...stat, type: 'link', mode: 0o777, target: descriptorTarget(k, named) };
  }
  if (path.startsWith('/dev/')) return DEVICE_NAMES.includes(path.slice(5)) ? { ...stat, type: 'char', mode: 0o666, device: 'dev' } : ENOENT;
  if (path === '/proc/self' && !follow) return { ...stat, type: 'link', mode: 0o777, target: String(p.pid) };
  const link = follow ? undefined : procLink(k, p, path);
  if (link !== undefined) return { ...stat, type: 'link', mode: 0o777, target: link };
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
