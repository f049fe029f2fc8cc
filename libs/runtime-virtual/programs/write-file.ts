/** Whole files in one go: what unpackers make. */
import { CREATE, openPath, TRUNCATE, WRITE } from '../files/open.js';
import { setAttributes } from '../files/change.js';
import { write } from '../kernel/descriptors.js';
import type { Kernel } from '../kernel/kernel.js';
import { attach, close } from '../kernel/open-files.js';
import type { Process } from '../kernel/state.js';

const PIECE = 65_536;

/** 0, or an errno. */
export function writeFile(k: Kernel, p: Process, path: string, content: string, mode = 0o666): number {
  const id = openPath(k, p, path, WRITE | CREATE | TRUNCATE, mode);
  if (id < 0) return id;
  const fd = attach(k, p, id, 3);
  if (fd < 0) return fd;
  let error = 0;
  for (let at = 0; at < content.length && error === 0;) {
    const written = write(k, p, fd, content.slice(at, at + PIECE));
    if (written <= 0) error = written;
    else at += written;
  }
  close(k, p, fd);
  if (error === 0 && mode !== 0o666) setAttributes(k, p, path, { mode: mode & ~p.umask });
  return error;
}
