/** Small filters by line: tac, rev, nl, fold. */
import { filter, takeLines } from './filter.js';
import { parseOptions } from './options.js';

const MAX_TEXT = 64 * 1024 * 1024;

/** Filters that want the whole text first. */
const whole = (letters: string, make: (text: string, options: NonNullable<ReturnType<typeof parseOptions>>) => string) =>
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
      io.out += make(own.text, parseOptions({ ...io, err: '' }, letters)!);
      own.text = '';
      return code;
    },
  });

const linesOf = (text: string) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

export const tac = whole('', (text) => linesOf(text).reverse().join(''));

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
