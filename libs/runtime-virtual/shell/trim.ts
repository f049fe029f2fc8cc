/** `${x#p}`, `${x%p}`, `${x/p/by}`. */
import { hasMagic, unquotePattern } from './pattern.js';
import { beginScan, scan, tokens } from './pattern-scan.js';

/** Removes what matches at the start (#, ##: the longest) or end (%, %%) of a text. */
export function trim(text: string, pattern: string, operator: string): string {
  const start = operator[0] === '#';
  if (!hasMagic(pattern)) {
    const plain = unquotePattern(pattern);
    if (start) return text.startsWith(plain) ? text.slice(plain.length) : text;
    return text.endsWith(plain) ? text.slice(0, text.length - plain.length) : text;
  }
  beginScan();
  const wanted = tokens(pattern);
  const length = start ? scan(wanted, text, 0, 1, operator.length === 2) : scan(wanted.reverse(), text, text.length, -1, operator.length === 2);
  if (length < 0) return text;
  return start ? text.slice(length) : text.slice(0, text.length - length);
}

/** `${x/pattern/by}`; all: every place. */
export function replace(text: string, pattern: string, by: string, all: boolean): string {
  if (pattern === '') return text;
  if (!hasMagic(pattern)) {
    const plain = unquotePattern(pattern);
    if (all) return text.split(plain).join(by);
    const at = text.indexOf(plain);
    return at < 0 ? text : text.slice(0, at) + by + text.slice(at + plain.length);
  }
  beginScan();
  const wanted = tokens(pattern);
  let out = '';
  let from = 0;
  for (let at = 0; at <= text.length; ) {
    const length = scan(wanted, text, at, 1, true);
    if (length <= 0) {
      at++;
      continue;
    }
    out += text.slice(from, at) + by;
    at += length;
    from = at;
    if (!all) break;
  }
  return out + text.slice(from);
}
