/** sed's input, one line ahead, and its output. */
import { rename, setAttributes } from '../../files/change.js';
import { CREATE, openPath, TRUNCATE, WRITE } from '../../files/open.js';
import { readWhole, stat } from '../../files/stat.js';
import { BLOCKED, errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { random } from '../../kernel/kernel.js';
import { attach, close } from '../../kernel/open-files.js';
import type { Process } from '../../kernel/state.js';
import { closeLines, openLines, readLine } from '../lines.js';
import { SedError } from './script.js';
import type { SedState } from './state.js';

/** Reads one line ahead, into `next`: 0, or BLOCKED. Opens files as they come. */
function lookAhead(k: Kernel, p: Process, s: SedState): number {
  while (!s.next) {
    if (!s.lines) {
      // With -i and -s a file's last line is the last one.
      if (s.separate && s.at >= 0) return 0;
      closeTarget(k, p, s);
      const name = s.files[s.index];
      if (name === undefined) return 0;
      const opened = openLines(k, p, name);
      s.index++;
      if (typeof opened === 'number' || !openTarget(k, p, s, name)) {
        s.pending.push([2, `sed: ${name}: ${errorMessage(opened as number)}\n`]);
        s.code = 1;
        continue;
      }
      s.lines = opened;
      if (s.separate) s.line = s.inPlace ? 0 : s.line;
    }
    const line = readLine(k, p, s.lines);
    if (line === BLOCKED) return BLOCKED;
    if (typeof line === 'string') s.next = { text: line, newline: s.lines.newline };
    else {
      if (typeof line === 'number') {
        s.pending.push([2, `sed: ${s.files[s.index - 1]}: ${errorMessage(line)}\n`]);
        s.code = 1;
      }
      closeLines(k, p, s.lines);
      s.lines = null;
    }
  }
  return 0;
}

/** Makes the next line the pattern space: 0, BLOCKED, or 1: there is none. */
export function takeLine(k: Kernel, p: Process, s: SedState): number {
  const state = lookAhead(k, p, s);
  if (state === BLOCKED) return BLOCKED;
  if (!s.next) return 1;
  const { text, newline } = s.next;
  s.next = null;
  s.line++;
  s.pattern = text;
  s.newline = newline;
  return 0;
}

/** Whether the current line is the last: undefined while that can't be told. */
export function isLast(k: Kernel, p: Process, s: SedState): boolean | undefined {
  return lookAhead(k, p, s) === BLOCKED ? undefined : !s.next;
}

/** A line for the output: stdout, or the new file of -i. */
export function emit(s: SedState, text: string, newline = true): void {
  const line = `${s.open ? '\n' : ''}${text}${newline ? '\n' : ''}`;
  s.open = !newline;
  put(s, s.target > 0 ? s.target : 1, line);
}

export function put(s: SedState, fd: number, text: string): void {
  if (text === '') return;
  const last = s.pending[s.pending.length - 1];
  if (last && last[0] === fd) last[1] += text;
  else s.pending.push([fd, text]);
}

export function flushAfter(k: Kernel, p: Process, s: SedState): void {
  for (const { kind, text } of s.after) {
    if (kind === 'text') emit(s, text);
    else {
      const found = readWhole(k, p, text);
      if (typeof found === 'string' && found !== '') {
        const ends = found.endsWith('\n');
        emit(s, ends ? found.slice(0, -1) : found, ends);
      }
    }
  }
  s.after = [];
}

function openTarget(k: Kernel, p: Process, s: SedState, name: string): boolean {
  if (!s.inPlace || name === '-') return true;
  s.temporary = `${name}${random(k).toString(36)}`;
  const id = openPath(k, p, s.temporary, WRITE | CREATE | TRUNCATE, 0o600);
  if (id < 0) throw new SedError(`can't create temp file ${s.temporary}: ${errorMessage(id)}`);
  s.target = attach(k, p, id, 3);
  return true;
}

/** -i: the new file takes the old one's place. Nothing may be pending. */
export function closeTarget(k: Kernel, p: Process, s: SedState): void {
  if (s.target < 0) return;
  close(k, p, s.target);
  s.target = -1;
  s.open = false;
  const name = s.files[s.index - 1]!;
  const old = stat(k, p, name);
  if (typeof old !== 'number') setAttributes(k, p, s.temporary, { mode: old.mode });
  if (s.suffix !== '') rename(k, p, name, s.suffix.includes('*') ? s.suffix.replaceAll('*', name) : name + s.suffix);
  rename(k, p, s.temporary, name);
}
