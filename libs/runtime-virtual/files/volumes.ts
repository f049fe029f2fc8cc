/** Volumes: filesystems of a pod that the host fills, reads back and replaces. */
import type { ImageFile, VolumeInit } from '../kernel/machine.js';
import type { Pod } from '../kernel/state.js';
import { makeInode } from './image.js';
import { addInode, DISK_BYTES, entry, fileContent, inodeOf, newFilesystem, ROOT } from './inodes.js';
import type { DirectoryInode, Filesystem, Inode, Mounted } from './inodes.js';

const MAX_LINKS = 40;
/** A limit is the kubelet's affair, which looks from time to time: so much more than it fits onto a disk meanwhile. */
const BEYOND_LIMIT = 64 * 1024 * 1024;

export function makeVolume(init: VolumeInit, now: number): Filesystem {
  const { memory = false, sizeLimitBytes: wanted = 0 } = init;
  const limit = wanted <= 0 ? DISK_BYTES : memory ? wanted : Math.min(wanted + BEYOND_LIMIT, DISK_BYTES);
  const fs = newFilesystem(init.id, limit, now, memory);
  if (init.gid !== undefined) Object.assign(fs.inodes[ROOT]!, { gid: init.gid, mode: fs.inodes[ROOT]!.mode | 0o2070 });
  fill(fs, init.files, now);
  return fs;
}

/** What of a volume is mounted by itself, and what is open. */
export interface InUse {
  mounted: Set<number>;
  open: Set<number>;
}

export function inUse(pod: Pod, volume: string): InUse {
  const use: InUse = { mounted: new Set(), open: new Set() };
  for (const box of Object.values(pod.sandboxes)) {
    for (const { mounts } of Object.values(box.containers)) for (const { fs, inode } of mounts) if (fs === volume) use.mounted.add(inode);
    for (const file of Object.values(box.open)) if (file.kind === 'file' && file.fs === volume) use.open.add(file.inode);
  }
  return use;
}

/** The files become exactly these. As on Linux, what is open or mounted by itself (subPath) stays as it was, a folder so mounted empty. */
export function replaceFiles(fs: Filesystem, files: Record<string, ImageFile>, now: number, use: InUse): void {
  const before = fs.inodes;
  fs.inodes = { [ROOT]: { ...(before[ROOT] as DirectoryInode), entries: {}, links: 2, mtime: now } };
  fs.bytes = 0;
  for (const number of [...use.mounted, ...use.open]) {
    const inode = before[number];
    if (!inode || number === ROOT) continue;
    const links = use.mounted.has(number) ? 1 : 0;
    fs.inodes[number] = inode.type === 'dir' ? { ...inode, entries: {}, links } : { ...inode, links };
    if (inode.type === 'file') fs.bytes += inode.size;
  }
  fill(fs, files, now);
}

function fill(fs: Filesystem, files: Record<string, ImageFile>, now: number): void {
  const m: Mounted = { fs, image: undefined, changes: null };
  /** A folder's time is that of its last entry, unless it was given. */
  const times: [Inode, number][] = [];
  for (const path of Object.keys(files).sort()) {
    const names = path.split('/').filter((name) => name !== '');
    let at = ROOT;
    names.forEach((name, i) => {
      const file: ImageFile = i === names.length - 1 ? files[path]! : { type: 'dir', mode: 0o755 };
      const there = entry(fs.inodes[at] as DirectoryInode, name);
      at = there ?? addInode(m, at, name, makeInode(file, at, now));
    });
    const file = files[path]!;
    if (names.length === 0 && file.type === 'dir') Object.assign(fs.inodes[ROOT]!, { mode: file.mode, uid: file.uid ?? 0, gid: file.gid ?? 0 });
    if (file.type === 'dir' && file.mtime !== undefined) times.push([fs.inodes[at]!, file.mtime]);
  }
  for (const [inode, mtime] of times) inode.mtime = mtime;
}

/** What a path below a volume names, made as a folder where it is not there; or why it cannot be mounted. Links may not lead out of the volume. */
export function subPathInode(m: Mounted, subPath: string, now: number): number | string {
  const names = subPath.split('/').reverse();
  const trail = [ROOT];
  let links = 0;
  while (names.length > 0) {
    const name = names.pop()!;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      trail.pop();
      if (trail.length === 0) return `subPath "${subPath}" leads out of its volume`;
      continue;
    }
    const at = trail[trail.length - 1]!;
    const directory = inodeOf(m, at)!;
    if (directory.type !== 'dir') return `subPath "${subPath}": not a directory`;
    const number = entry(directory, name) ?? addInode(m, at, name, { type: 'dir', mode: 0o750, uid: 0, gid: 0, mtime: now, links: 2, entries: {}, parent: at });
    const inode = inodeOf(m, number)!;
    if (inode.type !== 'link') trail.push(number);
    else if (inode.target.startsWith('/') || ++links > MAX_LINKS) return `subPath "${subPath}" leads out of its volume`;
    else names.push(...inode.target.split('/').reverse());
  }
  return trail[trail.length - 1]!;
}

/** All files by path, as the host keeps them on disk. */
export function volumeFiles(fs: Filesystem): Record<string, ImageFile> {
  const files: Record<string, ImageFile> = {};
  const visit = (number: number, path: string) => {
    const inode: Inode | undefined = fs.inodes[number];
    if (!inode) return;
    const { uid, gid, mtime } = inode;
    const meta = { uid, gid, mtime };
    switch (inode.type) {
      case 'dir':
        if (path !== '' || inode.mode !== 0o777 || uid !== 0 || gid !== 0) files[path] = { type: 'dir', mode: inode.mode, ...meta };
        for (const name of Object.keys(inode.entries)) visit(inode.entries[name]!, `${path}/${name}`);
        break;
      case 'file':
        files[path] = { type: 'file', mode: inode.mode, content: fileContent(inode), ...meta };
        break;
      case 'link':
        files[path] = { type: 'link', target: inode.target, ...meta };
        break;
      case 'program':
        files[path] = { type: 'program', program: inode.program, mode: inode.mode, ...meta };
        break;
      case 'fifo':
        break;
    }
  };
  visit(ROOT, '');
  return files;
}
