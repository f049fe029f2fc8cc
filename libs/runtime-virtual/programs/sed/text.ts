/** The texts between a sed command's delimiters. */

/** `\n`, `\t` .. as the characters that they stand for; other backslashes stay. */
export function escapes(text: string): string {
  const named: Record<string, string> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07' };
  return text.replace(/\\([^])/g, (all, char: string) => named[char] ?? all);
}

/**
 * What stands up to the next delimiter, which is passed over; undefined: there is none. An escaped delimiter loses its backslash.
 * In an expression (`regex`) one in brackets does not count, and `\n` is left to the expression.
 */
export function takeDelimited(reader: { text: string; at: number }, delimiter: string, regex: boolean): string | undefined {
  let out = '';
  let bracket = false;
  for (let i = reader.at; i < reader.text.length; i++) {
    const char = reader.text[i]!;
    if (bracket) {
      out += char;
      if (char === '[' && /[.:=]/.test(reader.text[i + 1] ?? '')) {
        const close = reader.text.indexOf(`${reader.text[i + 1]}]`, i + 2);
        if (close > 0) {
          out += reader.text.slice(i + 1, close + 2);
          i = close + 1;
        }
      } else if (char === '\\' && reader.text[i + 1] === 'n') {
        out = `${out.slice(0, -1)}\n`;
        i++;
      } else if (char === ']') bracket = false;
      continue;
    }
    if (char === delimiter) {
      reader.at = i + 1;
      return regex ? out : escapes(out);
    }
    if (char === '\\') {
      const next = reader.text[++i];
      if (next === undefined) return undefined;
      out += next === delimiter && !(regex && /[nt]/.test(next)) ? next : `\\${next}`;
      continue;
    }
    if (regex && char === '[') {
      // A ] right after [ or [^ is an ordinary member.
      const start = /^\[\^?\]?/.exec(reader.text.slice(i, i + 3))![0];
      out += start;
      i += start.length - 1;
      bracket = true;
      continue;
    }
    out += char;
  }
  return undefined;
}

/** The replacement with the match put into it: & and \\1 .. \\9; any other escaped character is itself. */
export function expandReplacement(replacement: string, match: string, groups: (string | undefined)[]): string {
  if (!/[&\\]/.test(replacement)) return replacement;
  return replacement.replace(/\\([^])|&/g, (all, char?: string) => {
    if (char === undefined) return match;
    return /\d/.test(char) ? (char === '0' ? match : (groups[Number(char) - 1] ?? '')) : all.slice(1);
  });
}
