/** Volumes: filesystems of a pod that the host fills, reads back and replaces. */
import type { ImageFile, VolumeInit } from '../kernel/machine.js';
import { makeInode } from './image.js';
import { addInode, entry, fileContent, newFilesystem, ROOT } from './inodes.js';
import type { DirectoryInode, Filesystem, Inode, Mounted } from './inodes.js';

export function makeVolume(init: VolumeInit, now: number): Filesystem {
  const fs = newFilesystem(init.id, init.sizeLimitBytes ?? 0, now);
  fill(fs, init.files, now);
  return fs;
}

/** The files become exactly these. Open descriptors keep what they had. */
export function replaceFiles(fs: Filesystem, files: Record<string, ImageFile>, now: number): void {
  const root = fs.inodes[ROOT] as DirectoryInode;
  fs.inodes = { [ROOT]: { ...root, entries: {}, links: 2, mtime: now } };
  fs.bytes = 0;
  fill(fs, files, now);
}

function fill(fs: Filesystem, files: Record<string, ImageFile>, now: number): void {
  const m: Mounted = { fs, image: undefined, changes: null };
  for (const path of Object.keys(files).sort()) {
    const names = path.split('/').filter((name) => name !== '');
    let at = ROOT;
    names.forEach((name, i) => {
      const file: ImageFile = i === names.length - 1 ? files[path]! : { type: 'dir', mode: 0o755 };
      const there = entry(fs.inodes[at] as DirectoryInode, name);
      at = there ?? addInode(m, at, name, makeInode(file, at, now));
    });
    if (names.length === 0) fs.inodes[ROOT]!.mode = files[path]!.type === 'dir' ? (files[path] as { mode: number }).mode : 0o777;
  }
}

/** All files by path, as the host keeps them on disk. */
export function volumeFiles(fs: Filesystem): Record<string, ImageFile> {
  const files: Record<string, ImageFile> = {};
  const visit = (number: number, path: string) => {
    const inode: Inode | undefined = fs.inodes[number];
    if (!inode) return;
    switch (inode.type) {
      case 'dir':
        if (path !== '') files[path] = { type: 'dir', mode: inode.mode };
        for (const name of Object.keys(inode.entries)) visit(inode.entries[name]!, `${path}/${name}`);
        break;
      case 'file':
        files[path] = { type: 'file', mode: inode.mode, content: fileContent(inode) };
        break;
      case 'link':
        files[path] = { type: 'link', target: inode.target };
        break;
      case 'program':
        files[path] = { type: 'program', program: inode.program, mode: inode.mode };
        break;
      case 'fifo':
        break;
    }
  };
  visit(ROOT, '');
  return files;
}
