import { filter } from './filter.js';
import { complain, parseOptions } from './options.js';

/** A count with b, k or m behind it. */
export function countOf(text: string): number | undefined {
  const found = /^(\d+)([bkKmM]?)$/.exec(text);
  if (!found) return undefined;
  const unit: Record<string, number> = { '': 1, b: 512, k: 1024, K: 1024, m: 1_048_576, M: 1_048_576 };
  return Number(found[1]) * unit[found[2]!]!;
}

interface HeadState {
  count: number;
  left: number;
  bytes: boolean;
  titles: boolean;
  shown: number;
}

export const head = filter<HeadState>({
  init(io) {
    const first = io.argv[1];
    if (first && /^-\d+$/.test(first)) io.argv = [io.argv[0]!, '-n', first.slice(1), ...io.argv.slice(2)];
    const options = parseOptions(io, 'n:c:qv');
    if (!options) return 1;
    const text = options.value('c') ?? options.value('n') ?? '10';
    const count = countOf(text);
    if (count === undefined) return complain(io, `invalid number '${text}'`);
    const titles = options.has('v') || (options.rest.length > 1 && !options.has('q'));
    return { own: { count, left: count, bytes: options.has('c'), titles, shown: 0 }, files: options.rest };
  },
  open(io, own, name) {
    own.left = own.count;
    if (own.titles) io.out += `${own.shown++ > 0 ? '\n' : ''}==> ${name === '-' ? 'standard input' : name} <==\n`;
  },
  data(io, own, data) {
    let end = 0;
    if (own.bytes) {
      end = Math.min(own.left, data.length);
      own.left -= end;
    } else {
      while (own.left > 0 && end < data.length) {
        const at = data.indexOf('\n', end);
        end = at < 0 ? data.length : at + 1;
        if (at >= 0) own.left--;
      }
    }
    io.out += data.slice(0, end);
    return own.left === 0;
  },
  end: (_io, _own, code) => code,
});
