/** Looking at files: what stat, access, readlink and a directory listing say. */
import { EACCES, EINVAL, EISDIR, ENOENT, ENOTDIR, EROFS } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { procText } from './proc.js';
import { listMadeUp, statMadeUp } from './made-up.js';
import { fileContent, inodeOf } from './inodes.js';
import type { InodePlace } from './walk.js';
import { allowed, walk } from './walk.js';

export interface Stat {
  type: 'file' | 'dir' | 'link' | 'fifo' | 'char';
  mode: number;
  uid: number;
  gid: number;
  size: number;
  mtime: number;
  links: number;
  inode: number;
  /** Names the filesystem: moving between two of them is a copy. */
  device: string;
  target: string;
}

/** What a path names, or an errno. follow false: a link itself. */
export function stat(k: Kernel, p: Process, path: string, follow = true): Stat | number {
  const place = walk(k, p, path, follow);
  if (typeof place === 'number') return place;
  if (place.kind === 'missing') return ENOENT;
  return place.kind === 'made-up' ? statMadeUp(k, p, place.path, follow) : statInode(place);
}

export function statInode(place: InodePlace): Stat {
  const inode = inodeOf(place.m, place.inode)!;
  const { mode, uid, gid, mtime, links } = inode;
  const target = inode.type === 'link' ? inode.target : '';
  const size = inode.type === 'file' ? inode.size : inode.type === 'dir' ? 4096 : inode.type === 'program' ? 1_000_000 : target.length;
  return { type: inode.type === 'program' ? 'file' : inode.type, mode, uid, gid, size, mtime, links, inode: place.inode, device: place.m.fs.id, target };
}

/** Names in a directory without "." and "..", sorted, or an errno. */
export function list(k: Kernel, p: Process, path: string): string[] | number {
  const place = walk(k, p, path);
  if (typeof place === 'number') return place;
  if (place.kind === 'missing') return ENOENT;
  if (place.kind === 'made-up') return listMadeUp(k, p, place.path);
  const directory = inodeOf(place.m, place.inode)!;
  if (directory.type !== 'dir') return ENOTDIR;
  if (!allowed(directory, p, 4)) return EACCES;
  if (place.path === '/dev') return listMadeUp(k, p, '/dev');
  return Object.keys(directory.entries).sort();
}

export function readLink(k: Kernel, p: Process, path: string): string | number {
  const found = stat(k, p, path, false);
  if (typeof found === 'number') return found;
  return found.type === 'link' ? found.target : EINVAL;
}

/** 0 or an errno: whether the process may read (4), write (2), execute (1) the file. */
export function access(k: Kernel, p: Process, path: string, want: number): number {
  const place = walk(k, p, path);
  if (typeof place === 'number') return place;
  if (place.kind === 'missing') return ENOENT;
  if (place.kind === 'made-up') return want === 1 ? EACCES : 0;
  if (want === 2 && place.readonly) return EROFS;
  return allowed(inodeOf(place.m, place.inode)!, p, want) ? 0 : EACCES;
}

/** A whole small file, or an errno: for configuration and scripts, not for data. */
export function readWhole(k: Kernel, p: Process, path: string): string | number {
  const place = walk(k, p, path);
  if (typeof place === 'number') return place;
  if (place.kind === 'made-up') return place.path === '/dev/null' ? '' : procText(k, p, place.path) ?? ENOENT;
  if (place.kind !== 'inode') return ENOENT;
  const inode = inodeOf(place.m, place.inode)!;
  if (inode.type === 'dir') return EISDIR;
  if (inode.type !== 'file') return '';
  return allowed(inode, p, 4) ? fileContent(inode) : EACCES;
}
