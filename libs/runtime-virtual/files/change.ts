/** Changing the tree: directories, names, links, attributes. All return 0 or an errno. */
import { EACCES, EBUSY, EEXIST, EINVAL, EISDIR, ENOENT, ENOTDIR, ENOTEMPTY, EPERM, EROFS, EXDEV } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { addInode, changeable, entry, inodeOf, removeEntry } from './inodes.js';
import type { DirectoryInode, Inode, Mounted } from './inodes.js';
import { allowed, ownership, walk } from './walk.js';
import type { InodePlace, Missing } from './walk.js';

/** Whether a descriptor still holds an inode whose last name goes. */
export function heldOpen(k: Kernel, fs: string): (inode: number) => boolean {
  return (inode) =>
    Object.values(k.pod.sandboxes).some((box) => Object.values(box.open).some((file) => file.kind === 'file' && file.inode === inode && file.fs === fs));
}

function mayCreate(p: Process, place: ReturnType<typeof walk>): Missing | number {
  if (typeof place === 'number') return place;
  if (place.kind === 'made-up') return place.path.split('/').length > 2 ? EPERM : EEXIST;
  if (place.kind === 'inode') return EEXIST;
  if (place.readonly) return EROFS;
  return allowed(inodeOf(place.m, place.directory)!, p, 2) ? place : EACCES;
}

export function makeDirectory(k: Kernel, p: Process, path: string, mode: number): number {
  const place = mayCreate(p, walk(k, p, path.replace(/(.)\/+$/, '$1'), false));
  if (typeof place === 'number') return place;
  const directory = inodeOf(place.m, place.directory)!;
  const inode: Inode = { type: 'dir', mode: (mode & ~p.umask) | (directory.mode & 0o2000), ...ownership(p, directory), mtime: now(k), links: 2, entries: {}, parent: place.directory };
  return Math.min(0, addInode(place.m, place.directory, place.name, inode));
}

export function makeLink(k: Kernel, p: Process, target: string, path: string): number {
  const place = mayCreate(p, walk(k, p, path, false));
  if (typeof place === 'number') return place;
  const inode: Inode = { type: 'link', mode: 0o777, ...ownership(p, inodeOf(place.m, place.directory)!), mtime: now(k), links: 1, target };
  return Math.min(0, addInode(place.m, place.directory, place.name, inode));
}

export function makeFifo(k: Kernel, p: Process, path: string, mode: number): number {
  const place = mayCreate(p, walk(k, p, path, false));
  if (typeof place === 'number') return place;
  const inode: Inode = { type: 'fifo', mode: mode & ~p.umask, ...ownership(p, inodeOf(place.m, place.directory)!), mtime: now(k), links: 1, pipe: 0 };
  return Math.min(0, addInode(place.m, place.directory, place.name, inode));
}

export function hardLink(k: Kernel, p: Process, from: string, to: string): number {
  const source = walk(k, p, from, false);
  if (typeof source === 'number') return source;
  if (source.kind !== 'inode') return source.kind === 'missing' ? ENOENT : EPERM;
  if (inodeOf(source.m, source.inode)!.type === 'dir') return EPERM;
  const place = mayCreate(p, walk(k, p, to, false));
  if (typeof place === 'number') return place;
  if (place.m.fs !== source.m.fs) return EXDEV;
  changeable(source.m, source.inode).links++;
  changeable<DirectoryInode>(place.m, place.directory).entries[place.name] = source.inode;
  return 0;
}

/** Where the name at the end of a path stands: its directory, and what it names. */
function named(k: Kernel, p: Process, path: string): { m: Mounted; directory: number; name: string; place: InodePlace } | number {
  const bare = path.replace(/(.)\/+$/, '$1');
  const place = walk(k, p, bare, false);
  if (typeof place === 'number') return place;
  if (place.kind === 'missing') return ENOENT;
  if (place.kind === 'made-up') return EPERM;
  const cut = place.path.lastIndexOf('/');
  const name = place.path.slice(cut + 1);
  const parent = walk(k, p, cut === 0 ? '/' : place.path.slice(0, cut));
  if (typeof parent === 'number' || parent.kind !== 'inode' || name === '') return EBUSY;
  const directory = inodeOf(parent.m, parent.inode)!;
  if (directory.type !== 'dir' || parent.m.fs.id !== place.m.fs.id || entry(directory, name) !== place.inode) return EBUSY;
  if (place.readonly) return EROFS;
  if (!allowed(directory, p, 2)) return EACCES;
  if (directory.mode & 0o1000 && p.uid !== 0 && directory.uid !== p.uid && inodeOf(place.m, place.inode)!.uid !== p.uid) return EPERM;
  return { m: parent.m, directory: parent.inode, name, place };
}

export function unlink(k: Kernel, p: Process, path: string): number {
  const found = named(k, p, path);
  if (typeof found === 'number') return found;
  if (inodeOf(found.m, found.place.inode)!.type === 'dir') return EISDIR;
  removeEntry(found.m, found.directory, found.name, now(k), heldOpen(k, found.m.fs.id));
  return 0;
}

export function removeDirectory(k: Kernel, p: Process, path: string): number {
  if (/(^|\/)\.\/*$/.test(path)) return EINVAL;
  const found = named(k, p, path);
  if (typeof found === 'number') return found;
  const inode = inodeOf(found.m, found.place.inode)!;
  if (inode.type !== 'dir') return ENOTDIR;
  if (Object.keys(inode.entries).length > 0) return ENOTEMPTY;
  removeEntry(found.m, found.directory, found.name, now(k), () => false);
  return 0;
}

export function rename(k: Kernel, p: Process, from: string, to: string): number {
  const source = named(k, p, from);
  if (typeof source === 'number') return source;
  const inode = inodeOf(source.m, source.place.inode)!;
  const target = walk(k, p, to.replace(/(.)\/+$/, '$1'), false);
  if (typeof target === 'number') return target;
  if (target.kind === 'made-up') return EPERM;
  if (target.m.fs !== source.m.fs) return EXDEV;
  if (inode.type === 'dir' && `${target.path}/`.startsWith(`${source.place.path}/`)) return target.path === source.place.path ? 0 : EINVAL;
  if (target.kind === 'inode') {
    if (target.inode === source.place.inode) return 0;
    const old = inodeOf(target.m, target.inode)!;
    if (old.type === 'dir' && inode.type !== 'dir') return EISDIR;
    if (old.type !== 'dir' && inode.type === 'dir') return ENOTDIR;
    const gone = old.type === 'dir' ? removeDirectory(k, p, to) : unlink(k, p, to);
    if (gone < 0) return gone;
    return rename(k, p, from, to);
  }
  const place = mayCreate(p, target);
  if (typeof place === 'number') return place;
  const directory = changeable<DirectoryInode>(source.m, source.directory);
  delete directory.entries[source.name];
  directory.mtime = now(k);
  const into = changeable<DirectoryInode>(place.m, place.directory);
  into.entries[place.name] = source.place.inode;
  into.mtime = now(k);
  if (inode.type === 'dir') {
    directory.links--;
    into.links++;
    changeable<DirectoryInode>(source.m, source.place.inode).parent = place.directory;
  }
  return 0;
}

/** Changes mode, owner or times. */
export function setAttributes(k: Kernel, p: Process, path: string, set: { mode?: number; uid?: number; gid?: number; mtime?: number }, follow = true): number {
  const place = walk(k, p, path, follow);
  if (typeof place === 'number') return place;
  if (place.kind === 'missing') return ENOENT;
  if (place.kind === 'made-up') return 0;
  if (place.readonly) return EROFS;
  const owner = inodeOf(place.m, place.inode)!.uid;
  if (p.uid !== 0 && (p.uid !== owner || set.uid !== undefined)) return EPERM;
  // An owner gives a file to groups of its own only.
  if (p.uid !== 0 && set.gid !== undefined && set.gid !== p.gid && !p.groups.includes(set.gid)) return EPERM;
  Object.assign(changeable(place.m, place.inode), set);
  return 0;
}
