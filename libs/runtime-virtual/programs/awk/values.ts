/** awk's values as plain data: null is what was never set, [text] is input that counts as a number where it looks like one. */
import { formatAwk } from './format.js';

export type Value = null | number | string | [string];
/** What the stack holds beside values: a reference to an array, keys that a for-in goes through. */
export type Slot = Value | { array: number } | { keys: string[]; at: number };

/** A key has a $ before it, so that none is taken for a member of Object.prototype. */
export type AwkArray = Record<string, Value>;

const NUMERIC = /^[ \t\n]*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|0[xX][0-9a-fA-F]+|inf(?:inity)?|nan)[ \t\n]*$/i;
const PREFIX = /^[ \t\n]*([-+]?(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?))/;

export function looksNumeric(text: string): boolean {
  return /^[-+ \t\n.\dinIN]/.test(text) && NUMERIC.test(text) && !/[xX]/.test(text);
}

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === null) return 0;
  const text = typeof value === 'string' ? value : value[0];
  const found = PREFIX.exec(text);
  if (found) return Number(found[1]) || 0;
  return Array.isArray(value) && looksNumeric(text) ? (/nan/i.test(text) ? NaN : text.includes('-') ? -Infinity : Infinity) : 0;
}

/** A number as it is kept: one that JSON does not have is kept as the text that it is printed as. */
export function numberValue(number: number): Value {
  if (Number.isFinite(number)) return number;
  return [Number.isNaN(number) ? 'nan' : number > 0 ? 'inf' : '-inf'];
}

export function toText(value: Value, format: string): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value !== 'number') return value[0];
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return String(value === 0 ? 0 : value);
  return formatAwk(format, [value]);
}

export function truth(value: Value): boolean {
  if (value === null) return false;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return looksNumeric(value[0]) ? toNumber(value) !== 0 : value[0] !== '';
}

const isNumber = (value: Value) => value === null || typeof value === 'number' || (Array.isArray(value) && looksNumeric(value[0]));

/** Below, equal or above: as numbers where both are, else as texts. */
export function compare(a: Value, b: Value, format: string): number {
  if (isNumber(a) && isNumber(b) && !(a === null && b === null)) {
    const [x, y] = [toNumber(a), toNumber(b)];
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : NaN;
  }
  const [x, y] = [toText(a, format), toText(b, format)];
  return x < y ? -1 : x > y ? 1 : 0;
}

const PRIMES = [251, 1021, 4093, 16381, 65521];

/** The keys in the order in which busybox goes through them: by the buckets of its hash table, the newest first in each. */
export function keysInOrder(array: AwkArray): string[] {
  const keys = Object.keys(array).map((key) => key.slice(1));
  let size = 61;
  for (const prime of PRIMES) if (keys.length > size * 8) size = prime;
  const buckets = keys.map((key, i) => ({ key, i, bucket: hash(key) % size }));
  return buckets.sort((a, b) => a.bucket - b.bucket || b.i - a.i).map(({ key }) => key);
}

function hash(text: string): number {
  let index = 0;
  for (let i = 0; i < text.length; i++) {
    const code = (text.charCodeAt(i) << 24) >> 24;
    index = (code + Math.imul(index, 63)) >>> 0;
  }
  return index;
}
