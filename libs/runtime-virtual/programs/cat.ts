import { filter } from './filter.js';
import { parseOptions } from './options.js';

export const cat = filter<{ number: string; line: number; start: boolean; show: boolean }>({
  init(io) {
    const options = parseOptions(io, 'nbvteAsu');
    if (!options) return 1;
    const number = options.has('b') ? 'b' : options.has('n') ? 'n' : '';
    return { own: { number, line: 0, start: true, show: options.has('v') || options.has('e') || options.has('A') }, files: options.rest };
  },
  data(io, own, data) {
    const text = own.show ? data.replace(/[\0-\x08\x0b-\x1f]/g, (char) => `^${String.fromCharCode(char.charCodeAt(0) + 64)}`).replaceAll('\n', '$\n') : data;
    if (own.number === '') {
      io.out += text;
      return;
    }
    for (const piece of text.match(/[^\n]*\n|[^\n]+/g) ?? []) {
      if (own.start && (own.number === 'n' || piece !== '\n')) io.out += `${String(++own.line).padStart(6)}\t`;
      io.out += piece;
      own.start = piece.endsWith('\n');
    }
  },
  end: (_io, _own, code) => code,
  cannot: (name, error) => `cat: can't open '${name}': ${error}\n`,
});
