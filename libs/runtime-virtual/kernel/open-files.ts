/** The table of open files, and the descriptors of processes that refer to it: open, dup(2), close(2), pipe(2). */
import { freeInode, inodeOf } from '../files/inodes.js';
import { mounted } from '../files/walk.js';
import { closeListener, closeSocket } from '../net/sockets.js';
import { EMFILE } from './errors.js';
import type { Kernel } from './kernel.js';
import { newId } from './kernel.js';
import { closePipeEnd, makePipe } from './pipes.js';
import { maxFiles } from './limits.js';
import type { OpenFile, Process } from './state.js';

/** Adds an open file to the sandbox's table, not referred to by any descriptor yet. Returns its id. */
export function addOpenFile(k: Kernel, file: OpenFile): number {
  const id = newId(k);
  k.box.open[id] = file;
  return id;
}

/** The lowest free descriptor from `from` gets the open file. Returns it, or EMFILE. */
export function attach(k: Kernel, p: Process, id: number, from = 0): number {
  let fd = from;
  while (p.files[fd]) fd++;
  if (fd >= maxFiles(p)) {
    release(k, id, true);
    return EMFILE;
  }
  attachAt(k, p, id, fd);
  return fd;
}

/** Puts the open file at this descriptor; what was there is closed. */
export function attachAt(k: Kernel, p: Process, id: number, fd: number): void {
  if (p.files[fd] === id) return;
  close(k, p, fd);
  while (p.files.length < fd) p.files.push(0);
  p.files[fd] = id;
  k.box.open[id]!.refs++;
}

export function close(k: Kernel, p: Process, fd: number): void {
  const id = p.files[fd];
  if (!id) return;
  p.files[fd] = 0;
  release(k, id);
}

/** Takes one reference away; the last one closes the file. */
export function release(k: Kernel, id: number, unused = false): void {
  const file = k.box.open[id];
  if (!file) return;
  if (!unused) file.refs--;
  if (file.refs > 0) return;
  delete k.box.open[id];
  switch (file.kind) {
    case 'read':
      return closePipeEnd(k, file.pipe, 'readers');
    case 'write':
      return closePipeEnd(k, file.pipe, 'writers');
    case 'socket':
      return closeSocket(k, file);
    case 'listener':
      return closeListener(k, file);
    case 'file': {
      if (!k.pod.filesystems[file.fs]) return;
      const m = mounted(k, file.fs);
      const inode = inodeOf(m, file.inode);
      if (inode && inode.links <= 0) freeInode(m, file.inode);
      return;
    }
    default:
      return;
  }
}

/** A pipe as two open files: [reading end, writing end], not referred to yet. */
export function openPipe(k: Kernel): [number, number] {
  const pipe = makePipe(k, 1, 1);
  return [addOpenFile(k, { kind: 'read', pipe, refs: 0 }), addOpenFile(k, { kind: 'write', pipe, refs: 0 })];
}
