/** od, hexdump, hd, xxd: bytes made readable. */
import { errorMessage } from '../kernel/errors.js';
import { withInput } from './input.js';
import type { InputRun } from './input.js';
import { complain, parseOptions, programName } from './options.js';
import type { Io } from './simple.js';

const WIDTH = 16;
const hex = (value: number, width: number) => value.toString(16).padStart(width, '0');
const printable = (text: string, from = ' ') => text.replace(new RegExp(`[^${from}-~]`, 'g'), '.');

/** All inputs one after the other; undefined: none could be read, and it was said. */
function joined(io: Io, names: string[], content: (name: string) => string | number, wording: (name: string, error: string) => string): { text: string; code: number } | undefined {
  let text = '';
  let code = 0;
  for (const name of names.length > 0 ? names : ['-']) {
    const found = content(name);
    if (typeof found === 'string') text += found;
    else code = complain(io, wording(name, errorMessage(found)));
  }
  return code !== 0 && text === '' ? undefined : { text, code };
}

/** 12, 0x1f, 017; with b (512), k (1024), m at its end. */
function count(text: string | undefined): number | undefined {
  const found = /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)([bkm]?)$/i.exec(text ?? '');
  if (!found) return undefined;
  const value = /^0x/i.test(found[1]!) ? parseInt(found[1]!, 16) : /^0/.test(found[1]!) ? parseInt(found[1]!, 8) : Number(found[1]);
  return value * ({ b: 512, k: 1024, m: 1_048_576 }[found[2]!.toLowerCase()] ?? 1);
}

/** One way to show a line's bytes. */
interface Format {
  /** Bytes an item. */
  size: number;
  /** Characters an item, the space before it included. */
  width: number;
  show(bytes: string): string;
}

function integer(bytes: string, signed: boolean): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes.charCodeAt(i));
  return signed ? BigInt.asIntN(bytes.length * 8, value) : value;
}

const NAMES = 'nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp'.split(' ');
const ESCAPES: Record<number, string> = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' };

function character(byte: string): string {
  const code = byte.charCodeAt(0);
  return ESCAPES[code] ?? (code >= 32 && code < 127 ? byte : code.toString(8).padStart(3, '0'));
}

const DIGITS: Record<string, Record<number, number>> = { o: { 1: 3, 2: 6, 4: 11, 8: 22 }, x: { 1: 2, 2: 4, 4: 8, 8: 16 }, u: { 1: 3, 2: 5, 4: 10, 8: 20 }, d: { 1: 4, 2: 6, 4: 11, 8: 20 } };

/** A type of od -t: a letter and a size; undefined: there is none such. */
function odFormat(letter: string, size: number): Format | undefined {
  if (letter === 'c') return { size: 1, width: 4, show: character };
  if (letter === 'a') return { size: 1, width: 4, show: (byte) => NAMES[byte.charCodeAt(0) & 127] ?? ((byte.charCodeAt(0) & 127) === 127 ? 'del' : String.fromCharCode(byte.charCodeAt(0) & 127)) };
  if (letter === 'f') {
    if (size !== 4 && size !== 8) return undefined;
    const value = (bytes: string) => (size === 4 ? Buffer.from(bytes, 'latin1').readFloatLE() : Buffer.from(bytes, 'latin1').readDoubleLE());
    return { size, width: size === 4 ? 16 : 25, show: (bytes) => value(bytes).toExponential(size === 4 ? 7 : 16).replace(/e([+-])(\d)$/, 'e$10$2') };
  }
  const digits = DIGITS[letter]?.[size];
  if (digits === undefined) return undefined;
  const radix = letter === 'o' ? 8 : letter === 'x' ? 16 : 10;
  return { size, width: digits + 1, show: (bytes) => integer(bytes, letter === 'd').toString(radix).padStart(radix === 10 ? 0 : digits, '0') };
}

const SIZES: Record<string, number> = { C: 1, S: 2, I: 4, L: 8, F: 4, D: 8 };
const SHORT: Record<string, [string, number]> = { a: ['a', 1], b: ['o', 1], c: ['c', 1], d: ['u', 2], f: ['f', 8], h: ['x', 2], i: ['d', 2], l: ['d', 8], o: ['o', 2], x: ['x', 2], s: ['d', 2] };

function odFormats(io: Io): Format[] | string {
  const formats: Format[] = [];
  const add = (letter: string, size: number) => {
    const format = odFormat(letter, size);
    if (format) formats.push(format);
    return format !== undefined;
  };
  for (let i = 1; i < io.argv.length; i++) {
    const arg = io.argv[i]!;
    if (!/^-[^-]/.test(arg)) continue;
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at]!;
      if (Object.hasOwn(SHORT, letter)) add(...SHORT[letter]!);
      if (!'AjNtwS'.includes(letter)) continue;
      const value = arg.slice(at + 1) || (io.argv[++i] ?? '');
      if (letter === 't' && !/^([acdfoux](\d+|[CSILFD])?)+$/.test(value)) return value;
      for (const [, type = '', size = ''] of letter === 't' ? value.matchAll(/([acdfoux])(\d+|[CSILFD])?/g) : []) {
        if (!add(type, size === '' ? (type === 'f' ? 8 : 4) : (SIZES[size] ?? Number(size)))) return value;
      }
      break;
    }
  }
  return formats.length > 0 ? formats : [odFormat('o', 2)!];
}

const runOd: InputRun = (io, content) => {
  const options = parseOptions(io, 'abcdfhiloxsvA:j:N:t:w:S:');
  if (!options) return 1;
  const formats = odFormats(io);
  if (typeof formats === 'string') return complain(io, /^[acdfoux]/.test(formats) ? `invalid type string '${formats}'` : `invalid character '${formats[0] ?? ''}' in type string '${formats}'`);
  const radix = options.value('A') ?? 'o';
  if (!/^[doxn]/.test(radix)) return complain(io, `bad output address radix '${radix}' (must be [doxn])`);
  const input = joined(io, options.rest, content, (name, error) => `${name}: ${error}`);
  if (!input) return 1;
  const skip = count(options.value('j')) ?? 0;
  if (skip > input.text.length) return complain(io, 'cannot skip past end of input');
  const text = input.text.slice(skip, skip + (count(options.value('N')) ?? Infinity));
  const width = count(options.value('w')) ?? WIDTH;
  const address = (at: number) => (radix[0] === 'n' ? '' : radix[0] === 'x' ? hex(at, 6) : at.toString(radix[0] === 'd' ? 10 : 8).padStart(7, '0'));
  const last = skip + text.length;
  dump(io, text, width, options.has('v'), (line, at) =>
    formats.map((format, i) => {
      let row = i === 0 ? address(skip + at) : ' '.repeat(address(0).length);
      for (let from = 0; from < line.length; from += format.size) row += format.show(line.slice(from, from + format.size).padEnd(format.size, '\0')).padStart(format.width);
      return `${row}\n`;
    }).join(''));
  if (radix[0] !== 'n') io.out += `${address(last)}\n`;
  return input.code;
};

/** Line by line; of equal lines the second becomes a star, the others nothing. The last one is always shown where it is shorter. */
function dump(io: Io, text: string, width: number, all: boolean, row: (line: string, at: number) => string): void {
  let before: string | undefined;
  let starred = false;
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += width) {
    const line = text.slice(at, at + width);
    if (!all && line === before) {
      if (!starred) parts.push('*\n');
      starred = true;
      continue;
    }
    before = line;
    starred = false;
    parts.push(row(line, at));
  }
  io.out += parts.join('');
}

const HEX_FORMATS: Record<string, Format> = {
  b: { size: 1, width: 4, show: (byte) => byte.charCodeAt(0).toString(8).padStart(3, '0') },
  c: { size: 1, width: 4, show: (byte) => character(byte).padStart(3) },
  d: { size: 2, width: 8, show: (bytes) => integer(bytes, false).toString().padStart(5, '0') },
  o: { size: 2, width: 8, show: (bytes) => integer(bytes, false).toString(8).padStart(6, '0') },
  x: { size: 2, width: 8, show: (bytes) => integer(bytes, false).toString(16).padStart(4, '0') },
  '': { size: 2, width: 5, show: (bytes) => integer(bytes, false).toString(16).padStart(4, '0') },
};

const runHexdump: InputRun = (io, content) => {
  const options = parseOptions(io, 'bcdoxCve:f:n:s:');
  if (!options) return 1;
  const input = joined(io, options.rest, content, (name, error) => `${name}: ${error}`);
  if (!input) return 1;
  const skip = count(options.value('s')) ?? 0;
  const text = input.text.slice(skip, skip + (count(options.value('n')) ?? Infinity));
  const formats = options.all['e'];
  if (formats) return custom(io, text, formats) || input.code;
  const canonical = options.has('C') || programName(io) === 'hd';
  const format = HEX_FORMATS[['b', 'c', 'd', 'o', 'x'].find((letter) => options.has(letter)) ?? '']!;
  dump(io, text, WIDTH, options.has('v'), (line, at) => {
    if (canonical) {
      const bytes = Array.from({ length: WIDTH }, (_, i) => `${i < line.length ? hex(line.charCodeAt(i), 2) : '  '}${i === 7 ? '  ' : ' '}`).join('');
      return `${hex(skip + at, 8)}  ${bytes} |${printable(line)}|\n`;
    }
    let row = hex(skip + at, 7);
    for (let from = 0; from < WIDTH; from += format.size) row += (from < line.length ? format.show(line.slice(from, from + format.size).padEnd(format.size, '\0')) : '').padStart(from < line.length ? format.width : 0).padEnd(format.width);
    return `${row}\n`;
  });
  if (text !== '') io.out += `${hex(skip + text.length, canonical ? 8 : 7)}\n`;
  return input.code;
};

/** hexdump -e '16/1 "%02x " "\n"': units of [times/]bytes "format", repeated until the input is used up. */
function custom(io: Io, text: string, formats: string[]): number {
  const units = formats.flatMap((format) => [...format.matchAll(/\s*(?:(\d+)?(?:\/(\d+))?\s*)"((?:[^"\\]|\\.)*)"/g)]).map(([, times, bytes, format = '']) => {
    const shown = format.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', '0': '\0' })[letter] ?? letter);
    const conversions = (shown.match(/%[^%a-z_]*(_[^a]|[a-z])/gi) ?? []).length;
    return { times: Number(times ?? 1), bytes: conversions === 0 ? 0 : Number(bytes ?? (/%_?[cp]/.test(shown) ? 1 : 4)), shown };
  });
  if (units.length === 0 || units.every(({ bytes }) => bytes === 0)) return complain(io, `bad format {${formats.join(' ')}}`);
  const parts: string[] = [];
  for (let at = 0; at < text.length;) {
    for (const { times, bytes, shown } of units) {
      for (let i = 0; i < times; i++) {
        const piece = text.slice(at, at + bytes);
        // What stands behind the last item of a repeated unit is left out, as the real one does; what is missing at the end is blank.
        const format = i === times - 1 && times > 1 ? shown.replace(/\s+$/, '') : shown;
        if (bytes > 0 && piece === '') parts.push(' '.repeat(shownAs(format, '\0', at).length));
        else parts.push(shownAs(format, piece, at));
        at += bytes;
      }
    }
  }
  io.out += parts.join('');
  return 0;
}

/** One item of hexdump -e. */
function shownAs(format: string, piece: string, at: number): string {
  return format.replace(/%([-0 #+]*)(\d*)(?:\.(\d+))?(_a[dox]|_?[a-zA-Z])/g, (_, flags: string, width: string, digits = '', letter = '') => {
    const radix = /x$/i.test(letter) ? 16 : letter.endsWith('o') ? 8 : 10;
    const value = letter === '_p' ? printable(piece) : letter === '_c' ? character(piece) : letter === 'c' ? piece : letter.startsWith('_a') ? at.toString(radix) : integer(piece, letter === 'd' || letter === 'i').toString(radix).padStart(Number(digits), '0');
    const cased = letter === 'X' ? value.toUpperCase() : value;
    return flags.includes('-') ? cased.padEnd(Number(width)) : cased.padStart(Number(width), flags.includes('0') ? '0' : ' ');
  });
}

const runXxd: InputRun = (io, content) => {
  const options = parseOptions(io, 'prig:c:l:n:s:o:u');
  if (!options) return 1;
  const input = joined(io, options.rest.slice(0, 1), content, (name, error) => `${name}: ${error}`);
  if (!input) return 1;
  const plain = options.has('p');
  if (options.has('r')) {
    for (const line of input.text.split('\n')) {
      const bytes = plain ? line : (line.replace(/^\s*[0-9a-f]+:/i, '').split(/ {2}/)[0] ?? '');
      io.out += Buffer.from(bytes.replace(/[^0-9a-f]/gi, ''), 'hex').toString('latin1');
    }
    return 0;
  }
  const skip = count(options.value('s')) ?? 0;
  const text = input.text.slice(skip, skip + (count(options.value('l') ?? options.value('n')) ?? Infinity));
  if (options.has('i')) return cSource(io, text, options.rest[0]);
  const width = count(options.value('c')) || (plain ? 30 : WIDTH);
  const group = count(options.value('g')) ?? 2;
  const bytesOf = (line: string, between: number) => [...line].map((byte, i) => hex(byte.charCodeAt(0), 2) + (between > 0 && (i + 1) % between === 0 ? ' ' : '')).join('');
  const full = bytesOf('x'.repeat(width), group).trimEnd().length;
  const offset = count(options.value('o')) ?? 0;
  const parts: string[] = [];
  for (let at = 0; at < text.length; at += width) {
    const line = text.slice(at, at + width);
    if (plain) parts.push(`${bytesOf(line, 0)}\n`);
    else parts.push(`${hex(skip + at + offset, 8)}: ${bytesOf(line, group).trimEnd().padEnd(full)}  ${printable(line)}\n`);
  }
  io.out += parts.join('');
  return input.code;
};

function cSource(io: Io, text: string, file: string | undefined): number {
  const rows: string[] = [];
  for (let at = 0; at < text.length; at += 12) rows.push(`  ${[...text.slice(at, at + 12)].map((byte) => `0x${hex(byte.charCodeAt(0), 2)}`).join(', ')}`);
  if (file === undefined) io.out += rows.length > 0 ? `${rows.join(',\n')},\n` : '';
  else {
    const name = file.replace(/[^A-Za-z0-9]/g, '_');
    io.out += `unsigned char ${name}[] = {\n${rows.length > 0 ? `${rows.join(',\n')},\n` : ''}};\nunsigned int ${name}_len = ${text.length};\n`;
  }
  return 0;
}

export const od = withInput(runOd);
export const hexdump = withInput(runHexdump);
export const xxd = withInput(runXxd);
