import { filter, takeLines } from './filter.js';
import { parseOptions } from './options.js';
import type { Io } from './simple.js';

interface UniqState {
  rest: string;
  line: string | null;
  count: number;
  flags: string;
  fields: number;
  chars: number;
  width: number;
}

function key(own: UniqState, line: string): string {
  let text = line;
  for (let i = 0; i < own.fields; i++) text = text.replace(/^\s*\S+/, '');
  text = text.slice(own.chars);
  if (own.width >= 0) text = text.slice(0, own.width);
  return own.flags.includes('i') ? text.toLowerCase() : text;
}

function put(io: Io, own: UniqState): void {
  if (own.line === null) return;
  if (own.flags.includes('d') && own.count < 2) return;
  if (own.flags.includes('u') && own.count > 1) return;
  io.out += own.flags.includes('c') ? `${String(own.count).padStart(7)} ${own.line}\n` : `${own.line}\n`;
}

function add(io: Io, own: UniqState, line: string): void {
  if (own.line !== null && key(own, own.line) === key(own, line)) own.count++;
  else {
    put(io, own);
    own.line = line;
    own.count = 1;
  }
}

export const uniq = filter<UniqState>({
  init(io) {
    const options = parseOptions(io, 'cduif:s:w:');
    if (!options) return 1;
    return {
      own: {
        rest: '', line: null, count: 0, flags: Object.keys(options.given).join(''), fields: Number(options.value('f') ?? 0), chars: Number(options.value('s') ?? 0),
        width: Number(options.value('w') ?? -1),
      },
      files: options.rest.slice(0, 1),
    };
  },
  data(io, own, data) {
    for (const line of takeLines(own, data)) add(io, own, line);
  },
  end(io, own, code) {
    if (own.rest !== '') add(io, own, own.rest);
    put(io, own);
    return code;
  },
});
