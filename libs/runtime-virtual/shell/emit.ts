/** What the shell itself prints: written at once where there is room, else by a frame that goes on later. */
import { BLOCKED, EPIPE, errorMessage } from '../kernel/errors.js';
import { write } from '../kernel/descriptors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { where } from './state.js';
import type { Shell } from './state.js';

export function emit(k: Kernel, p: Process, sh: Shell, fd: number, text: string): void {
  const rest = pour(k, p, sh, fd, text);
  if (rest !== '') sh.frames.push({ t: 'emit', fd, text: rest });
}

/** Writes what fits and returns the rest. A failed write makes the command's status 1. */
export function pour(k: Kernel, p: Process, sh: Shell, fd: number, text: string): string {
  let rest = text;
  while (rest !== '') {
    const written = write(k, p, fd, rest.length > 65_536 ? rest.slice(0, 65_536) : rest);
    if (written === BLOCKED) return rest;
    if (written < 0) {
      sh.status = 1;
      if (fd !== 2 && written !== EPIPE) pour(k, p, sh, 2, `${sh.name}: write error: ${errorMessage(written)}\n`);
      return '';
    }
    rest = written < rest.length ? rest.slice(written) : '';
  }
  return '';
}

/** A message on stderr, with the shell's name. */
export function complain(k: Kernel, p: Process, sh: Shell, message: string): void {
  emit(k, p, sh, 2, complaint(sh, message));
}

export function complaint(sh: Shell, message: string): string {
  const { within } = sh;
  return `${sh.name}: ${within === '' ? '' : `${within}: `}${sh.file || within !== '' ? where(sh) : ''}${message}\n`;
}
