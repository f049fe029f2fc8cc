/**
 * Where a pattern matches at the beginning or end of a text. All places are followed at once, as an automaton, so the work is the product of both
 * lengths at most; and that is bounded.
 */
import { bracketEnd, matchOne } from './pattern.js';
import { ShellError } from './state.js';

/** '*', or one character's pattern. */
type Token = '*' | { text: string };

const MOST_WORK = 2_000_000;
let work = 0;

/** Begins a new piece of bounded work. */
export function beginScan(): void {
  work = 0;
}

export function tokens(pattern: string): Token[] {
  const found: Token[] = [];
  for (let i = 0; i < pattern.length; ) {
    if (pattern[i] === '*') {
      if (found[found.length - 1] !== '*') found.push('*');
      i++;
      continue;
    }
    const bracket = pattern[i] === '[' ? bracketEnd(pattern, i) : -1;
    const end = bracket > 0 ? bracket + 1 : pattern[i] === '\\' && i + 1 < pattern.length ? i + 2 : i + 1;
    found.push({ text: pattern.slice(i, end) });
    i = end;
  }
  return found;
}

/** Length of the shortest or longest piece of text from `at` on that matches; `step` -1: read backwards, with the tokens reversed. -1: none does. */
export function scan(wanted: Token[], text: string, at: number, step: 1 | -1, longest: boolean): number {
  let places = closure(wanted, [0]);
  let found = -1;
  for (let length = 0; ; length++) {
    if (places.includes(wanted.length)) {
      found = length;
      if (!longest) return found;
    }
    const here = at + step * length - (step < 0 ? 1 : 0);
    if (places.length === 0 || here < 0 || here >= text.length) return found;
    work += places.length;
    if (work > MOST_WORK) throw new ShellError('pattern takes too long');
    const c = text.charCodeAt(here);
    const next: number[] = [];
    for (const place of places) {
      const token = wanted[place];
      if (token === undefined) continue;
      if (token === '*') next.push(place);
      else if (matchOne(token.text, 0, c, false) === token.text.length) next.push(place + 1);
    }
    places = closure(wanted, next);
  }
}

/** A star may also be passed without a character. */
function closure(wanted: Token[], places: number[]): number[] {
  const all = new Set(places);
  for (const place of all) if (wanted[place] === '*') all.add(place + 1);
  return [...all];
}
