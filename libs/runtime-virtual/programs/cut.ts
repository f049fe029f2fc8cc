import { filter, takeLines } from './filter.js';
import { complain, parseOptions } from './options.js';
import type { Io } from './simple.js';

interface CutState {
  rest: string;
  ranges: [number, number][];
  fields: boolean;
  delimiter: string;
  only: boolean;
}
const LAST = 1_000_000_000;

/** "1,3-5,7-" as pairs. */
function ranges(text: string): [number, number][] | undefined {
  const list: [number, number][] = [];
  for (const part of text.split(',')) {
    const found = /^(\d*)(-?)(\d*)$/.exec(part);
    if (!found || part === '' || part === '-') return undefined;
    const from = Number(found[1] || 1);
    list.push([from, found[2] === '' ? from : Number(found[3] || LAST)]);
  }
  return list;
}

function line(io: Io, own: CutState, text: string): void {
  const wanted = (i: number) => own.ranges.some(([from, to]) => i + 1 >= from && i + 1 <= to);
  if (!own.fields) {
    io.out += `${[...text].filter((_, i) => wanted(i)).join('')}\n`;
    return;
  }
  if (!text.includes(own.delimiter)) {
    if (!own.only) io.out += `${text}\n`;
    return;
  }
  io.out += `${text.split(own.delimiter).filter((_, i) => wanted(i)).join(own.delimiter)}\n`;
}

export const cut = filter<CutState>({
  init(io) {
    const options = parseOptions(io, 'b:c:f:d:sn');
    if (!options) return 1;
    const list = options.value('f') ?? options.value('c') ?? options.value('b');
    if (list === undefined) return complain(io, 'expected a list of bytes, characters, or fields');
    const parsed = ranges(list);
    if (!parsed) return complain(io, `invalid range ${list}`);
    return { own: { rest: '', ranges: parsed, fields: options.has('f'), delimiter: options.value('d') ?? '\t', only: options.has('s') }, files: options.rest };
  },
  data(io, own, data) {
    for (const text of takeLines(own, data)) line(io, own, text);
  },
  end(io, own, code) {
    if (own.rest !== '') line(io, own, own.rest);
    return code;
  },
});
