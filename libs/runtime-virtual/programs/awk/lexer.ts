/** awk's words. A slash is a division or begins an expression: the parser knows which, so words are read one at a time. */

export class AwkError extends Error {}

export interface Token {
  kind: 'end' | 'newline' | 'number' | 'string' | 'name' | 'call' | 'builtin' | 'keyword' | 'mark';
  text: string;
  at: number;
  line: number;
}

const KEYWORDS = new Set('BEGIN END function func if else while for do break continue next nextfile exit return delete in getline print printf'.split(' '));
export const BUILTINS = new Set(
  'length substr index split sub gsub gensub match sprintf sin cos atan2 exp log sqrt int rand srand tolower toupper system close fflush strftime systime mktime and or xor lshift rshift compl'.split(' '),
);
const MARKS = ['**=', '**', '&&', '||', '++', '--', '+=', '-=', '*=', '/=', '%=', '^=', '==', '!=', '<=', '>=', '!~', '>>', '~', '!', '<', '>', '=', '+', '-', '*', '/', '%', '^', '(', ')', '{', '}', '[', ']', ';', ',', '?', ':', '$', '|'];

export class Lexer {
  private at = 0;
  private line = 1;

  constructor(private readonly source: string) {}

  next(): Token {
    const skipped = /(?:[ \t\r]|\\\r?\n|#[^\n]*)*/y;
    skipped.lastIndex = this.at;
    const blank = skipped.exec(this.source)![0];
    this.line += blank.split('\n').length - 1;
    this.at += blank.length;
    const at = this.at;
    const char = this.source[at];
    const token = (kind: Token['kind'], text: string, length = text.length): Token => {
      this.at = at + length;
      return { kind, text, at, line: this.line };
    };
    if (char === undefined) return token('end', '');
    if (char === '\n') {
      this.line++;
      return token('newline', '\n');
    }
    const match = (pattern: RegExp) => {
      pattern.lastIndex = at;
      return pattern.exec(this.source)?.[0];
    };
    const number = match(/0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y);
    if (number !== undefined) return token('number', number);
    const name = match(/[A-Za-z_]\w*/y);
    if (name !== undefined) {
      if (KEYWORDS.has(name)) return token('keyword', name === 'func' ? 'function' : name, name.length);
      if (BUILTINS.has(name)) return token('builtin', name);
      return token(this.source[at + name.length] === '(' ? 'call' : 'name', name);
    }
    if (char === '"') return this.string(at);
    const mark = MARKS.find((one) => this.source.startsWith(one, at));
    if (mark === undefined) throw new AwkError(`Unexpected token (line ${this.line}: ${char})`);
    return token('mark', mark.startsWith('**') ? mark.replace('**', '^') : mark, mark.length);
  }

  private string(at: number): Token {
    let end = at + 1;
    while (end < this.source.length && this.source[end] !== '"') end += this.source[end] === '\\' ? 2 : 1;
    if (end >= this.source.length) throw new AwkError('Unterminated string');
    this.at = end + 1;
    return { kind: 'string', text: unescape(this.source.slice(at + 1, end)), at, line: this.line };
  }

  /** The expression that the slash of `token` begins. */
  regex(token: Token): string {
    let end = token.at + 1;
    let bracket = false;
    for (; end < this.source.length && (bracket || this.source[end] !== '/'); end++) {
      const char = this.source[end];
      if (char === '\n') break;
      if (char === '\\') end++;
      else if (char === '[' && !bracket) {
        bracket = true;
        if (this.source[end + 1] === '^') end++;
        if (this.source[end + 1] === ']') end++;
      } else if (char === ']') bracket = false;
    }
    if (this.source[end] !== '/') throw new AwkError('Unterminated regexp');
    this.at = end + 1;
    return this.source.slice(token.at + 1, end).replace(/\\\//g, '/');
  }
}

/** The escapes of a string constant. A backslash before any other character stays, as in an expression that is written as a string. */
export function unescape(text: string): string {
  const named: Record<string, string> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', '/': '/', a: '\x07', b: '\b', f: '\f', v: '\v' };
  return text.replace(/\\([0-7]{1,3}|\r?\n|[^])/g, (all, escaped: string) => {
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(parseInt(escaped, 8) & 255);
    if (escaped.endsWith('\n')) return '';
    return named[escaped] ?? all;
  });
}
