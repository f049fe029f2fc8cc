import { filter } from './filter.js';
import { parseOptions } from './options.js';

/** Control characters as ^X, bytes above 127 as M-X. */
function visible(char: string): string {
  const code = char.charCodeAt(0);
  const low = code & 127;
  return `${code > 127 ? 'M-' : ''}${low < 32 ? `^${String.fromCharCode(low + 64)}` : low === 127 ? '^?' : String.fromCharCode(low)}`;
}

export const cat = filter<{ number: string; line: number; start: boolean; show: boolean; ends: boolean; tabs: boolean }>({
  init(io) {
    const options = parseOptions(io, 'nbvteAsu');
    if (!options) return 1;
    const number = options.has('b') ? 'b' : options.has('n') ? 'n' : '';
    const [ends, tabs] = ['e', 't'].map((letter) => options.has(letter) || options.has('A'));
    return { own: { number, line: 0, start: true, show: options.has('v') || ends! || tabs!, ends: ends!, tabs: tabs! }, files: options.rest };
  },
  data(io, own, data) {
    let text = own.show ? data.replace(/[\0-\x08\x0b-\x1f\x7f-\xff]/g, visible) : data;
    if (own.tabs) text = text.replaceAll('\t', '^I');
    if (own.ends) text = text.replaceAll('\n', '$\n');
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
