/** How two objects differ, as the API server tells it: in the form of go-cmp's Diff. Source: github.com/google/go-cmp/cmp (report_compare.go, report_text.go). */
import { isDeepStrictEqual } from 'node:util';
import { fieldsOf } from './types.js';
import { comparable, entryType, goName, goText, isMap, isNil, isStruct, mapKey, valueOf } from './value.js';

/** How many that are alike are shown beside one that is not. */
const CONTEXT = 2;

/** A part of a struct, a list or a map on both sides; one that is not in a list or a map is not on that side. */
interface Part {
  key: string;
  type: string;
  before?: { value: unknown };
  after?: { value: unknown };
}

type Line = { mark: ' ' | '-' | '+'; key: string; text: string } | { key: string; open: string; lines: Line[] };

/** Of two PodSpecs as JSON has them; '' when they are the same. */
export function podSpecDiff(before: object, after: object): string {
  const [a, b] = [comparable(before), comparable(after)];
  return isDeepStrictEqual(a, b) ? '' : `  core.PodSpec{\n${render(linesOf('core.PodSpec', a, b), 1)}  }\n`;
}

function linesOf(type: string, before: unknown, after: unknown): Line[] {
  const parts = partsOf(type, before, after);
  const lines: Line[] = [];
  for (let at = 0; at < parts.length; ) {
    if (!isSame(parts[at]!)) {
      lines.push(...changedLines(parts[at]!));
      at++;
      continue;
    }
    let end = at;
    while (end < parts.length && isSame(parts[end]!)) end++;
    lines.push(...sameLines(parts.slice(at, end), at > 0, end < parts.length, NAMES[isStruct(type) ? 'struct' : isMap(type) ? 'map' : 'list']));
    at = end;
  }
  return lines;
}

const NAMES = { struct: 'field', map: 'entr', list: 'element' };

function partsOf(type: string, before: unknown, after: unknown): Part[] {
  if (isStruct(type)) {
    return fieldsOf(type, before as object, after as object).map((field) => ({
      key: field.name,
      type: field.type,
      before: { value: valueOf(type, before, field) },
      after: { value: valueOf(type, after, field) },
    }));
  }
  if (isMap(type)) {
    const [a, b] = [before, after] as Record<string, unknown>[];
    const side = (map: Record<string, unknown>, key: string) => (key in map ? { value: map[key] } : undefined);
    return [...new Set([...Object.keys(a!), ...Object.keys(b!)])].sort().map((key) => ({ key: mapKey(type, key), type: entryType(type), before: side(a!, key), after: side(b!, key) }));
  }
  return listParts(type.slice(2), before as unknown[], after as unknown[]);
}

/** What is alike at both ends stays so; in between each is compared with the one in its place. */
function listParts(type: string, before: unknown[], after: unknown[]): Part[] {
  const least = Math.min(before.length, after.length);
  let head = 0;
  while (head < least && isDeepStrictEqual(before[head], after[head])) head++;
  let tail = 0;
  while (tail < least - head && isDeepStrictEqual(before.at(-1 - tail), after.at(-1 - tail))) tail++;
  const part = (a: number, b: number): Part => ({ key: '', type, before: { value: before[a] }, after: { value: after[b] } });
  const parts: Part[] = [];
  for (let at = 0; at < head; at++) parts.push(part(at, at));
  const [oldEnd, newEnd] = [before.length - tail, after.length - tail];
  for (let at = head; at < Math.max(oldEnd, newEnd); at++) {
    parts.push({ key: '', type, ...(at < oldEnd && { before: { value: before[at] } }), ...(at < newEnd && { after: { value: after[at] } }) });
  }
  for (let at = 0; at < tail; at++) parts.push(part(oldEnd + at, newEnd + at));
  return parts;
}

const isSame = ({ before, after }: Part): boolean => before !== undefined && after !== undefined && isDeepStrictEqual(before.value ?? undefined, after.value ?? undefined);

/** `follows`, `leads`: whether something that changed stands before them, and after. */
function sameLines(parts: Part[], follows: boolean, leads: boolean, what: string): Line[] {
  const low = follows ? Math.min(CONTEXT, parts.length) : 0;
  let high = leads ? Math.min(CONTEXT, parts.length - low) : 0;
  // One alone is not worth being left out.
  if (parts.length - low - high === 1) high++;
  const hidden = parts.length - low - high;
  const shown = ({ key, type, before }: Part): Line => ({ mark: ' ', key, text: goText(type, before!.value, false) });
  const left: Line[] = hidden > 0 ? [{ mark: ' ', key: '', text: `... // ${hidden} identical ${what === 'entr' ? 'entries' : `${what}s`}` }] : [];
  return [...parts.slice(0, low).map(shown), ...left, ...parts.slice(parts.length - high).map(shown)];
}

function changedLines({ key, type, before, after }: Part): Line[] {
  const inner = type.replace(/^\*/, '');
  const nested = (isStruct(inner) || isMap(inner) || inner.startsWith('[]')) && before && after && !isNil(type, before.value) && !isNil(type, after.value);
  // Items of a list need not say what they are.
  if (nested) return [{ key, open: `${key === '' ? '' : goName(type)}{`, lines: linesOf(inner, before.value ?? {}, after.value ?? {}) }];
  return [
    ...(before ? [{ mark: '-' as const, key, text: goText(type, before.value, true) }] : []),
    ...(after ? [{ mark: '+' as const, key, text: goText(type, after.value, true) }] : []),
  ];
}

/** The values of neighbours that stand on one line each begin in one column. */
function render(lines: Line[], depth: number): string {
  const indent = '\t'.repeat(depth);
  const width = (at: number): number => {
    const isPlain = (line: Line | undefined) => line !== undefined && 'text' in line && line.key !== '';
    let [from, to] = [at, at];
    while (isPlain(lines[from - 1])) from--;
    while (isPlain(lines[to + 1])) to++;
    return Math.max(...lines.slice(from, to + 1).map(({ key }) => key.length));
  };
  return lines
    .map((line, at) => {
      if ('open' in line) return `  ${indent}${line.key && `${line.key}: `}${line.open}\n${render(line.lines, depth + 1)}  ${indent}},\n`;
      if (line.key === '') return `${line.mark} ${indent}${line.text}${line.text.startsWith('... //') ? '' : ','}\n`;
      return `${line.mark} ${indent}${`${line.key}:`.padEnd(width(at) + 2)}${line.text},\n`;
    })
    .join('');
}
