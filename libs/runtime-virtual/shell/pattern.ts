/** Shell patterns: `*`, `?`, `[..]`, backslash. Matched without backtracking beyond the last star, so that no pattern takes long. */

const CLASSES: Record<string, (c: number) => boolean> = {
  alpha: (c) => (c >= 65 && c <= 90) || (c >= 97 && c <= 122),
  digit: (c) => c >= 48 && c <= 57,
  alnum: (c) => (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122),
  upper: (c) => c >= 65 && c <= 90,
  lower: (c) => c >= 97 && c <= 122,
  space: (c) => c === 32 || (c >= 9 && c <= 13),
  blank: (c) => c === 32 || c === 9,
  punct: (c) => c > 32 && c < 127 && !/[A-Za-z0-9]/.test(String.fromCharCode(c)),
  print: (c) => c >= 32 && c < 127,
  graph: (c) => c > 32 && c < 127,
  cntrl: (c) => c < 32 || c === 127,
  xdigit: (c) => (c >= 48 && c <= 57) || (c >= 65 && c <= 70) || (c >= 97 && c <= 102),
};

export function quotePattern(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}

export function hasMagic(pattern: string): boolean {
  return /[*?[]/.test(pattern.replace(/\\[^]/g, ''));
}

export function unquotePattern(pattern: string): string {
  return pattern.replace(/\\([^])/g, '$1');
}

export function matches(pattern: string, text: string, caseless = false): boolean {
  let p = 0;
  let t = 0;
  let starP = -1;
  let starT = 0;
  for (;;) {
    if (p < pattern.length && pattern[p] === '*') {
      starP = ++p;
      starT = t;
      continue;
    }
    if (t >= text.length) {
      while (pattern[p] === '*') p++;
      return p >= pattern.length;
    }
    const next = p < pattern.length ? matchOne(pattern, p, text.charCodeAt(t), caseless) : -1;
    if (next >= 0) {
      p = next;
      t++;
    } else if (starP >= 0) {
      p = starP;
      t = ++starT;
    } else return false;
  }
}

/** Where the pattern goes on after it matched one character, or -1. */
export function matchOne(pattern: string, p: number, c: number, caseless: boolean): number {
  const at = pattern[p]!;
  if (at === '?') return p + 1;
  if (at === '[') {
    const end = bracketEnd(pattern, p);
    if (end > 0) return inBracket(pattern.slice(p + 1, end), c, caseless) ? end + 1 : -1;
  }
  const literal = at === '\\' && p + 1 < pattern.length ? p + 1 : p;
  return same(pattern.charCodeAt(literal), c, caseless) ? literal + 1 : -1;
}

const same = (a: number, b: number, caseless: boolean) =>
  a === b || (caseless && String.fromCharCode(a).toLowerCase() === String.fromCharCode(b).toLowerCase());

export function bracketEnd(pattern: string, start: number): number {
  let i = start + 1;
  if (pattern[i] === '!' || pattern[i] === '^') i++;
  if (pattern[i] === ']') i++;
  while (i < pattern.length && pattern[i] !== ']') {
    if (pattern[i] === '[' && pattern[i + 1] === ':') {
      const close = pattern.indexOf(':]', i + 2);
      if (close > 0) {
        i = close + 2;
        continue;
      }
    }
    i += pattern[i] === '\\' ? 2 : 1;
  }
  return i < pattern.length ? i : -1;
}

function inBracket(body: string, c: number, caseless: boolean): boolean {
  const negated = body[0] === '!' || body[0] === '^';
  let i = negated ? 1 : 0;
  let found = false;
  while (i < body.length) {
    const named = body.startsWith('[:', i) ? /^\[:(\w+):\]/.exec(body.slice(i)) : null;
    if (named) {
      found ||= CLASSES[named[1]!]?.(c) ?? false;
      i += named[0].length;
      continue;
    }
    if (body[i] === '\\' && i + 1 < body.length) i++;
    const low = body.charCodeAt(i++);
    if (body[i] === '-' && i + 1 < body.length) {
      i++;
      if (body[i] === '\\' && i + 1 < body.length) i++;
      const high = body.charCodeAt(i++);
      found ||= (c >= low && c <= high) || (caseless && /[a-z]/i.test(String.fromCharCode(c)) && (c ^ 32) >= low && (c ^ 32) <= high);
    } else found ||= same(low, c, caseless);
  }
  return found !== negated;
}
