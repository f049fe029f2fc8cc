/** From a path to what it names, through links and mounts. */
import { EACCES, ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { etcFilesystem, etcInode } from './etc.js';
import { entry, inodeOf, newFilesystem, ROOT } from './inodes.js';
import type { DirectoryInode, Inode, Mounted } from './inodes.js';
import { mayLookInto, processAt } from './proc.js';

/** An inode, or a place below /dev, /proc or /sys, which are made up when they are read. `path` has no links and no dots in it. */
export type Place = InodePlace | { kind: 'made-up'; path: string };
export interface InodePlace {
  kind: 'inode';
  m: Mounted;
  inode: number;
  path: string;
  readonly: boolean;
}
/** The last name of the path does not exist, but could in this directory. */
export interface Missing {
  kind: 'missing';
  m: Mounted;
  directory: number;
  name: string;
  path: string;
  readonly: boolean;
}

const MAX_LINKS = 40;
const MAX_PATH = 4096;
const MAX_NAME = 255;

export function rootId(container: string): string {
  return `root:${container}`;
}

export function mounted(k: Kernel, fs: string): Mounted {
  const found = k.pod.filesystems[fs]!;
  return { fs: found, image: found.image === '' ? undefined : k.core.images.get(found.image), changes: k.pod.volumes[fs] === 1 ? k.core.changedVolumes : null };
}

/** An absolute path without "." and "..", links untouched. */
export function absolute(cwd: string, path: string): string {
  const names: string[] = [];
  for (const name of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

/** Follows `path`; with follow false, a link at its end is itself the answer. Missing only says so for a name that may be created. */
export function walk(k: Kernel, p: Process, path: string, follow = true): Place | Missing | number {
  if (path === '') return ENOENT;
  if (path.length > MAX_PATH) return ENAMETOOLONG;
  const names = (path.startsWith('/') ? path : `${p.cwd}/${path}`).split('/').reverse();
  const mustBeDirectory = names[0] === '' || names[0] === '.';
  const container = k.box.containers[p.container];
  if (!container) return ENOENT;
  const root: InodePlace = { kind: 'inode', m: mounted(k, rootId(p.container)), inode: ROOT, path: '', readonly: container.init.readonlyRootfs };
  const trail: InodePlace[] = [root];
  let at = root;
  let links = 0;
  while (names.length > 0) {
    const name = names.pop()!;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      if (trail.length > 1) trail.pop();
      at = trail[trail.length - 1]!;
      continue;
    }
    if (name.length > MAX_NAME) return ENAMETOOLONG;
    const next = `${at.path}/${name}`;
    const rest = names.some((other) => other !== '' && other !== '.');
    const directory = inodeOf(at.m, at.inode)!;
    if (directory.type !== 'dir') return ENOTDIR;
    if (!allowed(directory, p, 1)) return EACCES;
    const mount = mountAt(k, p.container, next);
    if (!mount && isMadeUp(next) && !hasMountBelow(k, p.container, next, names)) {
      const path = absolute('/', [next, ...names.reverse()].join('/'));
      return throughProcess(k, p, path, follow || mustBeDirectory) ?? { kind: 'made-up', path };
    }
    const number = mount ? mount.inode : entry(directory, name);
    if (number === undefined) {
      if (isMadeUp(next)) {
        // A directory below /dev on the way to a mount: nothing to look at.
        trail.push((at = { ...at, path: next }));
        continue;
      }
      return rest ? ENOENT : { kind: 'missing', m: at.m, directory: at.inode, name, path: next, readonly: at.readonly };
    }
    const found: InodePlace = mount ?? { kind: 'inode', m: at.m, inode: number, path: next, readonly: at.readonly };
    const inode = inodeOf(found.m, found.inode)!;
    if (inode.type === 'link' && (rest || follow || mustBeDirectory)) {
      if (++links > MAX_LINKS) return ELOOP;
      names.push(...inode.target.split('/').reverse());
      if (inode.target.startsWith('/')) trail.length = 1;
      at = trail[trail.length - 1]!;
      continue;
    }
    trail.push((at = found));
  }
  const last = inodeOf(at.m, at.inode)!;
  if (mustBeDirectory && last.type !== 'dir') return ENOTDIR;
  return at.path === '' ? { ...at, path: '/' } : at;
}

/** /proc/PID/root and /proc/PID/cwd lead into the files of that process's container, mounts and all. undefined: `path` is not below one. */
function throughProcess(k: Kernel, p: Process, path: string, follow: boolean): Place | Missing | number | undefined {
  const found = /^(\/proc\/[^/]+\/(root|cwd))(\/.*)?$/.exec(path);
  const [, door = '', name, below] = found ?? [];
  if (!found || (below === undefined && !follow)) return undefined;
  const other = processAt(k, p, door)?.process;
  if (!other || other.zombie) return ENOENT;
  if (!mayLookInto(p, other)) return EACCES;
  const place = walk(k, { ...p, container: other.container }, `${name === 'cwd' ? other.cwd : ''}${below ?? '/'}`, follow);
  if (typeof place === 'number' || place.kind === 'made-up' || name === 'cwd') return place;
  return { ...place, path: absolute('/', `${door}${place.path}`) };
}

/** Whose a new entry of a directory is: with the set-group-id bit its group comes from there. */
export function ownership(p: Process, directory: Inode): { uid: number; gid: number } {
  return { uid: p.uid, gid: directory.mode & 0o2000 ? directory.gid : p.gid };
}

/** Whether the process may read (4), write (2) or execute (1) an inode. */
export function allowed(inode: Inode, p: Process, want: number): boolean {
  if (p.uid === 0) return want !== 1 || inode.type === 'dir' || (inode.mode & 0o111) !== 0;
  const bits = p.uid === inode.uid ? inode.mode >> 6 : p.gid === inode.gid || p.groups.includes(inode.gid) ? inode.mode >> 3 : inode.mode;
  return (bits & want) === want;
}

function isMadeUp(path: string): boolean {
  return path === '/dev' || path === '/proc' || path === '/sys' || path.startsWith('/dev/');
}

function hasMountBelow(k: Kernel, container: string, path: string, rest: string[]): boolean {
  const full = absolute('/', [path, ...[...rest].reverse()].join('/'));
  if (full === '/dev/shm' || full.startsWith('/dev/shm/')) return true;
  return k.box.containers[container]!.mounts.some((mount) => full === mount.path || full.startsWith(`${mount.path}/`));
}

function mountAt(k: Kernel, container: string, path: string): InodePlace | undefined {
  for (const mount of k.box.containers[container]!.mounts) {
    if (mount.path === path && k.pod.filesystems[mount.fs]) {
      return { kind: 'inode', m: mounted(k, mount.fs), inode: mount.inode, path, readonly: mount.readonly };
    }
  }
  const number = etcInode(path);
  if (number > 0) return { kind: 'inode', m: { fs: etcFilesystem(k), image: undefined, changes: null }, inode: number, path, readonly: false };
  if (path === '/dev/shm') return { kind: 'inode', m: { fs: sharedMemory(k), image: undefined, changes: null }, inode: ROOT, path, readonly: false };
  return undefined;
}

function sharedMemory(k: Kernel) {
  const id = `shm:${k.box.init.id}`;
  return (k.pod.filesystems[id] ??= newFilesystem(id, 64 * 1024 * 1024, 0, true));
}

/** The directory inode at a place, or an errno. */
export function directoryAt(place: Place | Missing | number): { at: InodePlace; directory: DirectoryInode } | number {
  if (typeof place === 'number') return place;
  if (place.kind === 'missing') return ENOENT;
  if (place.kind === 'made-up') return ENOTDIR;
  const directory = inodeOf(place.m, place.inode)!;
  return directory.type === 'dir' ? { at: place, directory } : ENOTDIR;
}
