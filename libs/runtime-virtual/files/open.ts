/** open(2): from a path and flags to an open file. */
import { EACCES, EEXIST, EINVAL, EISDIR, ENOENT, EROFS } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import { addOpenFile } from '../kernel/open-files.js';
import type { Process } from '../kernel/state.js';
import { joinFifo } from '../kernel/pipes.js';
import { addInode, changeable, inodeOf, truncateFile } from './inodes.js';
import type { FifoInode } from './inodes.js';
import { openMadeUp } from './made-up.js';
import { allowed, ownership, walk } from './walk.js';
import type { Missing } from './walk.js';

export const READ = 1;
export const WRITE = 2;
export const CREATE = 4;
export const TRUNCATE = 8;
export const APPEND = 16;
export const EXCLUSIVE = 32;
export const TO_FILE = WRITE | CREATE | TRUNCATE;

/** Returns the id of an open file, or an errno. */
export function openPath(k: Kernel, p: Process, path: string, flags: number, mode = 0o666): number {
  let place = walk(k, p, path);
  if (typeof place === 'number') return place;
  if (place.kind === 'made-up') return openMadeUp(k, p, place.path, flags);
  if (place.kind === 'missing') {
    if (!(flags & CREATE)) return ENOENT;
    const inode = createFile(k, p, place, mode);
    if (inode < 0) return inode;
    place = { kind: 'inode', m: place.m, inode, path: place.path, readonly: place.readonly };
  } else if (flags & EXCLUSIVE) return EEXIST;
  const inode = inodeOf(place.m, place.inode)!;
  const { fs } = place.m;
  if ((flags & READ && !allowed(inode, p, 4)) || (flags & WRITE && !allowed(inode, p, 2))) return EACCES;
  if (inode.type === 'dir') return flags & WRITE ? EISDIR : addOpenFile(k, { kind: 'directory', path: place.path, refs: 0 });
  if (flags & WRITE && place.readonly) return EROFS;
  if (inode.type === 'program') return flags & WRITE ? EACCES : addOpenFile(k, { kind: 'text', text: `\x7fELF ${inode.program}\n`, position: 0, refs: 0 });
  if (inode.type === 'fifo') {
    if ((flags & READ) !== 0 && (flags & WRITE) !== 0) return EINVAL;
    const fifo = changeable<FifoInode>(place.m, place.inode);
    fifo.pipe = joinFifo(k, fifo.pipe, flags & WRITE ? 'writers' : 'readers');
    return addOpenFile(k, { kind: flags & WRITE ? 'write' : 'read', pipe: fifo.pipe, refs: 0 });
  }
  if (inode.type !== 'file') return EACCES;
  if (flags & TRUNCATE) truncateFile(place.m, place.inode, 0, now(k));
  return addOpenFile(k, {
    kind: 'file', refs: 0, fs: fs.id, inode: place.inode, path: place.path, position: 0,
    read: (flags & READ) !== 0, write: (flags & WRITE) !== 0, append: (flags & APPEND) !== 0,
  });
}

/** Makes an empty file where there is none. Returns its inode number or an errno. */
export function createFile(k: Kernel, p: Process, place: Missing, mode: number): number {
  if (place.readonly) return EROFS;
  const directory = inodeOf(place.m, place.directory)!;
  if (!allowed(directory, p, 2)) return EACCES;
  const inode = { type: 'file' as const, mode: mode & ~p.umask, ...ownership(p, directory), mtime: now(k), links: 1, chunks: [], size: 0 };
  return addInode(place.m, place.directory, place.name, inode);
}
