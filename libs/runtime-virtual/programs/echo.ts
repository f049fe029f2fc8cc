import type { Run } from './simple.js';

const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', e: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };

/** Backslash escapes of echo -e and printf's %b. `stop`: \c was met. */
export function unescape(text: string, zeroOctal: boolean): { text: string; stop: boolean } {
  let out = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char !== '\\') {
      out += char;
      continue;
    }
    const next = text[++i];
    if (next === 'c') return { text: out, stop: true };
    const octal = /^[0-7]{1,3}/.exec(next === '0' && zeroOctal ? text.slice(i + 1, i + 4) : text.slice(i, i + 3));
    const hex = next === 'x' ? /^[0-9a-fA-F]{1,2}/.exec(text.slice(i + 1, i + 3)) : null;
    if (next !== undefined && Object.hasOwn(ESCAPES, next)) out += ESCAPES[next];
    else if (hex) {
      out += String.fromCharCode(parseInt(hex[0], 16));
      i += hex[0].length;
    } else if (octal && next !== undefined && /[0-7]/.test(next)) {
      out += String.fromCharCode(parseInt(octal[0], 8) & 255);
      i += octal[0].length - (next === '0' && zeroOctal ? 0 : 1);
    } else if (next === '0' && zeroOctal) out += '\0';
    else out += next === undefined ? '\\' : `\\${next}`;
  }
  return { text: out, stop: false };
}

export const echo: Run = (io) => {
  const { argv } = io;
  let i = 1;
  let newline = true;
  let escapes = false;
  for (; i < argv.length && /^-[neE]+$/.test(argv[i]!); i++) {
    for (const letter of argv[i]!.slice(1)) {
      if (letter === 'n') newline = false;
      else escapes = letter === 'e';
    }
  }
  const text = i === 1 && argv.length === 2 ? argv[1]! : argv.slice(i).join(' ');
  if (!escapes || !text.includes('\\')) {
    io.out += newline ? `${text}\n` : text;
    return 0;
  }
  const done = unescape(text, true);
  io.out += done.stop || !newline ? done.text : `${done.text}\n`;
  return 0;
};
