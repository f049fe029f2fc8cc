/** sed's scripts, read into a list of commands. What is wrong with one is a SedError, in busybox's words. */
import { compileRegex } from '../regex.js';
import { escapes, takeDelimited } from './text.js';

export class SedError extends Error {}

export type Address =
  | { kind: 'line'; line: number }
  | { kind: 'last' }
  | { kind: 'step'; first: number; step: number }
  /** An empty pattern is the last one that was used. */
  | { kind: 'regex'; pattern: string; caseless: boolean }
  | { kind: 'more'; lines: number }
  | { kind: 'multiple'; of: number };

export interface Command {
  name: string;
  from?: Address;
  to?: Address;
  negated: boolean;
  /** Text of a, i, c; label; file name; exit code of q and Q. */
  text: string;
  /** Where a block ends, or where a jump goes: the index of a command. */
  jump: number;
  /** s and y. */
  pattern: string;
  replacement: string;
  flags: { global: boolean; print: boolean; caseless: boolean; number: number; file: string };
}

/** Commands that take no address, one, or two are not told apart: busybox does not either, but for these. */
const NO_ADDRESS = ':}#';
const KNOWN = '{}=abcdDgGhHilnNpPqQrstTwxy:#';

/** @param extended expressions are extended ones. @throws SedError */
export function parseScript(script: string, extended: boolean): Command[] {
  const reader = { text: script, at: 0 };
  const commands: Command[] = [];
  const open: number[] = [];
  for (;;) {
    skip(reader, /[\s;]*/y);
    if (reader.at >= reader.text.length) break;
    const command = readCommand(reader, extended);
    if (command === undefined) continue;
    if (command.name === '}') {
      const block = open.pop();
      if (block === undefined) throw new SedError('unexpected }');
      commands[block]!.jump = commands.length;
      continue;
    }
    if (command.name === '{') open.push(commands.length);
    commands.push(command);
  }
  if (open.length > 0) throw new SedError('unmatched {');
  for (const command of commands) {
    if (!'btT'.includes(command.name)) continue;
    command.jump = command.text === '' ? commands.length : commands.findIndex((other) => other.name === ':' && other.text === command.text);
    if (command.jump < 0) throw new SedError(`can't find label for jump to '${command.text}'`);
  }
  return commands;
}

interface Reader {
  text: string;
  at: number;
}

function skip(reader: Reader, expression: RegExp): string {
  expression.lastIndex = reader.at;
  const found = expression.exec(reader.text)?.[0] ?? '';
  reader.at += found.length;
  return found;
}

function readCommand(reader: Reader, extended: boolean): Command | undefined {
  const from = readAddress(reader, extended, false);
  skip(reader, /[ \t]*/y);
  let to: Address | undefined;
  if (from && reader.text[reader.at] === ',') {
    reader.at++;
    skip(reader, /[ \t]*/y);
    to = readAddress(reader, extended, true);
    if (!to) throw new SedError('no address after comma');
  }
  const negated = skip(reader, /[ \t!]*/y).includes('!');
  const name = reader.text[reader.at++];
  if (name === undefined) throw new SedError('missing command');
  if (!KNOWN.includes(name)) throw new SedError(`unsupported command ${name}`);
  if (name === '#') {
    skip(reader, /[^\n]*/y);
    return undefined;
  }
  if (from && NO_ADDRESS.includes(name)) throw new SedError(`command ${name} uses addresses`);
  const command: Command = {
    name, negated, text: '', jump: 0, pattern: '', replacement: '', flags: { global: false, print: false, caseless: false, number: 0, file: '' }, ...(from && { from }), ...(to && { to }),
  };
  readArguments(reader, command, extended);
  return command;
}

function readAddress(reader: Reader, extended: boolean, second: boolean): Address | undefined {
  const char = reader.text[reader.at];
  if (char === '$') {
    reader.at++;
    return { kind: 'last' };
  }
  if (char === '/' || (char === '\\' && reader.at + 1 < reader.text.length)) {
    reader.at += char === '/' ? 1 : 2;
    const taken = takeDelimited(reader, reader.text[reader.at - 1]!, true);
    if (taken === undefined) throw new SedError('unterminated match');
    const caseless = skip(reader, /I?/y) === 'I';
    if (taken !== '') compileRegex(taken, { extended, caseless });
    return { kind: 'regex', pattern: taken, caseless };
  }
  const sign = second ? skip(reader, /[+~]?/y) : '';
  const digits = skip(reader, /\d*/y);
  if (digits === '') return undefined;
  const number = Number(digits);
  if (sign === '+') return { kind: 'more', lines: number };
  if (sign === '~') return { kind: 'multiple', of: number };
  if (reader.text[reader.at] === '~') {
    reader.at++;
    return { kind: 'step', first: number, step: Number(skip(reader, /\d*/y)) };
  }
  return { kind: 'line', line: number };
}

function readArguments(reader: Reader, command: Command, extended: boolean): void {
  switch (command.name) {
    case 'a':
    case 'i':
    case 'c':
      command.text = readText(reader);
      return;
    case 'b':
    case 't':
    case 'T':
    case ':':
      skip(reader, /[ \t]*/y);
      command.text = skip(reader, command.name === ':' ? /[^\s;]*/y : /[^\s;}]*/y);
      if (command.name === ':' && command.text === '') throw new SedError('":" lacks a label');
      return end(reader);
    case 'r':
    case 'w':
      skip(reader, /[ \t]*/y);
      command.text = skip(reader, /[^\n]*/y);
      if (command.text === '') throw new SedError('empty filename');
      return;
    case 's':
      return readSubstitution(reader, command, extended);
    case 'y':
      return readTranslation(reader, command);
    case 'q':
    case 'Q':
      skip(reader, /[ \t]*/y);
      command.text = skip(reader, /\d*/y);
      return end(reader);
    case '{':
    case '}':
      return;
    default:
      return end(reader);
  }
}

/** Nothing else may stand on this command's line. */
function end(reader: Reader): void {
  skip(reader, /[ \t]*/y);
  const char = reader.text[reader.at];
  if (char !== undefined && !';\n}#'.includes(char)) throw new SedError('extra characters after command');
}

/** a, i, c: the rest of the line and of those that a backslash carries it on to. */
function readText(reader: Reader): string {
  skip(reader, /[ \t]*/y);
  if (reader.text[reader.at] === '\\') {
    reader.at++;
    // a\ and a newline, or a\ right before a text whose blanks count.
    skip(reader, /[ \t]*\n/y);
  }
  let out = '';
  for (; reader.at < reader.text.length; reader.at++) {
    const char = reader.text[reader.at]!;
    if (char === '\n') break;
    if (char === '\\' && reader.at + 1 < reader.text.length) out += reader.text[++reader.at]!;
    else out += char;
  }
  if (out === '') throw new SedError('expected \\ after `a\', `c\' or `i\'');
  return out;
}

function readSubstitution(reader: Reader, command: Command, extended: boolean): void {
  const delimiter = reader.text[reader.at++];
  const pattern = delimiter === undefined ? undefined : takeDelimited(reader, delimiter, true);
  const replacement = pattern === undefined ? undefined : takeDelimited(reader, delimiter!, false);
  if (pattern === undefined || replacement === undefined) throw new SedError('unmatched \'/\'');
  const { flags } = command;
  for (;;) {
    const flag = reader.text[reader.at];
    if (flag === 'g') flags.global = true;
    else if (flag === 'p') flags.print = true;
    else if (flag === 'i' || flag === 'I') flags.caseless = true;
    else if (flag !== undefined && /[1-9]/.test(flag)) {
      flags.number = Number(skip(reader, /\d+/y));
      continue;
    } else if (flag === 'w') {
      reader.at++;
      skip(reader, /[ \t]*/y);
      flags.file = skip(reader, /[^\n]*/y);
      break;
    } else break;
    reader.at++;
  }
  if (reader.text[reader.at] !== undefined && !/[\s;}#]/.test(reader.text[reader.at]!)) throw new SedError('bad option in substitution expression');
  end(reader);
  command.pattern = pattern;
  command.replacement = replacement;
  if (pattern !== '') compileRegex(pattern, { extended, caseless: flags.caseless });
  const groups = Math.max(0, ...[...replacement.matchAll(/\\(\\|[1-9])/g)].map(([, digit]) => Number(digit) || 0));
  const has = (pattern.match(extended ? /(?<!\\)\(/g : /\\\(/g) ?? []).length;
  if (pattern !== '' && groups > has) throw new SedError(`invalid reference \\${groups} on 's' command's RHS`);
}

function readTranslation(reader: Reader, command: Command): void {
  const delimiter = reader.text[reader.at++];
  const from = delimiter === undefined ? undefined : takeDelimited(reader, delimiter, false);
  const to = from === undefined ? undefined : takeDelimited(reader, delimiter!, false);
  if (from === undefined || to === undefined) throw new SedError('unmatched \'/\'');
  command.pattern = escapes(from).replace(/\\(.)/g, '$1');
  command.replacement = escapes(to).replace(/\\(.)/g, '$1');
  if (command.pattern.length !== command.replacement.length) throw new SedError('strings for y command are different lengths');
  end(reader);
}
