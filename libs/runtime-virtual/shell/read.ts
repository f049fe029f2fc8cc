/** The builtin read: one line, split into variables. */
import { fileOf, read } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now, setTimer } from '../kernel/kernel.js';
import { RAN } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { unread } from '../kernel/unread.js';
import { checkErrexit } from './leave.js';
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
    if (f.escaped) {
      f.escaped = false;
      // Kept escaped until it has been split.
      if (char !== '\n') f.text += `\\${char}`;
    } else if (char === '\\' && !f.raw) f.escaped = true;
    else if (char === f.delimiter) {
      unread(k, p, f.fd, data.slice(i + 1));
      return done(k, p, sh, f, 0);
    } else if (char !== '\0') f.text += char === '\\' ? '\\\\' : char;
    if (f.text.length >= MAX_LINE || (f.limit > 0 && f.text.replace(/\\([^])/g, '$1').length >= f.limit)) {
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
  const values = splitLine(f.text, getVar(sh, 'IFS') ?? ' \t\n', f.names.length);
  sh.status = status;
  f.names.forEach((name, i) => setVar(sh, name, values[i] ?? ''));
  checkErrexit(k, p, sh);
  return RAN;
}

/** Fields for n variables: the last one gets all that is left. A backslash protects a character from being a separator. */
function splitLine(text: string, ifs: string, count: number): string[] {
  const space = (char: string) => ifs.includes(char) && /[ \t\n]/.test(char);
  const values: string[] = [];
  let i = 0;
  while (i < text.length && space(text[i]!)) i++;
  while (values.length < count - 1 && i < text.length) {
    let value = '';
    while (i < text.length && !ifs.includes(text[i]!)) {
      if (text[i] === '\\') i++;
      value += text[i++] ?? '';
    }
    values.push(value);
    while (i < text.length && space(text[i]!)) i++;
    if (i < text.length && ifs.includes(text[i]!) && !space(text[i]!)) {
      i++;
      while (i < text.length && space(text[i]!)) i++;
    }
  }
  let end = text.length;
  while (end > i && space(text[end - 1]!) && text[end - 2] !== '\\') end--;
  if (i < end || values.length < count) values.push(text.slice(i, end).replace(/\\([^])/g, '$1'));
  return values;
}
