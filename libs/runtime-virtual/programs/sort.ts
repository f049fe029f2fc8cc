import { CREATE, openPath, TRUNCATE, WRITE } from '../files/open.js';
import { write } from '../kernel/descriptors.js';
import { errorMessage } from '../kernel/errors.js';
import { OutOfMemory } from '../kernel/memory.js';
import { attach } from '../kernel/open-files.js';
import { filter } from './filter.js';
import { parseOptions } from './options.js';
import type { Io } from './simple.js';

interface Key {
  from: number;
  fromChar: number;
  to: number;
  toChar: number;
  flags: string;
}
interface SortState {
  text: string[];
  bytes: number;
  flags: string;
  keys: Key[];
  separator: string;
  output: string;
}

const MAX_BYTES = 64 * 1024 * 1024;

export const sort = filter<SortState>({
  init(io) {
    const options = parseOptions(io, 'nrubfdgMhVsck:t:o:z', ['reverse=r', 'numeric-sort=n', 'unique=u']);
    if (!options) return 2;
    const keys: Key[] = [];
    for (const text of options.all['k'] ?? []) {
      const found = /^(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?$/.exec(text);
      if (!found) {
        io.err += `sort: bad field specification\n`;
        return 2;
      }
      const [, from, fromChar, flags, to, toChar, moreFlags] = found;
      keys.push({ from: Number(from), fromChar: Number(fromChar ?? 1), to: Number(to ?? 0), toChar: Number(toChar ?? 0), flags: (flags ?? '') + (moreFlags ?? '') });
    }
    return {
      own: { text: [], bytes: 0, flags: Object.keys(options.given).filter((flag) => flag.length === 1).join(''), keys, separator: options.value('t') ?? '', output: options.value('o') ?? '' },
      files: options.rest,
    };
  },
  data(_io, own, data) {
    own.text.push(data);
    own.bytes += data.length;
    if (own.bytes > MAX_BYTES) throw new OutOfMemory('the input of sort');
  },
  end(io, own, code) {
    const text = own.text.join('');
    own.text = [];
    let lines = text.split('\n');
    if (lines[lines.length - 1] === '') lines.pop();
    const order = comparison(own);
    if (own.flags.includes('c')) {
      const at = lines.findIndex((line, i) => i > 0 && order(lines[i - 1]!, line) > 0);
      if (at < 0) return code;
      io.err += `sort: -:${at + 1}: disorder: ${lines[at]}\n`;
      return 1;
    }
    lines.sort(order);
    if (own.flags.includes('u')) lines = lines.filter((line, i) => i === 0 || order(lines[i - 1]!, line) !== 0);
    const result = lines.length > 0 ? `${lines.join('\n')}\n` : '';
    return own.output === '' ? ((io.out += result), code) : writeTo(io, own.output, result, code);
  },
  failed: 2,
});

function writeTo(io: Io, path: string, text: string, code: number): number {
  const id = openPath(io.k, io.p, path, WRITE | CREATE | TRUNCATE);
  if (id < 0) {
    io.err += `sort: ${path}: ${errorMessage(id)}\n`;
    return 2;
  }
  const fd = attach(io.k, io.p, id, 3);
  for (let at = 0; at < text.length; at += 65_536) write(io.k, io.p, fd, text.slice(at, at + 65_536));
  return code;
}

function comparison(own: SortState): (a: string, b: string) => number {
  const whole: Key = { from: 1, fromChar: 1, to: 0, toChar: 0, flags: '' };
  const keys = (own.keys.length > 0 ? own.keys : [whole]).map((key) => ({ key, flags: /[a-zA-Z]/.test(key.flags) ? key.flags : own.flags }));
  const reverse = own.flags.includes('r') ? -1 : 1;
  return (a, b) => {
    for (const { key, flags } of keys) {
      const order = compare(part(a, key, own.separator, flags), part(b, key, own.separator, flags), flags);
      if (order !== 0) return flags.includes('r') ? -order : order;
    }
    if (own.flags.includes('s') || own.flags.includes('u')) return 0;
    return reverse * (a < b ? -1 : a > b ? 1 : 0);
  };
}

function part(line: string, key: Key, separator: string, flags: string): string {
  let text = line;
  if (key.from > 1 || key.to > 0 || key.fromChar > 1) {
    const fields = separator === '' ? (line.match(/[ \t]*[^ \t]*/g) ?? []).filter((field) => field !== '') : line.split(separator);
    const end = key.to > 0 ? key.to : fields.length;
    const chosen = fields.slice(key.from - 1, end);
    if (key.to > 0 && key.toChar > 0 && chosen.length === key.to - key.from + 1) chosen[chosen.length - 1] = chosen[chosen.length - 1]!.slice(0, key.toChar);
    text = chosen.join(separator).slice(key.fromChar - 1);
  }
  if (flags.includes('b')) text = text.replace(/^[ \t]+/, '');
  if (flags.includes('d')) text = text.replace(/[^A-Za-z0-9 \t]/g, '');
  return flags.includes('f') ? text.toUpperCase() : text;
}

const HUMAN = ' KMGTPE';
function compare(a: string, b: string, flags: string): number {
  if (/[ngh]/.test(flags)) {
    const number = (text: string) => {
      const found = /^\s*(-?\d*\.?\d+(?:[eE][-+]?\d+)?)([KMGTPE]?)/.exec(text);
      return found ? Number(found[1]) * (flags.includes('h') ? 1024 ** Math.max(0, HUMAN.indexOf(found[2] || ' ')) : 1) : 0;
    };
    return Math.sign(number(a) - number(b));
  }
  if (flags.includes('V')) return version(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function version(a: string, b: string): number {
  const split = (text: string) => text.match(/\d+|\D+/g) ?? [];
  const x = split(a);
  const y = split(b);
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [left = '', right = ''] = [x[i], y[i]];
    const order = /^\d+$/.test(left) && /^\d+$/.test(right) ? Number(left) - Number(right) : left < right ? -1 : left > right ? 1 : 0;
    if (order !== 0) return Math.sign(order);
  }
  return 0;
}
