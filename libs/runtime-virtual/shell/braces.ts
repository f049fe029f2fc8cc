/** Brace expansion, as bash has it: a word's source text to the texts of several words. Quotes and `${..}` are left alone. */

const MAX_WORDS = 100_000;
const RANGE = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/;

export function expandBraces(text: string): string[] {
  for (let i = 0; i < text.length; i = next(text, i)) {
    if (text[i] !== '{') continue;
    const close = closing(text, i);
    if (close < 0) continue;
    const choices = alternatives(text.slice(i + 1, close));
    if (!choices) continue;
    const rest = expandBraces(text.slice(close + 1));
    const words: string[] = [];
    for (const choice of choices) {
      for (const tail of rest) {
        if (words.length >= MAX_WORDS) return words;
        words.push(text.slice(0, i) + choice + tail);
      }
    }
    return words;
  }
  return [text];
}

/** Where the scan goes on: after a quoted text, an escaped character, or `${`..`}`. */
function next(text: string, i: number): number {
  const char = text[i];
  if (char === '\\') return i + 2;
  if (char === "'" || char === '"') {
    let end = i + 1;
    while (end < text.length && text[end] !== char) end += char === '"' && text[end] === '\\' ? 2 : 1;
    return end + 1;
  }
  if (char === '$' && (text[i + 1] === '{' || text[i + 1] === '(')) {
    const [open, shut] = text[i + 1] === '{' ? ['{', '}'] : ['(', ')'];
    let depth = 0;
    let end = i + 1;
    for (; end < text.length; end++) {
      if (text[end] === open) depth++;
      else if (text[end] === shut && --depth === 0) break;
    }
    return end + 1;
  }
  return i + 1;
}

function closing(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i = next(text, i)) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

/** What stands for the braces; undefined: they are ordinary characters. */
function alternatives(inner: string): string[] | undefined {
  const range = RANGE.exec(inner);
  if (range) return sequence(range[1]!, range[2]!, Number(range[3] ?? 1));
  const parts: string[] = [];
  let from = 0;
  let depth = 0;
  for (let i = 0; i < inner.length; i = next(inner, i)) {
    if (inner[i] === '{') depth++;
    else if (inner[i] === '}') depth--;
    else if (inner[i] === ',' && depth === 0) {
      parts.push(inner.slice(from, i));
      from = i + 1;
    }
  }
  if (parts.length === 0) return undefined;
  return [...parts, inner.slice(from)].flatMap(expandBraces);
}

function sequence(first: string, last: string, by: number): string[] | undefined {
  const letters = /[A-Za-z]/.test(first);
  if (letters !== /[A-Za-z]/.test(last)) return undefined;
  const value = (text: string) => (letters ? text.charCodeAt(0) : Number(text));
  const width = !letters && (/^-?0\d/.test(first) || /^-?0\d/.test(last)) ? Math.max(first.length, last.length) : 0;
  const show = (n: number) => (letters ? String.fromCharCode(n) : n < 0 ? `-${String(-n).padStart(width - 1, '0')}` : String(n).padStart(width, '0'));
  const [from, to] = [value(first), value(last)];
  const step = Math.max(1, Math.abs(by)) * (from <= to ? 1 : -1);
  const words: string[] = [];
  for (let n = from; step > 0 ? n <= to : n >= to; n += step) {
    if (words.length >= MAX_WORDS) break;
    words.push(show(n));
  }
  return words;
}
