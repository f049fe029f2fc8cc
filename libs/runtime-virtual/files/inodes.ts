/**
 * Filesystems as plain data: numbered inodes, over the frozen inodes of an image where there is one. An image's inode is copied under
 * its own number when it is first changed, so no marker for what was deleted is needed: the changed directory just does not name it.
 */
import { EINVAL, ENOSPC } from '../kernel/errors.js';
import type { Bytes } from '../kernel/machine.js';
import { CHUNK } from '../kernel/state.js';
import type { Image } from './image.js';

export interface Meta {
  /** Permission bits. */
  mode: number;
  uid: number;
  gid: number;
  /** Pod time of the last change, epoch ms. */
  mtime: number;
  links: number;
}
export type FileInode = Meta & { type: 'file'; chunks: Bytes[]; size: number };
export type DirectoryInode = Meta & { type: 'dir'; entries: Record<string, number>; parent: number };
export type LinkInode = Meta & { type: 'link'; target: string };
/** An executable that is one of the kernel's programs. */
export type ProgramInode = Meta & { type: 'program'; program: string };
export type FifoInode = Meta & { type: 'fifo'; pipe: number };
export type Inode = FileInode | DirectoryInode | LinkInode | ProgramInode | FifoInode;

export interface Filesystem {
  id: string;
  /** Image id below it, or ''. */
  image: string;
  lastInode: number;
  inodes: Record<number, Inode>;
  /** Something in it has been changed or added. */
  changed: boolean;
  /** Bytes of its own files' content. */
  bytes: number;
  /** Bytes it may hold; 0: as many as it likes. */
  limit: number;
  /** A tmpfs. */
  memory: boolean;
}

/** A filesystem with the image that it lies on. */
export interface Mounted {
  fs: Filesystem;
  image: Image | undefined;
  /** Where a changed volume is noted; null: not a volume. */
  changes: Set<string> | null;
}

export const ROOT = 1;
/** What fits into a container's own layer or a volume without a limit: the node's disk, as they see it. */
export const DISK_BYTES = 1024 * 1024 * 1024;
const MAX_FILE_BYTES = 256 * 1024 * 1024;

export function newFilesystem(id: string, limit: number, mtime: number, memory = false): Filesystem {
  return {
    id, image: '', lastInode: ROOT, changed: false, bytes: 0, limit, memory,
    inodes: { [ROOT]: { type: 'dir', mode: memory ? 0o1777 : 0o777, uid: 0, gid: 0, mtime, links: 2, entries: {}, parent: ROOT } },
  };
}

export function overImage(id: string, image: Image): Filesystem {
  return { id, image: image.id, lastInode: image.inodes.length - 1, inodes: {}, changed: false, bytes: 0, limit: DISK_BYTES, memory: false };
}

export function inodeOf(m: Mounted, number: number): Inode | undefined {
  return m.fs.inodes[number] ?? m.image?.inodes[number];
}

/** The inode, ready to be changed. */
export function changeable<T extends Inode>(m: Mounted, number: number): T {
  m.changes?.add(m.fs.id);
  m.fs.changed = true;
  const own = m.fs.inodes[number];
  if (own) return own as T;
  const frozen = m.image!.inodes[number]!;
  const copy = { ...frozen } as Inode;
  if (copy.type === 'dir') copy.entries = { ...copy.entries };
  if (copy.type === 'file') {
    copy.chunks = copy.chunks.slice();
    m.fs.bytes += copy.size;
  }
  m.fs.inodes[number] = copy;
  return copy as T;
}

export function entry(directory: DirectoryInode, name: string): number | undefined {
  const found = directory.entries[name];
  return typeof found === 'number' ? found : undefined;
}

/** Puts a new inode into a directory. Returns its number or an errno. */
export function addInode(m: Mounted, directory: number, name: string, inode: Inode): number {
  if (name === '__proto__') return EINVAL;
  const parent = changeable<DirectoryInode>(m, directory);
  const number = ++m.fs.lastInode;
  m.fs.inodes[number] = inode;
  parent.entries[name] = number;
  parent.mtime = inode.mtime;
  if (inode.type === 'dir') parent.links++;
  if (inode.type === 'file') m.fs.bytes += inode.size;
  return number;
}

/** Takes a name away. The inode goes with its last name, unless `open` says that a file descriptor still holds it. */
export function removeEntry(m: Mounted, directory: number, name: string, now: number, open: (inode: number) => boolean): void {
  const parent = changeable<DirectoryInode>(m, directory);
  const number = parent.entries[name]!;
  delete parent.entries[name];
  parent.mtime = now;
  const inode = changeable(m, number);
  inode.links -= inode.type === 'dir' ? 2 : 1;
  if (inode.type === 'dir') parent.links--;
  if (inode.links <= 0 && !open(number)) freeInode(m, number);
}

export function freeInode(m: Mounted, number: number): void {
  const inode = m.fs.inodes[number];
  if (!inode) return;
  if (inode.type === 'file') m.fs.bytes -= inode.size;
  // An image's inode can't come back: nothing names its number any more.
  delete m.fs.inodes[number];
}

export function readFileAt(file: FileInode, position: number, length: number): Bytes {
  let start = 0;
  for (const chunk of file.chunks) {
    if (position < start + chunk.length) {
      const from = position - start;
      return from === 0 && chunk.length <= length ? chunk : chunk.slice(from, from + length);
    }
    start += chunk.length;
  }
  return '';
}

/** Returns the number of bytes written (fewer where the volume is full), or ENOSPC. */
export function writeFileAt(m: Mounted, number: number, position: number, data: Bytes, now: number): number {
  const file = changeable<FileInode>(m, number);
  const end = Math.max(file.size, position + data.length);
  const grows = end - file.size;
  if (end > MAX_FILE_BYTES) return ENOSPC;
  if (m.fs.limit > 0 && m.fs.bytes + grows > m.fs.limit) {
    const fits = m.fs.limit - m.fs.bytes + (file.size - Math.min(file.size, position));
    if (fits <= 0) return ENOSPC;
    return writeFileAt(m, number, position, data.slice(0, fits), now);
  }
  if (position > file.size) fill(file, position);
  if (position === file.size) append(file, data);
  else overwrite(file, position, data);
  file.size = end;
  file.mtime = now;
  m.fs.bytes += grows;
  return data.length;
}

export function truncateFile(m: Mounted, number: number, size: number, now: number): number {
  const file = changeable<FileInode>(m, number);
  if (size > MAX_FILE_BYTES || (m.fs.limit > 0 && m.fs.bytes + size - file.size > m.fs.limit)) return ENOSPC;
  m.fs.bytes += size - file.size;
  if (size === 0) file.chunks = [];
  else if (size > file.size) fill(file, size);
  else file.chunks = split(file.chunks.join('').slice(0, size));
  file.size = size;
  file.mtime = now;
  return 0;
}

export function fileContent(file: FileInode): Bytes {
  return file.chunks.length === 1 ? file.chunks[0]! : file.chunks.join('');
}

export function split(data: Bytes): Bytes[] {
  if (data.length <= CHUNK) return data === '' ? [] : [data];
  const chunks: Bytes[] = [];
  for (let i = 0; i < data.length; i += CHUNK) chunks.push(data.slice(i, i + CHUNK));
  return chunks;
}

function fill(file: FileInode, size: number): void {
  let left = size - file.size;
  while (left > 0) {
    const part = Math.min(left, CHUNK);
    append(file, '\0'.repeat(part));
    left -= part;
  }
  file.size = size;
}

function append(file: FileInode, data: Bytes): void {
  const last = file.chunks.length - 1;
  if (last >= 0 && file.chunks[last]!.length + data.length <= CHUNK) file.chunks[last] += data;
  else file.chunks.push(data);
}

/** Only the chunks that the data touches are made anew. */
function overwrite(file: FileInode, position: number, data: Bytes): void {
  let start = 0;
  let first = 0;
  while (start + file.chunks[first]!.length <= position) start += file.chunks[first++]!.length;
  let end = start;
  let after = first;
  while (after < file.chunks.length && end < position + data.length) end += file.chunks[after++]!.length;
  const old = file.chunks.slice(first, after).join('');
  const fresh = old.slice(0, position - start) + data + old.slice(position - start + data.length);
  file.chunks.splice(first, after - first, ...split(fresh));
}
