/** What sed's commands do to the state. */
import { BLOCKED } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { RAN } from '../../kernel/program.js';
import type { Process } from '../../kernel/state.js';
import { compileRegex } from '../regex.js';
import type { Regex } from '../regex.js';
import { emit, flushAfter, isLast, put, takeLine } from './io.js';
import { SedError } from './script.js';
import type { Address, Command } from './script.js';
import type { SedState } from './state.js';
import { expandReplacement } from './text.js';

const MAX_SPACE = 64 * 1024 * 1024;

function regexOf(s: SedState, pattern: string, caseless: boolean): Regex {
  if (pattern === '') {
    if (s.lastRegex === '') throw new SedError('no previous regexp');
    return compileRegex(s.lastRegex.slice(1), { extended: s.extended, caseless: s.lastRegex[0] === 'i' });
  }
  s.lastRegex = (caseless ? 'i' : 'c') + pattern;
  return compileRegex(pattern, { extended: s.extended, caseless });
}

/** Whether the address is the current line; undefined while that can't be told. */
function fits(k: Kernel, p: Process, s: SedState, address: Address): boolean | undefined {
  switch (address.kind) {
    case 'line':
      return s.line === address.line;
    case 'last':
      return isLast(k, p, s);
    case 'step':
      return address.step <= 0 ? s.line === address.first : s.line >= address.first && (s.line - address.first) % address.step === 0;
    case 'regex':
      return regexOf(s, address.pattern, address.caseless).test(s.pattern);
    default:
      return false;
  }
}

function selected(k: Kernel, p: Process, s: SedState, command: Command): boolean | undefined {
  const { from, to } = command;
  if (!from) return true;
  if (!to) return fits(k, p, s, from);
  const index = s.at;
  const endsAt = s.ranges[index];
  if (endsAt === undefined) {
    const zero = from.kind === 'line' && from.line === 0;
    const begins = zero ? s.line === 1 : fits(k, p, s, from);
    if (!begins) return begins;
    if (zero && to.kind === 'regex' && fits(k, p, s, to)) return true;
    if (to.kind === 'line' && to.line <= s.line) return true;
    if (to.kind === 'multiple' && (to.of <= 0 || s.line % to.of === 0)) return true;
    if (to.kind === 'more' && to.lines === 0) return true;
    if (to.kind === 'last' && isLast(k, p, s) === undefined) return undefined;
    s.ranges[index] = to.kind === 'line' ? to.line : to.kind === 'more' ? s.line + to.lines : to.kind === 'multiple' ? Math.ceil(s.line / to.of) * to.of : 0;
    return true;
  }
  if (endsAt > 0) {
    if (s.line >= endsAt) delete s.ranges[index];
    // Past its end, as after `n`: the range is over, and this line is no part of it.
    if (s.line > endsAt) return false;
    return true;
  }
  const ends = fits(k, p, s, to);
  if (ends === undefined) return undefined;
  if (ends) delete s.ranges[index];
  return true;
}

/** Runs the command at s.at. RAN, or BLOCKED: it runs again. */
export function runCommand(k: Kernel, p: Process, s: SedState, commands: Command[]): number {
  const command = commands[s.at]!;
  const chosen = selected(k, p, s, command);
  if (chosen === undefined) return BLOCKED;
  if (chosen === command.negated) {
    s.at = command.name === '{' ? command.jump : s.at + 1;
    return RAN;
  }
  if (s.pattern.length + s.hold.length > MAX_SPACE) throw new SedError('out of memory');
  return run(k, p, s, command, commands.length);
}

function run(k: Kernel, p: Process, s: SedState, command: Command, end: number): number {
  const next = s.at + 1;
  switch (command.name) {
    case '=':
      emit(s, String(s.line));
      break;
    case 'a':
      s.after.push({ kind: 'text', text: command.text });
      break;
    case 'r':
      s.after.push({ kind: 'file', text: command.text });
      break;
    case 'i':
      emit(s, command.text);
      break;
    case 'c':
      return change(k, p, s, command);
    case 'd':
      return startOver(k, p, s);
    case 'D': {
      const newline = s.pattern.indexOf('\n');
      if (newline < 0) return startOver(k, p, s);
      flushAfter(k, p, s);
      s.pattern = s.pattern.slice(newline + 1);
      s.at = 0;
      return RAN;
    }
    case 'g':
      s.pattern = s.hold;
      break;
    case 'G':
      s.pattern += `\n${s.hold}`;
      break;
    case 'h':
      s.hold = s.pattern;
      break;
    case 'H':
      s.hold += `\n${s.pattern}`;
      break;
    case 'x':
      [s.pattern, s.hold] = [s.hold, s.pattern];
      break;
    case 'l':
      emit(s, listed(s.pattern));
      break;
    case 'n':
    case 'N':
      return nextLine(k, p, s, command.name);
    case 'p':
      emit(s, s.pattern);
      break;
    case 'P':
      emit(s, s.pattern.split('\n', 1)[0]!);
      break;
    case 'q':
    case 'Q':
      if (command.name === 'q') {
        if (!s.quiet) emit(s, s.pattern, s.newline);
        flushAfter(k, p, s);
      }
      s.code = Number(command.text || 0);
      s.quit = true;
      return RAN;
    case 's':
      substitute(s, command);
      break;
    case 't':
    case 'T':
      if (s.substituted === (command.name === 't')) {
        s.substituted = false;
        s.at = command.jump;
        return RAN;
      }
      s.substituted = false;
      break;
    case 'b':
      s.at = command.jump;
      return RAN;
    case 'w':
      put(s, s.outputs.find(([name]) => name === command.text)![1], `${s.pattern}\n`);
      break;
    case 'y':
      s.pattern = [...s.pattern].map((char) => command.replacement[command.pattern.indexOf(char)] ?? char).join('');
      break;
  }
  s.at = Math.min(next, end);
  return RAN;
}

/** The cycle ends without printing the pattern space. */
function startOver(k: Kernel, p: Process, s: SedState): number {
  flushAfter(k, p, s);
  s.at = -1;
  return RAN;
}

/** c: the text stands in for the whole range, and is printed at its end. */
function change(k: Kernel, p: Process, s: SedState, command: Command): number {
  if (!command.to || command.negated || s.ranges[s.at] === undefined || (command.to.kind === 'last' && isLast(k, p, s))) emit(s, command.text);
  return startOver(k, p, s);
}

function nextLine(k: Kernel, p: Process, s: SedState, name: string): number {
  const last = isLast(k, p, s);
  if (last === undefined) return BLOCKED;
  if (last) {
    // Without a next line both end the script; GNU's N, and busybox's, prints what it has.
    if (!s.quiet) emit(s, s.pattern, s.newline);
    flushAfter(k, p, s);
    s.at = -1;
    return RAN;
  }
  const before = s.pattern;
  if (name === 'n' && !s.quiet) emit(s, s.pattern, s.newline);
  flushAfter(k, p, s);
  takeLine(k, p, s);
  if (name === 'N') s.pattern = `${before}\n${s.pattern}`;
  s.at++;
  return RAN;
}

function substitute(s: SedState, command: Command): void {
  const { flags } = command;
  const regex = regexOf(s, command.pattern, flags.caseless);
  const text = s.pattern;
  let out = '';
  let from = 0;
  let copied = 0;
  let count = 0;
  let lastEnd = -1;
  while (from <= text.length) {
    const match = regex.exec(text, from);
    if (!match) break;
    const end = match.index + match[0].length;
    // An empty match right after a match does not count.
    if (match[0] === '' && match.index === lastEnd) {
      from = end + 1;
      continue;
    }
    count++;
    lastEnd = end;
    if (count >= (flags.number || 1)) {
      out += text.slice(copied, match.index) + expandReplacement(command.replacement, match[0], match.groups);
      copied = end;
      s.substituted = true;
      if (!flags.global) break;
    }
    from = match[0] === '' ? end + 1 : end;
    if (out.length > MAX_SPACE) throw new SedError('out of memory');
  }
  if (count < (flags.number || 1)) return;
  s.pattern = out + text.slice(copied);
  if (flags.print) emit(s, s.pattern);
  if (flags.file !== '') put(s, s.outputs.find(([name]) => name === flags.file)![1], `${s.pattern}\n`);
}

/** l: what can't be seen as escapes, lines of 69 characters, and a $ at the end. */
function listed(text: string): string {
  const named: Record<string, string> = { '\\': '\\\\', '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' };
  const shown = [...text].map((char) => named[char] ?? (char < ' ' || char > '~' ? `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}` : char));
  let out = '';
  let width = 0;
  for (const piece of shown) {
    if (width + piece.length > 69) {
      out += '\\\n';
      width = 0;
    }
    out += piece;
    width += piece.length;
  }
  return `${out}$`;
}
