/** Lines of one file or stream, as a program's state: plain data, read as far as there is something to read. */
import { openPath, READ } from '../files/open.js';
import { read } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { attach, close } from '../kernel/open-files.js';
import type { Process } from '../kernel/state.js';

export interface Lines {
  /** -1: closed, or never opened. */
  fd: number;
  text: string;
  /** Where in `text` the next line begins. */
  at: number;
  ended: boolean;
  /** Whether the last line that was given had a newline at its end. */
  newline: boolean;
}

/** '-' is standard input. An errno where the file can't be opened. */
export function openLines(k: Kernel, p: Process, name: string): Lines | number {
  const id = name === '-' ? 0 : openPath(k, p, name, READ);
  if (id < 0) return id;
  return { fd: name === '-' ? 0 : attach(k, p, id, 3), text: '', at: 0, ended: false, newline: true };
}

/** The next line without its newline; null at the end; BLOCKED or another errno. */
export function readLine(k: Kernel, p: Process, lines: Lines): string | number | null {
  for (;;) {
    const end = lines.text.indexOf('\n', lines.at);
    if (end >= 0) {
      const line = lines.text.slice(lines.at, end);
      lines.at = end + 1;
      lines.newline = true;
      return line;
    }
    if (lines.ended) {
      if (lines.at >= lines.text.length) return null;
      const line = lines.text.slice(lines.at);
      lines.text = '';
      lines.at = 0;
      lines.newline = false;
      return line;
    }
    const more = fill(k, p, lines);
    if (more < 0) return more;
  }
}

/** Reads until there is a newline or the end: 0, or BLOCKED or another errno. A long line is put together once. */
export function fill(k: Kernel, p: Process, lines: Lines): number {
  let rest = lines.text.slice(lines.at);
  lines.at = 0;
  for (;;) {
    const data = read(k, p, lines.fd);
    if (data === BLOCKED) {
      lines.text = rest;
      return BLOCKED;
    }
    if (typeof data === 'number' || data === '') {
      lines.ended = true;
      lines.text = rest;
      return typeof data === 'number' ? data : 0;
    }
    rest += data;
    if (data.includes('\n')) {
      lines.text = rest;
      return 0;
    }
  }
}

export function closeLines(k: Kernel, p: Process, lines: Lines): void {
  if (lines.fd > 0) close(k, p, lines.fd);
  lines.fd = -1;
}
