/** nginx's configuration language: words, quotes, blocks, comments. */

export class ConfigError extends Error {}

export interface Directive {
  name: string;
  args: string[];
  /** undefined: it ended with a semicolon. */
  block?: Directive[];
  file: string;
  line: number;
}

/** " in /etc/nginx/nginx.conf:3" */
export const place = (at: { file: string; line: number }): string => ` in ${at.file}:${at.line}`;

interface Token {
  /** '{', '}', ';' or a word. */
  text: string;
  word: boolean;
  line: number;
}

function tokens(text: string, file: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '\n') line++;
    if (/\s/.test(char)) continue;
    if (char === '#') {
      while (i + 1 < text.length && text[i + 1] !== '\n') i++;
    } else if ('{};'.includes(char)) found.push({ text: char, word: false, line });
    else {
      const begun = line;
      const quote = char === '"' || char === "'" ? char : '';
      let word = '';
      let at = quote ? i + 1 : i;
      for (; at < text.length; at++) {
        const next = text[at]!;
        if (quote ? next === quote : /[\s;]/.test(next) || (next === '{' && word[word.length - 1] !== '$') || (next === '}' && !/\$\{\w*$/.test(word))) break;
        if (next === '\n') line++;
        if (next === '\\' && at + 1 < text.length) {
          const escaped = text[++at]!;
          word += /["'\s\\]/.test(escaped) && escaped !== '\\' ? escaped : escaped === 'n' && quote ? '\n' : escaped === 't' && quote ? '\t' : `\\${escaped}`;
        } else word += next;
      }
      if (quote && at >= text.length) throw new ConfigError(`unexpected end of file, expecting ";" or "}"${place({ file, line })}`);
      found.push({ text: word, word: true, line: begun });
      i = quote ? at : at - 1;
    }
  }
  return found;
}

/** Reads one file. @throws ConfigError, with nginx's words and the place. */
export function parseConfig(text: string, file: string): Directive[] {
  const all = tokens(text, file);
  let at = 0;
  let line = 1;

  function block(depth: number): Directive[] {
    const directives: Directive[] = [];
    for (;;) {
      const first = all[at++];
      if (!first) {
        if (depth > 0) throw new ConfigError(`unexpected end of file, expecting "}"${place({ file, line: line + 1 })}`);
        return directives;
      }
      ({ line } = first);
      if (!first.word) {
        if (first.text === '}' && depth > 0) return directives;
        throw new ConfigError(`unexpected "${first.text}"${place({ file, line })}`);
      }
      const directive: Directive = { name: first.text, args: [], file, line };
      for (;;) {
        const next = all[at++];
        if (!next) throw new ConfigError(`unexpected end of file, expecting ";" or "}"${place({ file, line: line + 1 })}`);
        ({ line } = next);
        if (next.word) directive.args.push(next.text);
        else if (next.text === ';') break;
        else if (next.text === '{') {
          directive.block = block(depth + 1);
          break;
        } else throw new ConfigError(`unexpected "}"${place({ file, line })}`);
      }
      directives.push(directive);
    }
  }
  return block(0);
}
