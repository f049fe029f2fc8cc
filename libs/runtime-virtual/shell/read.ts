/** The builtin read: one line, split into variables. */
import { fileOf, read } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now, setTimer } from '../kernel/kernel.js';
import { RAN } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { unread } from '../kernel/unread.js';
import { emit } from './emit.js';
import { checkErrexit } from './leave.js';
import { ShellError, where } from './state.js';
import type { Frame, Shell } from './state.js';
import { getVar, setVar } from './variables.js';

type Read = Extract<Frame, { t: 'read' }>;
const MAX_LINE = 1024 * 1024;

export function stepRead(k: Kernel, p: Process, sh: Shell, f: Read): number {
  if (f.silent) echoOn(k, p, f, false);
  const data = read(k, p, f.fd, 4096);
  if (data === BLOCKED) {
    if (f.until > 0 && now(k) >= f.until) return done(k, p, sh, f, 1);
    if (f.until > 0) setTimer(k, p, f.until);
    return BLOCKED;
  }
  if (typeof data === 'number' || data === '') return done(k, p, sh, f, 1);
  for (let i = 0; i < data.length; i++) {
    const char = data[i]!;
    f.taken++;
    if (f.escaped) {
      f.escaped = false;
      // Kept escaped until it has been split.
      if (char !== '\n') f.text += `\\${char}`;
    } else if (char === '\\' && !f.raw) f.escaped = true;
    else if (char === f.delimiter) {
      unread(k, p, f.fd, data.slice(i + 1));
      return done(k, p, sh, f, 0);
    } else if (char !== '\0') f.text += char === '\\' ? '\\\\' : char;
    if (f.text.length >= MAX_LINE || f.taken === f.limit) {
      unread(k, p, f.fd, data.slice(i + 1));
      return done(k, p, sh, f, 0);
    }
  }
  return RAN;
}

function echoOn(k: Kernel, p: Process, f: Read, on: boolean): void {
  const tty = fileOf(k, p, f.fd);
  if (tty?.kind === 'tty') tty.echo = on;
}

function done(k: Kernel, p: Process, sh: Shell, f: Read, status: number): number {
  if (f.silent) echoOn(k, p, f, true);
  sh.frames.pop();
  setTimer(k, p, 0);
  sh.status = status;
  try {
    if (f.names.length === 0) setVar(sh, 'REPLY', f.text.replace(/\\([^])/g, '$1'));
    else splitLine(f.text, getVar(sh, 'IFS') ?? ' \t\n', f.names.length).forEach((value, i) => setVar(sh, f.names[i]!, value));
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    sh.status = error.status;
    emit(k, p, sh, 2, `${sh.name}: read: ${where(sh)}${error.message}\n`);
  }
  checkErrexit(k, p, sh);
  return RAN;
}

/**
 * Values for n variables; the last one gets all that is left, without a separator at its end if there is only one. A backslash protects a
 * character from being a separator.
 */
function splitLine(text: string, ifs: string, count: number): string[] {
  const separates = (char: string | undefined) => char !== undefined && ifs.includes(char);
  const space = (char: string | undefined) => char !== undefined && /[ \t\n\v\f\r]/.test(char) && ifs.includes(char);
  const values: string[] = [];
  let value = '';
  // Before a word spaces are skipped; one other separator too where a space has ended the word before (2).
  let before = 1;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\\') {
      value += text[++i] ?? '';
      continue;
    }
    if (before > 0 && separates(char)) {
      if (space(char) || --before === 1) continue;
    }
    before = 0;
    if (values.length < count - 1 && separates(char)) {
      values.push(value);
      value = '';
      before = space(char) ? 2 : 1;
    } else value += char;
  }
  let end = value.length;
  while (space(value[end - 1])) end--;
  value = value.slice(0, end);
  if (separates(value[end - 1])) {
    end--;
    while (space(value[end - 1])) end--;
    if (![...value.slice(0, end)].some(separates)) value = value.slice(0, end);
  }
  values.push(value);
  while (values.length < count) values.push('');
  return values;
}
