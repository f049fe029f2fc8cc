import { filter } from './filter.js';
import { parseOptions } from './options.js';

interface Counts {
  l: number;
  w: number;
  m: number;
  c: number;
  L: number;
}
interface WcState {
  shown: ('l' | 'w' | 'm' | 'c' | 'L')[];
  now: Counts;
  total: Counts;
  inWord: boolean;
  column: number;
  files: string[];
  done: number;
}

const zero = (): Counts => ({ l: 0, w: 0, m: 0, c: 0, L: 0 });

function row(own: WcState, counts: Counts, name: string): string {
  const width = own.shown.length > 1 || own.files.length > 1 ? 9 : 0;
  const cells = own.shown.map((letter) => String(counts[letter]).padStart(width));
  return `${cells.join(' ')}${name === '-' && own.files.length === 0 ? '' : ` ${name}`}\n`;
}

export const wc = filter<WcState>({
  init(io) {
    const options = parseOptions(io, 'lwcmL');
    if (!options) return 1;
    const asked = (['l', 'w', 'm', 'c', 'L'] as const).filter((letter) => options.has(letter));
    const shown = asked.length > 0 ? asked : (['l', 'w', 'c'] as const).slice();
    return { own: { shown, now: zero(), total: zero(), inWord: false, column: 0, files: options.rest, done: 0 }, files: options.rest };
  },
  data(_io, own, data) {
    const { now, shown } = own;
    now.c += data.length;
    if (shown.includes('m')) now.m += characters(data);
    if (shown.includes('l')) for (let at = data.indexOf('\n'); at >= 0; at = data.indexOf('\n', at + 1)) now.l++;
    if (!shown.includes('w') && !shown.includes('L')) return;
    for (let i = 0; i < data.length; i++) {
      const code = data.charCodeAt(i);
      const space = code === 32 || (code >= 9 && code <= 13);
      if (!space && !own.inWord) now.w++;
      own.inWord = !space;
      if (code === 10) own.column = 0;
      else now.L = Math.max(now.L, ++own.column);
    }
  },
  close(io, own, name) {
    io.out += row(own, own.now, name);
    for (const letter of ['l', 'w', 'm', 'c'] as const) own.total[letter] += own.now[letter];
    own.total.L = Math.max(own.total.L, own.now.L);
    Object.assign(own, { now: zero(), inWord: false, column: 0, done: own.done + 1 });
  },
  end(io, own, code) {
    if (own.files.length > 1) io.out += row(own, own.total, 'total');
    return code;
  },
});

/** How many characters a text of UTF-8 bytes has. */
function characters(bytes: string): number {
  let count = bytes.length;
  for (let i = 0; i < bytes.length; i++) if ((bytes.charCodeAt(i) & 0xc0) === 0x80) count--;
  return count;
}
