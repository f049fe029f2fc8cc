/** $0 and the fields, and where records come from. */
import { BLOCKED } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Process } from '../../kernel/state.js';
import { read } from '../../kernel/descriptors.js';
import { readLine } from '../lines.js';
import type { Lines } from '../lines.js';
import { compileRegex } from '../regex.js';
import { AwkError } from './lexer.js';
import type { AwkState } from './state.js';
import { toNumber, toText } from './values.js';
import type { Value } from './values.js';

/** Indices of SPECIAL in compile.ts. */
export const NF = 0, NR = 1, FNR = 2, FS = 3, OFS = 4, RS = 5, ORS = 6, SUBSEP = 7, CONVFMT = 8, OFMT = 9, FILENAME = 10, RSTART = 11, RLENGTH = 12, ARGC = 16;
const MAX_FIELDS = 100_000;
const MAX_RECORD = 64 * 1024 * 1024;

export const text = (s: AwkState, value: Value): string => toText(value, s.globals[CONVFMT] as string);

/** Cuts a text as FS says; what comes out may count as numbers. */
export function split(source: string, separator: string, paragraph = false): [string][] {
  if (source === '') return [];
  let parts: string[];
  if (separator === ' ') parts = source.split(/[ \t\n]+/).filter((part, i, all) => part !== '' || (i > 0 && i < all.length - 1));
  else if (separator === '') parts = [...source];
  else if (separator === '\t' && !paragraph) parts = source.split('\t');
  else if (separator.length === 1 && separator !== '\\' && !paragraph) parts = source.split(separator);
  else parts = splitBy(source, separator, paragraph);
  return parts.map((part): [string] => [part]);
}

function splitBy(source: string, pattern: string, paragraph: boolean): string[] {
  const literal = pattern.length === 1 ? pattern.replace(/[\\^$.*+?()[\]{}|]/, '\\$&') : pattern;
  const regex = compileRegex(paragraph ? `(${literal})|\n` : literal, { extended: true });
  const parts: string[] = [];
  let from = 0;
  let search = 0;
  while (search <= source.length) {
    const match = regex.exec(source, search);
    if (!match) break;
    const end = match.index + match[0].length;
    if (match[0] === '') {
      search = end + 1;
      continue;
    }
    parts.push(source.slice(from, match.index));
    from = search = end;
  }
  parts.push(source.slice(from));
  return parts;
}

export function setRecord(s: AwkState, record: string): void {
  s.record = record;
  s.fields = null;
}

function fieldsOf(s: AwkState): Value[] {
  if (!s.fields) {
    const separator = text(s, s.globals[FS]!);
    s.fields = [null, ...split(s.record!, separator, s.globals[RS] === '' && separator !== ' ')];
    s.globals[NF] = s.fields.length - 1;
  }
  return s.fields;
}

export function recordOf(s: AwkState): string {
  s.record ??= fieldsOf(s).slice(1).map((field) => text(s, field)).join(text(s, s.globals[OFS]!));
  return s.record;
}

export function field(s: AwkState, index: number): Value {
  if (index < 0) throw new AwkError('Access to negative field');
  if (index === 0) return [recordOf(s)];
  return fieldsOf(s)[index] ?? null;
}

export function setField(s: AwkState, index: number, value: Value): void {
  if (index === 0) return setRecord(s, text(s, value));
  if (index < 0 || index > MAX_FIELDS) throw new AwkError('Access to negative field');
  const fields = fieldsOf(s);
  while (fields.length <= index) fields.push('');
  fields[index] = value;
  s.globals[NF] = fields.length - 1;
  s.record = null;
}

export function global(s: AwkState, index: number): Value {
  if (index === NF) fieldsOf(s);
  return s.globals[index] ?? null;
}

export function setGlobal(s: AwkState, index: number, value: Value): void {
  if (index === NF) {
    const fields = fieldsOf(s);
    const count = Math.max(0, Math.min(Math.trunc(toNumber(value)), MAX_FIELDS));
    while (fields.length <= count) fields.push('');
    fields.length = count + 1;
    s.record = null;
  } else if (index === FS) fieldsOf(s);
  while (s.globals.length <= index) s.globals.push(null);
  s.globals[index] = value;
}

/** The next record as RS says; null at the end; BLOCKED or another errno. */
export function readRecord(k: Kernel, p: Process, s: AwkState, lines: Lines): string | number | null {
  const separator = text(s, s.globals[RS]!);
  if (separator === '\n') return readLine(k, p, lines);
  for (;;) {
    if (separator === '') {
      const blank = /^\n*/.exec(lines.text.slice(lines.at, lines.at + 65_536))![0].length;
      lines.at += blank;
      if (blank === 65_536) continue;
    }
    const found = findSeparator(lines, separator);
    if (found) {
      const record = lines.text.slice(lines.at, found[0]);
      lines.at = found[1];
      return record;
    }
    if (lines.ended) {
      if (lines.at >= lines.text.length) return null;
      const record = lines.text.slice(lines.at).replace(/\n$/, '');
      lines.at = lines.text.length;
      return record;
    }
    const data = read(k, p, lines.fd);
    if (data === BLOCKED) return BLOCKED;
    lines.text = lines.text.slice(lines.at);
    lines.at = 0;
    if (lines.text.length > MAX_RECORD) throw new AwkError('out of memory');
    if (typeof data === 'number' || data === '') lines.ended = true;
    else lines.text += data;
    if (typeof data === 'number') return data;
  }
}

/** Where the record ends and the next one begins. */
function findSeparator(lines: Lines, separator: string): [number, number] | undefined {
  if (separator.length === 1) {
    const at = lines.text.indexOf(separator, lines.at);
    return at < 0 ? undefined : [at, at + 1];
  }
  const match = compileRegex(separator === '' ? '\n\n+' : separator, { extended: true }).exec(lines.text, lines.at);
  if (!match || match[0] === '') return undefined;
  const end = match.index + match[0].length;
  // More of the separator may still come.
  return end === lines.text.length && !lines.ended ? undefined : [match.index, end];
}
