/** Gives back bytes that were read too far: to a pipe's front, or by moving a file's position. */
import type { Kernel } from './kernel.js';
import { fileOf } from './descriptors.js';
import type { Bytes } from './machine.js';
import type { Process } from './state.js';

export function unread(k: Kernel, p: Process, fd: number, data: Bytes): void {
  const file = fileOf(k, p, fd);
  if (!file || data === '') return;
  switch (file.kind) {
    case 'read':
    case 'socket': {
      const pipe = k.box.pipes[file.kind === 'read' ? file.pipe : file.rx];
      if (!pipe) return;
      pipe.chunks.unshift(data);
      pipe.size += data.length;
      return;
    }
    case 'file':
    case 'text':
      file.position -= data.length;
      return;
    case 'tty':
      file.ready.unshift(data);
      return;
    default:
      return;
  }
}
