import { BLOCKED } from '../kernel/errors.js';
import type { Program } from '../kernel/program.js';
import { RAN } from '../kernel/program.js';
import { parseOptions } from './options.js';
import { flush } from './simple.js';
import type { Io } from './simple.js';

interface SeqState {
  ready: boolean;
  first: number;
  by: number;
  last: number;
  index: number;
  separator: string;
  width: number;
  decimals: number;
  pending: [number, string][];
  code: number;
}

const decimals = (text: string) => (text.split('.')[1] ?? '').length;

export const seq: Program<SeqState> = {
  init: () => ({ ready: false, first: 1, by: 1, last: 0, index: 0, separator: '\n', width: 0, decimals: 0, pending: [], code: 0 }),
  step(k, p, s) {
    const waiting = flush(k, p, s.pending);
    if (waiting !== 0) return waiting === RAN || waiting === BLOCKED ? waiting : 1;
    if (!s.ready) {
      const io: Io = { k, p, argv: p.argv, out: '', err: '' };
      begin(io, s);
      if (io.err !== '') s.pending.push([2, io.err]);
      return RAN;
    }
    let block = '';
    for (; block.length < 16_384; s.index++) {
      const value = s.first + s.index * s.by;
      if (s.by === 0 || (s.by > 0 ? value > s.last + 1e-9 : value < s.last - 1e-9)) break;
      const text = value.toFixed(s.decimals);
      block += (s.index > 0 ? s.separator : '') + (text.startsWith('-') ? `-${text.slice(1).padStart(s.width - 1, '0')}` : text.padStart(s.width, '0'));
    }
    if (block !== '') {
      s.pending.push([1, block]);
      return RAN;
    }
    if (s.index > 0 && s.code === 0) {
      s.index = 0;
      s.by = 0;
      s.pending.push([1, '\n']);
      return RAN;
    }
    return s.code;
  },
};

function begin(io: Io, s: SeqState): void {
  s.ready = true;
  // -5 is a number, not an option.
  const argv = io.argv.map((arg, i) => (i > 0 && /^-[\d.]/.test(arg) ? `\0${arg}` : arg));
  const options = parseOptions({ ...io, argv }, 'ws:');
  const numbers = (options?.rest ?? []).map((text) => text.replace('\0', ''));
  const wrong = numbers.find((text) => text.trim() === '' || Number.isNaN(Number(text)));
  if (!options || wrong !== undefined || numbers.length < 1 || numbers.length > 3) {
    io.err += wrong === undefined ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: seq [-w] [-s SEP] [FIRST [INC]] LAST\n' : `seq: invalid number '${wrong}'\n`;
    Object.assign(s, { by: 0, code: 1 });
    return;
  }
  const [a, b, c] = numbers.map(Number);
  const [first, by, last] = numbers.length === 1 ? [1, 1, a!] : numbers.length === 2 ? [a!, 1, b!] : [a!, b!, c!];
  s.decimals = Math.max(...numbers.slice(0, Math.max(1, numbers.length - 1)).map(decimals), numbers.length === 1 ? 0 : 0);
  Object.assign(s, { first, by, last, separator: options.value('s') ?? '\n' });
  if (options.has('w')) s.width = Math.max(first.toFixed(s.decimals).length, last.toFixed(s.decimals).length);
}
