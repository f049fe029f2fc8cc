/** Small filters by line: tac, rev, nl, fold, paste, comm, shuf. */
import { readWhole } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { random } from '../kernel/kernel.js';
import { filter, takeLines } from './filter.js';
import { complain, parseOptions } from './options.js';
import type { Run } from './simple.js';

const MAX_TEXT = 64 * 1024 * 1024;

/** Filters that want the whole text first. */
const whole = (letters: string, make: (text: string, options: NonNullable<ReturnType<typeof parseOptions>>, pick: () => number) => string) =>
  filter<{ text: string }>({
    init(io) {
      const options = parseOptions(io, letters);
      return options ? { own: { text: '' }, files: options.rest } : 1;
    },
    data(_io, own, data) {
      own.text += data;
      return own.text.length > MAX_TEXT;
    },
    end(io, own, code) {
      io.out += make(own.text, parseOptions({ ...io, err: '' }, letters)!, () => random(io.k));
      own.text = '';
      return code;
    },
  });

const linesOf = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

export const tac = whole('', (text) => linesOf(text).reverse().join(''));

export const shuf = whole('n:', (text, options, pick) => {
  const lines = text.replace(/\n$/, '').split('\n');
  for (let i = lines.length - 1; i > 0; i--) {
    const j = pick() % (i + 1);
    [lines[i], lines[j]] = [lines[j]!, lines[i]!];
  }
  const count = Number(options.value('n') ?? lines.length);
  return text === '' ? '' : lines.slice(0, count).map((line) => `${line}\n`).join('');
});

/** Filters that make one line out of one. */
const byLine = (letters: string, make: (line: string, options: NonNullable<ReturnType<typeof parseOptions>>, number: number) => string) =>
  filter<{ rest: string; number: number }>({
    init(io) {
      const options = parseOptions(io, letters);
      return options ? { own: { rest: '', number: 0 }, files: options.rest } : 1;
    },
    data(io, own, data) {
      const options = parseOptions({ ...io, err: '' }, letters)!;
      for (const line of takeLines(own, data)) io.out += `${make(line, options, ++own.number)}\n`;
    },
    end(io, own, code) {
      if (own.rest !== '') io.out += make(own.rest, parseOptions({ ...io, err: '' }, letters)!, ++own.number);
      return code;
    },
  });

export const rev = byLine('', (line) => [...line].reverse().join(''));

export const fold = byLine('bsw:', (line, options) => {
  const width = Math.max(1, Number(options.value('w') ?? 80));
  let out = '';
  let rest = line;
  while (rest.length > width) {
    const blank = options.has('s') ? rest.slice(0, width).search(/[ \t][^ \t]*$/) : -1;
    const cut = blank >= 0 ? blank + 1 : width;
    out += `${rest.slice(0, cut)}\n`;
    rest = rest.slice(cut);
  }
  return out + rest;
});

export const nl = filter<{ rest: string; number: number }>({
  init(io) {
    const options = parseOptions(io, 'b:i:s:v:w:l:');
    return options ? { own: { rest: '', number: Number(options.value('v') ?? 1) }, files: options.rest } : 1;
  },
  data(io, own, data) {
    const options = parseOptions({ ...io, err: '' }, 'b:i:s:v:w:l:')!;
    const width = Number(options.value('w') ?? 6);
    for (const line of takeLines(own, data)) {
      const numbered = options.value('b') === 'a' || (options.value('b') !== 'n' && line !== '');
      io.out += numbered ? `${String(own.number).padStart(width)}${options.value('s') ?? '\t'}${line}\n` : `${' '.repeat(width + 1)}${line}\n`;
      if (numbered) own.number += Number(options.value('i') ?? 1);
    }
  },
  end(io, own, code) {
    if (own.rest !== '') io.out += `${String(own.number).padStart(6)}\t${own.rest}`;
    return code;
  },
});

export const paste: Run = (io) => {
  const options = parseOptions(io, 'd:s');
  if (!options) return 1;
  const delimiters = (options.value('d') ?? '\t').replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\0/g, '');
  const columns: string[][] = [];
  for (const name of options.rest) {
    const text = readWhole(io.k, io.p, name);
    if (typeof text === 'number') return complain(io, `can't open '${name}': ${errorMessage(text)}`);
    columns.push(text === '' ? [] : text.replace(/\n$/, '').split('\n'));
  }
  const join = (parts: string[]) => parts.reduce((line, part, i) => line + (i > 0 && delimiters !== '' ? delimiters[(i - 1) % delimiters.length]! : '') + part, '');
  if (options.has('s')) for (const column of columns) io.out += `${join(column)}\n`;
  else for (let i = 0; i < Math.max(0, ...columns.map((column) => column.length)); i++) io.out += `${join(columns.map((column) => column[i] ?? ''))}\n`;
  return 0;
};

export const comm: Run = (io) => {
  const options = parseOptions(io, '123');
  if (options?.rest.length !== 2) return 1;
  const [left, right] = options.rest.map((name) => readWhole(io.k, io.p, name));
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
};

export const cmp: Run = (io) => {
  const options = parseOptions(io, 'lsn:');
  if (!options || options.rest.length < 2) return 2;
  const [first = '', second = ''] = options.rest;
  const [a, b] = [first, second].map((name) => readWhole(io.k, io.p, name)) as [string | number, string | number];
  if (typeof a === 'number' || typeof b === 'number') {
    complain(io, `can't open '${typeof a === 'number' ? first : second}': ${errorMessage(typeof a === 'number' ? a : (b as number))}`);
    return 2;
  }
  if (a === b) return 0;
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (options.has('s')) return 1;
  if (at >= a.length || at >= b.length) io.err += `cmp: EOF on ${a.length < b.length ? first : second}\n`;
  else io.out += `${first} ${second} differ: char ${at + 1}, line ${a.slice(0, at).split('\n').length}\n`;
  return 1;
};
