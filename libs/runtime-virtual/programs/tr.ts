import { filter } from './filter.js';
import { parseOptions, usage } from './options.js';

interface TrState {
  /** What becomes of each of the 256 bytes: a replacement, or '' to delete it. */
  map: string[];
  squeeze: string;
  last: string;
}
const CLASSES: Record<string, RegExp> = {
  alpha: /[A-Za-z]/, digit: /\d/, alnum: /[A-Za-z0-9]/, upper: /[A-Z]/, lower: /[a-z]/, space: /[\t-\r ]/, blank: /[ \t]/, punct: /[!-/:-@[-`{-~]/,
  cntrl: /[\0-\x1f\x7f]/, print: /[ -~]/, graph: /[!-~]/, xdigit: /[0-9A-Fa-f]/,
};
const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };
const BYTES = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i));

function expand(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const named = /^\[:(\w+):\]/.exec(text.slice(i, i + 12));
    if (named && Object.hasOwn(CLASSES, named[1]!)) {
      out += BYTES.filter((byte) => CLASSES[named[1]!]!.test(byte)).join('');
      i += named[0].length - 1;
      continue;
    }
    let char = text[i]!;
    if (char === '\\' && i + 1 < text.length) {
      const octal = /^[0-7]{1,3}/.exec(text.slice(i + 1));
      char = octal ? String.fromCharCode(parseInt(octal[0], 8) & 255) : (ESCAPES[text[i + 1]!] ?? text[i + 1]!);
      i += octal ? octal[0].length : 1;
    }
    if (text[i + 1] === '-' && i + 2 < text.length) {
      for (let code = char.charCodeAt(0); code <= text.charCodeAt(i + 2); code++) out += String.fromCharCode(code);
      i += 2;
    } else out += char;
  }
  return out;
}

export const tr = filter<TrState>({
  init(io) {
    const options = parseOptions(io, 'cCdst', [], true);
    if (!options) return 1;
    const [first, second] = options.rest;
    if (first === undefined || (second === undefined && !options.has('d') && !options.has('s'))) return usage(io, 'tr [-cds] STRING1 [STRING2]');
    let from = expand(first);
    if (options.has('c') || options.has('C')) from = BYTES.filter((byte) => !from.includes(byte)).join('');
    const to = second === undefined ? '' : expand(second);
    const map = BYTES.slice();
    for (let i = from.length - 1; i >= 0; i--) {
      if (options.has('d')) map[from.charCodeAt(i)] = '';
      else if (to !== '') map[from.charCodeAt(i)] = to[Math.min(i, to.length - 1)]!;
    }
    return { own: { map, squeeze: options.has('s') ? (second === undefined ? from : to) : '', last: '' }, files: [] };
  },
  data(io, own, data) {
    const out: string[] = [];
    for (let i = 0; i < data.length; i++) {
      const char = own.map[data.charCodeAt(i)]!;
      if (char === '' || (own.squeeze !== '' && char === own.last && own.squeeze.includes(char))) continue;
      out.push(char);
      own.last = char;
    }
    io.out += out.join('');
  },
  end: () => 0,
});
