/** Programs over several whole inputs: paste, comm, cmp; and shuf. */
import { errorMessage } from '../kernel/errors.js';
import { random } from '../kernel/kernel.js';
import { withInput } from './input.js';
import { complain, parseOptions } from './options.js';

const MAX_RANGE = 1_000_000;

export const shuf = withInput((io, content) => {
  const options = parseOptions(io, 'n:i:ezo:', ['head-count=n:', 'input-range=i:', 'echo=e']);
  if (!options) return 1;
  let lines: string[];
  const range = options.value('i');
  if (range !== undefined) {
    const [, low, high] = /^(\d+)-(\d+)$/.exec(range) ?? [];
    const size = Number(high) - Number(low) + 1;
    if (!(size >= 0 && size <= MAX_RANGE)) return complain(io, `invalid range '${range}'`);
    lines = Array.from({ length: size }, (_, i) => String(Number(low) + i));
  } else if (options.has('e')) lines = [...options.rest];
  else {
    const [name = '-'] = options.rest;
    const text = content(name);
    if (typeof text === 'number') return complain(io, `${name}: ${errorMessage(text)}`);
    lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  }
  for (let i = lines.length - 1; i > 0; i--) {
    const j = random(io.k) % (i + 1);
    [lines[i], lines[j]] = [lines[j]!, lines[i]!];
  }
  io.out += lines.slice(0, Number(options.value('n') ?? lines.length)).map((line) => `${line}\n`).join('');
  return 0;
});

export const paste = withInput((io, content) => {
  const options = parseOptions(io, 'd:s');
  if (!options) return 1;
  const delimiters = (options.value('d') ?? '\t').replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\0/g, '');
  const names = options.rest.length > 0 ? options.rest : ['-'];
  // Standard input that is named several times gives its lines to each in turn.
  const shares = names.filter((name) => name === '-').length;
  let share = 0;
  const columns: string[][] = [];
  for (const name of names) {
    const text = content(name);
    if (typeof text === 'number') return complain(io, `${name}: ${errorMessage(text)}`);
    const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
    const own = share;
    if (name === '-') share++;
    columns.push(name !== '-' || shares === 1 ? lines : options.has('s') ? (own === 0 ? lines : []) : lines.filter((_, i) => i % shares === own));
  }
  const rows = columns.reduce((most, column) => Math.max(most, column.length), 0);
  const join = (parts: string[]) => parts.reduce((line, part, i) => line + (i > 0 && delimiters !== '' ? delimiters[(i - 1) % delimiters.length]! : '') + part, '');
  if (options.has('s')) for (const column of columns) io.out += `${join(column)}\n`;
  else for (let i = 0; i < rows; i++) io.out += `${join(columns.map((column) => column[i] ?? ''))}\n`;
  return 0;
});

export const comm = withInput((io, content) => {
  const options = parseOptions(io, '123');
  if (options?.rest.length !== 2) return 1;
  const [left, right] = options.rest.map((name) => content(name));
  if (typeof left === 'number' || typeof right === 'number') return complain(io, `${options.rest[typeof left === 'number' ? 0 : 1]}: ${errorMessage(typeof left === 'number' ? left : (right as number))}`);
  const [a, b] = [left!, right!].map((text) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))) as [string[], string[]];
  const show = (column: number, line: string) => {
    if (!options.has(String(column))) io.out += `${[1, 2].filter((before) => before < column && !options.has(String(before))).map(() => '\t').join('')}${line}\n`;
  };
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (j >= b.length || (i < a.length && a[i]! < b[j]!)) show(1, a[i++]!);
    else if (i >= a.length || b[j]! < a[i]!) show(2, b[j++]!);
    else {
      show(3, a[i++]!);
      j++;
    }
  }
  return 0;
});

export const cmp = withInput((io, content) => {
  const options = parseOptions(io, 'lsn:');
  if (!options || options.rest.length === 0) return 2;
  const [first = '', second = '-'] = options.rest;
  const most = Number(options.value('n') ?? Infinity);
  const [a, b] = [first, second].map((name) => content(name)).map((text) => (typeof text === 'string' ? text.slice(0, most) : text)) as [string | number, string | number];
  if (typeof a === 'number' || typeof b === 'number') {
    complain(io, `${typeof a === 'number' ? first : second}: ${errorMessage(typeof a === 'number' ? a : (b as number))}`);
    return 2;
  }
  if (a === b) return 0;
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (options.has('s')) return 1;
  if (options.has('l')) {
    const octal = (text: string, i: number) => text.charCodeAt(i).toString(8).padStart(3);
    for (let i = at; i < a.length && i < b.length; i++) if (a[i] !== b[i]) io.out += `${i + 1} ${octal(a, i)} ${octal(b, i)}\n`;
    if (a.length !== b.length) io.err += `cmp: EOF on ${a.length < b.length ? first : second}\n`;
    return 1;
  }
  if (at >= a.length || at >= b.length) io.err += `cmp: EOF on ${a.length < b.length ? first : second}\n`;
  else io.out += `${first} ${second} differ: char ${at + 1}, line ${a.slice(0, at).split('\n').length}\n`;
  return 1;
});
