/** An image's files as a frozen table of inodes, made once and shared by all containers of the image on this thread. */
import type { ImageFile, ImageLayer } from '../kernel/machine.js';
import { ROOT, split } from './inodes.js';
import type { DirectoryInode, Inode } from './inodes.js';

/** A command's file, and the program that it is; program '': another kind of file. */
export interface Command {
  file: string;
  program: string;
}

export interface Image {
  id: string;
  layer: ImageLayer;
  /** By number; 0 is not used. */
  inodes: Inode[];
  /** What commands were found to be on a PATH, by user: a cache of lookUp(). null: a PATH that is not kept. */
  commands: Map<number, Map<string, Map<string, Command | number> | null>>;
}

/** Directories that every container has, whatever its image holds: the runtime mounts there. */
/** What `ls -l` shows for an image's files: 2024-01-01. */
const IMAGE_TIME = 1_704_067_200_000;
const ALWAYS = ['/dev', '/proc', '/sys', '/tmp', '/etc'];

/** A layer never changes: what was made of it once is used again by other machines of the thread. */
const built = new WeakMap<ImageLayer, Image>();

export function buildImage(layer: ImageLayer): Image {
  let image = built.get(layer);
  if (!image) built.set(layer, (image = build(layer)));
  return image;
}

function build(layer: ImageLayer): Image {
  const inodes: Inode[] = [directory(0, ROOT), directory(0o755, ROOT)];
  const top = inodes[ROOT] as DirectoryInode;
  top.mode = 0o755;
  for (const path of Object.keys(layer.files).sort()) place(inodes, path, layer.files[path]!);
  for (const path of ALWAYS) place(inodes, path, { type: 'dir', mode: path === '/tmp' ? 0o1777 : 0o755 });
  return { id: layer.id, layer, inodes, commands: new Map() };
}

function place(inodes: Inode[], path: string, file: ImageFile): void {
  const names = path.split('/').filter((name) => name !== '');
  let at = ROOT;
  names.forEach((name, i) => {
    const parent = inodes[at] as DirectoryInode;
    const there = parent.entries[name];
    const last = i === names.length - 1;
    if (typeof there === 'number') {
      at = there;
      if (last && file.type === 'dir') inodes[at]!.mode = file.mode;
      return;
    }
    const inode = last ? makeInode(file, at, IMAGE_TIME) : directory(0o755, at);
    at = inodes.length;
    inodes.push(inode);
    parent.entries[name] = at;
    if (inode.type === 'dir') parent.links++;
  });
}

function directory(mode: number, parent: number): DirectoryInode {
  return { type: 'dir', mode, uid: 0, gid: 0, mtime: IMAGE_TIME, links: 2, entries: {}, parent };
}

/** An inode as an ImageFile describes it. */
export function makeInode(file: ImageFile, parent: number, mtime: number): Inode {
  const { uid = 0, gid = 0 } = file;
  const meta = { uid, gid, mtime: file.mtime ?? mtime, links: 1 };
  switch (file.type) {
    case 'file':
      return { type: 'file', mode: file.mode, ...meta, chunks: split(file.content), size: file.content.length };
    case 'program':
      return { type: 'program', mode: file.mode, ...meta, program: file.program };
    case 'dir':
      return { ...directory(file.mode, parent), ...meta, links: 2 };
    case 'link':
      return { type: 'link', mode: 0o777, ...meta, target: file.target };
  }
}
