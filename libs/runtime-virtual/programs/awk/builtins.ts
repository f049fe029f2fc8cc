/** awk's functions of texts and numbers. */
import { now } from '../../kernel/kernel.js';
import type { Kernel } from '../../kernel/kernel.js';
import { compileRegex } from '../regex.js';
import { formatTime } from '../times.js';
import { formatAwk } from './format.js';
import { AwkError } from './lexer.js';
import { FS, recordOf, RLENGTH, RSTART, split, text } from './record.js';
import type { AwkState } from './state.js';
import { numberValue, toNumber } from './values.js';
import type { AwkArray, Slot, Value } from './values.js';

const MAX_TEXT = 64 * 1024 * 1024;

export function arrayOf(s: AwkState, slot: Slot | undefined): AwkArray {
  if (typeof slot !== 'object' || slot === null || !('array' in slot)) throw new AwkError('Not an array');
  return s.arrays[slot.array]!;
}

export const valueOf = (slot: Slot | undefined): Value => {
  if (typeof slot === 'object' && slot !== null && !Array.isArray(slot)) throw new AwkError('Not a scalar');
  return slot ?? null;
};

/** The function's result. `args` as they were written; arrays are references. */
export function callBuiltin(k: Kernel, s: AwkState, name: string, args: Slot[]): Value {
  const string = (i: number) => text(s, valueOf(args[i]));
  const number = (i: number) => toNumber(valueOf(args[i]));
  switch (name) {
    case 'length': {
      const [of] = args;
      if (of === undefined) return recordOf(s).length;
      return typeof of === 'object' && of !== null && 'array' in of ? Object.keys(arrayOf(s, of)).length : string(0).length;
    }
    case 'substr':
      return substr(string(0), number(1), args.length > 2 ? number(2) : Infinity);
    case 'index':
      return string(0).indexOf(string(1)) + 1;
    case 'split': {
      const parts = split(string(0), args.length > 2 ? string(2) : text(s, s.globals[FS]!));
      const array = arrayOf(s, args[1]);
      for (const key of Object.keys(array)) delete array[key];
      parts.forEach((part, i) => (array[`$${i + 1}`] = part));
      return parts.length;
    }
    case 'match': {
      const found = compileRegex(string(1), { extended: true }).exec(string(0));
      s.globals[RSTART] = found ? found.index + 1 : 0;
      s.globals[RLENGTH] = found ? found[0].length : -1;
      return found ? found.index + 1 : 0;
    }
    case 'gensub': {
      const how = string(2);
      const global = /^[gG]/.test(how);
      return substitute(args.length > 3 ? string(3) : recordOf(s), string(0), string(1), global ? 0 : Math.max(1, Math.trunc(number(2))), true).text;
    }
    case 'sprintf':
      return formatValues(s, args.map(valueOf));
    case 'tolower':
      return string(0).replace(/[A-Z]/g, (char) => char.toLowerCase());
    case 'toupper':
      return string(0).replace(/[a-z]/g, (char) => char.toUpperCase());
    case 'srand': {
      const before = s.seed;
      s.seed = args.length > 0 ? Math.trunc(number(0)) : Math.floor(now(k) / 1000);
      s.random = s.seed | 0;
      return before;
    }
    case 'rand':
      // A linear congruence: the same seed gives the same numbers.
      s.random = (Math.imul(s.random, 1_664_525) + 1_013_904_223) | 0;
      return ((s.random >>> 8) & 0xffffff) / 0x1000000;
    case 'systime':
      return Math.floor(now(k) / 1000);
    case 'strftime':
      return formatTime(args.length > 1 ? number(1) * 1000 : now(k), args.length > 0 ? string(0) : '%a %b %e %H:%M:%S UTC %Y');
    case 'mktime': {
      const parts = string(0).trim().split(/\s+/).map(Number);
      const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts;
      return parts.length < 3 || parts.some(Number.isNaN) ? -1 : Math.floor(Date.UTC(year, month - 1, day, hour, minute, second) / 1000);
    }
    default:
      return numberValue(arithmetic(name, number(0), number(1)));
  }
}

function arithmetic(name: string, a: number, b: number): number {
  const big = (value: number) => BigInt.asUintN(64, BigInt(Math.trunc(Number.isFinite(value) ? value : 0)));
  switch (name) {
    case 'sin': return Math.sin(a);
    case 'cos': return Math.cos(a);
    case 'atan2': return Math.atan2(a, b);
    case 'exp': return Math.exp(a);
    case 'log': return Math.log(a);
    case 'sqrt': return Math.sqrt(a);
    case 'int': return Math.trunc(a);
    case 'and': return Number(big(a) & big(b));
    case 'or': return Number(big(a) | big(b));
    case 'xor': return Number(big(a) ^ big(b));
    case 'lshift': return Number(BigInt.asUintN(64, big(a) << (big(b) & 63n)));
    case 'rshift': return Number(big(a) >> (big(b) & 63n));
    case 'compl': return Number(big(a) ^ 0xffff_ffff_ffff_ffffn);
    default: throw new AwkError(`Call to undefined function`);
  }
}

/** busybox's way with what lies outside of the text: it is cut off, and the length counts from there. */
function substr(source: string, from: number, length: number): string {
  const begin = Math.max(0, Math.trunc(Number.isFinite(from) ? from : 0) - 1);
  return length >= source.length ? source.slice(begin) : source.slice(begin, begin + Math.max(0, Math.trunc(length) || 0));
}

export function formatValues(s: AwkState, values: Value[]): string {
  const [format = '', ...rest] = values;
  return formatAwk(text(s, format), rest.map((value) => (value === null ? '' : Array.isArray(value) ? value[0] : value)), (value) => text(s, value));
}

/** sub, gsub and gensub. `which`: the match to replace, 0: all. `groups`: \\1 .. in the replacement are groups. */
export function substitute(source: string, pattern: string, replacement: string, which: number, groups: boolean): { text: string; count: number } {
  const regex = compileRegex(pattern, { extended: true });
  let out = '';
  let from = 0;
  let copied = 0;
  let count = 0;
  let seen = 0;
  let lastEnd = -1;
  while (from <= source.length) {
    const match = regex.exec(source, from);
    if (!match) break;
    const end = match.index + match[0].length;
    if (match[0] === '' && match.index === lastEnd) {
      from = end + 1;
      continue;
    }
    lastEnd = end;
    seen++;
    if (which === 0 || seen === which) {
      count++;
      out += source.slice(copied, match.index) + replaced(replacement, match[0], groups ? match.groups : undefined);
      copied = end;
      if (which > 0) break;
    }
    from = match[0] === '' ? end + 1 : end;
    if (out.length > MAX_TEXT) throw new AwkError('out of memory');
  }
  return { text: out + source.slice(copied), count };
}

function replaced(replacement: string, match: string, groups: (string | undefined)[] | undefined): string {
  return replacement.replace(/\\([^])|&/g, (all, char?: string) => {
    if (char === undefined) return match;
    if (char === '&' || char === '\\') return char;
    if (groups && /\d/.test(char)) return char === '0' ? match : (groups[Number(char) - 1] ?? '');
    return all;
  });
}
