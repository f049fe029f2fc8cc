/** Small filters of whole inputs: strings, expand, unexpand, crc32, cksum, sum, dos2unix, factor, split. */
import { crc32 } from 'node:zlib';
import { readWhole } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { withInput } from './input.js';
import type { Content } from './input.js';
import { complain, parseOptions, programName, usage } from './options.js';
import type { Options } from './options.js';
import type { Io } from './simple.js';
import { writeFile } from './write-file.js';

/** Calls `take` for each input; 0, or 1 where one could not be read (which is said). */
function eachInput(io: Io, names: string[], content: Content, take: (text: string, name: string) => void): number {
  let code = 0;
  for (const name of names.length > 0 ? names : ['-']) {
    const text = content(name);
    if (typeof text === 'number') code = complain(io, `${name}: ${errorMessage(text)}`);
    else take(text, name);
  }
  return code;
}

export const strings = withInput((io, content) => {
  const options = parseOptions(io, 'aon:ft:', ['all=a', 'bytes=n:']);
  if (!options) return 1;
  const least = Math.max(1, Number(options.value('n') ?? 4));
  const radix = { o: 8, d: 10, x: 16 }[options.value('t') ?? (options.has('o') ? 'o' : '')];
  const found = new RegExp(`[\\t -~]{${least},}`, 'g');
  return eachInput(io, options.rest, content, (text, name) => {
    const rows: string[] = [];
    for (const match of text.matchAll(found)) rows.push(`${options.has('f') ? `${name}: ` : ''}${radix ? `${match.index.toString(radix).padStart(7)} ` : ''}${match[0]}\n`);
    io.out += rows.join('');
  });
});

function tabStops(io: Io, options: Options): number | undefined {
  const width = Number(options.value('t') ?? 8);
  if (Number.isInteger(width) && width > 0) return width;
  complain(io, `invalid number '${options.value('t')}'`);
  return undefined;
}

export const expand = withInput((io, content) => {
  const options = parseOptions(io, 'it:', ['initial=i', 'tabs=t:']);
  const width = options && tabStops(io, options);
  if (!options || width === undefined) return 1;
  return eachInput(io, options.rest, content, (text) => {
    io.out += text.replace(/[^\n]+/g, (line) => {
      let shown = '';
      for (let i = 0; i < line.length; i++) {
        if (line[i] !== '\t') {
          if (options.has('i') && line[i] !== ' ') return shown + line.slice(i);
          shown += line[i];
        } else shown += ' '.repeat(width - (shown.length % width));
      }
      return shown;
    });
  });
});

export const unexpand = withInput((io, content) => {
  const options = parseOptions(io, 'ft:a', ['first-only=f', 'tabs=t:', 'all=a']);
  const width = options && tabStops(io, options);
  if (!options || width === undefined) return 1;
  // A width of one's own means all blanks, not only the leading ones.
  const all = (options.has('a') || options.has('t')) && !options.has('f');
  return eachInput(io, options.rest, content, (text) => {
    io.out += text.replace(/[^\n]+/g, (line) => {
      let shown = '';
      let column = 0;
      for (const [part] of line.matchAll(/[ \t]+|[^ \t]+/g)) {
        if (!/^[ \t]/.test(part) || (!all && column > 0)) {
          shown += part;
          column += part.length;
          continue;
        }
        let end = column;
        for (const blank of part) end = blank === ' ' ? end + 1 : (Math.floor(end / width) + 1) * width;
        const tabs = Math.floor(end / width) - Math.floor(column / width);
        shown += part === ' ' ? ' ' : '\t'.repeat(tabs) + ' '.repeat(tabs > 0 ? end % width : end - column);
        column = end;
      }
      return shown;
    });
  });
});

export const crc = withInput((io, content) =>
  eachInput(io, io.argv.slice(1), content, (text, name) => {
    io.out += `${(crc32(Buffer.from(text, 'latin1')) >>> 0).toString(16).padStart(8, '0')}${io.argv.length > 1 ? ` ${name}` : ''}\n`;
  }));

/** POSIX' own CRC: most significant bit first, the length at the end. */
function posixSum(text: string): number {
  let sum = 0;
  const add = (byte: number) => {
    sum ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
  };
  for (let i = 0; i < text.length; i++) add(text.charCodeAt(i));
  for (let length = text.length; length > 0; length = Math.floor(length / 256)) add(length & 255);
  return ~sum >>> 0;
}

export const cksum = withInput((io, content) =>
  eachInput(io, io.argv.slice(1), content, (text, name) => {
    io.out += `${posixSum(text)} ${text.length}${io.argv.length > 1 ? ` ${name}` : ''}\n`;
  }));

/** BSD's sum by default, System V's with -s. */
export const sum = withInput((io, content) => {
  const options = parseOptions(io, 'rs');
  if (!options) return 1;
  return eachInput(io, options.rest, content, (text, name) => {
    let value = 0;
    for (let i = 0; i < text.length; i++) value = options.has('s') ? (value + text.charCodeAt(i)) >>> 0 : (((value >> 1) | ((value & 1) << 15)) + text.charCodeAt(i)) & 0xffff;
    if (options.has('s')) {
      const folded = (value & 0xffff) + (value >>> 16);
      io.out += `${(folded & 0xffff) + (folded >>> 16)} ${Math.ceil(text.length / 512)}${options.rest.length > 0 ? ` ${name}` : ''}\n`;
    } else io.out += `${String(value).padStart(5, '0')} ${String(Math.ceil(text.length / 1024)).padStart(5)}${options.rest.length > 0 ? ` ${name}` : ''}\n`;
  });
});

/** dos2unix and unix2dos: a file in place, or a filter. */
export const lineEnds = withInput((io, content) => {
  const options = parseOptions(io, 'ud');
  if (!options) return 1;
  const toDos = options.has('d') || (!options.has('u') && programName(io) === 'unix2dos');
  let failed = 0;
  const code = eachInput(io, options.rest, content, (text, name) => {
    const changed = text.replace(/\r\n/g, '\n').replace(/\n/g, toDos ? '\r\n' : '\n');
    const error = name === '-' ? 0 : writeFile(io.k, io.p, name, changed);
    if (name === '-') io.out += changed;
    if (error < 0) failed = complain(io, `${name}: ${errorMessage(error)}`);
  });
  return code || failed;
});

/** Numbers above it would take too long to take apart. */
const MAX_FACTOR = 10 ** 14;

export const factor = withInput((io, content) => {
  const words = io.argv.length > 1 ? io.argv.slice(1) : String(content('-')).split(/\s+/).filter((word) => word !== '');
  for (const word of words) {
    let rest = /^\d+$/.test(word) ? Number(word) : NaN;
    if (!(rest <= MAX_FACTOR)) return usage(io, 'factor [NUMBER]...');
    let row = `${rest}:`;
    for (let prime = 2; prime * prime <= rest; prime += prime === 2 ? 1 : 2) {
      for (; rest % prime === 0; rest /= prime) row += ` ${prime}`;
    }
    io.out += `${row}${rest > 1 ? ` ${rest}` : ''}\n`;
  }
  return 0;
});

const SIZES: Record<string, number> = { '': 1, b: 512, k: 1024, m: 2 ** 20, g: 2 ** 30 };
const MAX_PIECES = 10_000;

export const split = withInput((io, content) => {
  const options = parseOptions(io, 'l:b:a:');
  if (!options || options.rest.length > 2) return usage(io, 'split [-a N] [-b N[kM]|-l N] [FILE [PREFIX]]');
  const [, digits = '', unit = ''] = /^(\d+)([bkmg]?)$/i.exec(options.value('b') ?? '') ?? [];
  const bytes = Number(digits) * SIZES[unit.toLowerCase()]!;
  const lines = Number(options.value('l') ?? 1000);
  if ((options.has('b') && !(bytes > 0)) || !(lines > 0)) return complain(io, `invalid number '${options.value(options.has('b') ? 'b' : 'l')}'`);
  const [name = '-', prefix = 'x'] = options.rest;
  const text = content(name);
  if (typeof text === 'number') return complain(io, `${name}: ${errorMessage(text)}`);
  const width = Number(options.value('a') ?? 2);
  let piece = 0;
  for (let at = 0; at < text.length; piece++) {
    let end = at + bytes;
    if (!options.has('b')) {
      end = at;
      for (let line = 0; line < lines && end < text.length; line++) end = (text.indexOf('\n', end) + 1 || text.length + 1);
      end = Math.min(end, text.length);
    }
    if (piece >= Math.min(26 ** width, MAX_PIECES)) return complain(io, 'suffixes exhausted');
    let suffix = '';
    for (let i = 0, left = piece; i < width; i++, left = Math.floor(left / 26)) suffix = String.fromCharCode(97 + (left % 26)) + suffix;
    const error = writeFile(io.k, io.p, prefix + suffix, text.slice(at, end));
    if (error < 0) return complain(io, `${prefix}${suffix}: ${errorMessage(error)}`);
    at = end;
  }
  return 0;
});

/** Whether the files that a list of checksums names have them (md5sum -c and its like). */
export function checkSums(io: Io, list: string, digest: (text: string) => string, silent: boolean): number {
  let wrong = 0;
  let checked = 0;
  for (const line of list.split('\n')) {
    const [, expected, name] = /^([0-9a-f]+) [ *](.+)$/i.exec(line) ?? [];
    if (expected === undefined || name === undefined) continue;
    checked++;
    const text = readWhole(io.k, io.p, name);
    if (typeof text === 'number') io.err += `${programName(io)}: can't open '${name}': ${errorMessage(text)}\n`;
    const fits = typeof text === 'string' && digest(text) === expected.toLowerCase();
    if (!fits) wrong++;
    if (!silent) io.out += `${name}: ${fits ? 'OK' : 'FAILED'}\n`;
  }
  if (checked === 0) return complain(io, 'no checksum lines found');
  if (wrong > 0 && !silent) io.err += `${programName(io)}: WARNING: ${wrong} of ${checked} computed checksums did NOT match\n`;
  return wrong > 0 ? 1 : 0;
}
