/** bc's language: from text to statements. */

export class BcError extends Error {}

export type Expression =
  | { kind: 'number'; text: string }
  | { kind: 'name'; name: string }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'unary'; op: string; of: Expression }
  | { kind: 'binary'; op: string; left: Expression; right: Expression }
  /** `after`: the value is that before the change. */
  | { kind: 'assign'; name: string; op: string; value: Expression; after: boolean };

export type Statement =
  | { kind: 'show'; of: Expression; quiet: boolean }
  | { kind: 'text'; text: string }
  | { kind: 'print'; parts: (string | Expression)[] }
  | { kind: 'if'; test: Expression; then: Statement; otherwise: Statement | null }
  | { kind: 'while'; test: Expression; body: Statement; step: Expression | null }
  | { kind: 'block'; of: Statement[] }
  | { kind: 'define'; name: string; args: string[]; autos: string[]; body: Statement }
  | { kind: 'return'; of: Expression | null }
  | { kind: 'break' | 'continue' | 'quit' };

const TOKEN = /\/\*[^]*?\*\/|#[^\n]*|\\\n|[ \t\r]+|(\d+\.?\d*|\.\d+|(?:[0-9A-F]+\.?[0-9A-F]*)|\.[0-9A-F]+)|([a-z][a-z0-9_]*)|("[^"]*")|(\+\+|--|[-+*/%^=!<>]=|&&|\|\||[-+*/%^=<>!(){},;\n])/gy;

function tokens(text: string): string[] {
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new BcError(`bad character '${text[at]}'`);
    const token = match[1] ?? match[2] ?? match[3] ?? match[4];
    if (token !== undefined) found.push(token);
  }
  return found;
}

const LEVELS = [['||'], ['&&'], ['<', '<=', '>', '>=', '==', '!='], ['+', '-'], ['*', '/', '%']];
const ASSIGNMENTS = ['=', '+=', '-=', '*=', '/=', '%=', '^='];
const MAX_DEPTH = 200;

/** @throws BcError */
export function parseBc(text: string): Statement[] {
  const all = tokens(text);
  let at = 0;
  let depth = 0;
  const peek = () => all[at];
  const take = (token: string) => {
    if (all[at] !== token) return false;
    at++;
    return true;
  };
  const expect = (token: string) => {
    if (!take(token)) throw new BcError(`bad token: expected '${token}'${peek() === undefined ? '' : `, found '${peek() === '\n' ? 'newline' : peek()}'`}`);
  };
  const lines = () => {
    while (take('\n')) continue;
  };
  const isName = (token: string | undefined): token is string => token !== undefined && /^[a-z]/.test(token);

  function statement(): Statement {
    if (++depth > MAX_DEPTH) throw new BcError('too deeply nested');
    const found = one();
    depth--;
    return found;
  }

  function one(): Statement {
    const token = peek();
    if (token === undefined) throw new BcError('unexpected end');
    if (take('{')) {
      const of: Statement[] = [];
      for (;;) {
        while (take('\n') || take(';')) continue;
        if (take('}')) return { kind: 'block', of };
        of.push(statement());
      }
    }
    if (token.startsWith('"')) {
      at++;
      return { kind: 'text', text: token.slice(1, -1) };
    }
    if (take('if')) {
      expect('(');
      const test = expression();
      expect(')');
      lines();
      const then = statement();
      const back = at;
      lines();
      take(';');
      lines();
      if (!take('else')) {
        at = back;
        return { kind: 'if', test, then, otherwise: null };
      }
      lines();
      return { kind: 'if', test, then, otherwise: statement() };
    }
    if (take('while')) {
      expect('(');
      const test = expression();
      expect(')');
      lines();
      return { kind: 'while', test, body: statement(), step: null };
    }
    if (take('for')) {
      expect('(');
      const start = peek() === ';' ? null : expression();
      expect(';');
      const test: Expression = peek() === ';' ? { kind: 'number', text: '1' } : expression();
      expect(';');
      const step = peek() === ')' ? null : expression();
      expect(')');
      lines();
      const loop: Statement = { kind: 'while', test, body: statement(), step };
      return start ? { kind: 'block', of: [{ kind: 'show', of: start, quiet: true }, loop] } : loop;
    }
    if (take('define')) return definition();
    if (take('print')) {
      const parts: (string | Expression)[] = [];
      do {
        if (peek()?.startsWith('"')) parts.push(all[at++]!.slice(1, -1));
        else parts.push(expression());
      } while (take(','));
      return { kind: 'print', parts };
    }
    if (take('return')) return { kind: 'return', of: [undefined, ';', '\n', '}'].includes(peek()) ? null : expression() };
    for (const kind of ['break', 'continue', 'quit', 'halt'] as const) if (take(kind)) return { kind: kind === 'halt' ? 'quit' : kind };
    const of = expression();
    return { kind: 'show', of, quiet: of.kind === 'assign' && !of.after };
  }

  function names(): string[] {
    const found: string[] = [];
    while (isName(peek())) {
      found.push(all[at++]!);
      if (!take(',')) break;
    }
    return found;
  }

  function definition(): Statement {
    take('void');
    const name = all[at++] ?? '';
    expect('(');
    const args = names();
    expect(')');
    lines();
    expect('{');
    while (take('\n') || take(';')) continue;
    const autos = take('auto') ? names() : [];
    at--;
    // The block begins anew where its brace, or what stood before its statements, was.
    all[at] = '{';
    return { kind: 'define', name, args, autos, body: statement() };
  }

  function expression(): Expression {
    if (++depth > MAX_DEPTH) throw new BcError('too deeply nested');
    let found: Expression;
    if (isName(peek()) && ASSIGNMENTS.includes(all[at + 1] ?? '')) {
      const name = all[at]!;
      const op = all[at + 1]!;
      at += 2;
      found = { kind: 'assign', name, op, value: expression(), after: false };
    } else found = binary(0);
    depth--;
    return found;
  }

  function binary(level: number): Expression {
    const ops = LEVELS[level];
    if (!ops) return power();
    if (level === 0 && take('!')) return { kind: 'unary', op: '!', of: binary(2) };
    let left = binary(level + 1);
    for (let op = peek(); op !== undefined && ops.includes(op); op = peek()) {
      at++;
      left = { kind: 'binary', op, left, right: binary(level + 1) };
    }
    return left;
  }

  function power(): Expression {
    const left = unary();
    return take('^') ? { kind: 'binary', op: '^', left, right: power() } : left;
  }

  function unary(): Expression {
    if (take('-')) return { kind: 'unary', op: '-', of: unary() };
    if (take('!')) return { kind: 'unary', op: '!', of: unary() };
    for (const op of ['++', '--']) {
      if (!take(op)) continue;
      const name = all[at++];
      if (!isName(name)) throw new BcError(`bad expression at '${name ?? ''}'`);
      // Unlike an assignment it is shown.
      return { kind: 'unary', op: '+', of: { kind: 'assign', name, op: `${op[0]}=`, value: { kind: 'number', text: '1' }, after: false } };
    }
    return primary();
  }

  function primary(): Expression {
    const token = all[at++];
    if (token === '(') {
      const inner = expression();
      expect(')');
      // In brackets an assignment is shown.
      return { kind: 'unary', op: '+', of: inner };
    }
    if (token !== undefined && /^[0-9A-F.]/.test(token)) return { kind: 'number', text: token };
    if (!isName(token)) {
      throw new BcError(`bad expression at '${token === undefined || token === '\n' ? '' : token}'`);
    }
    if (take('(')) {
      const args: Expression[] = [];
      while (peek() !== ')' && peek() !== undefined) {
        args.push(expression());
        if (!take(',')) break;
      }
      expect(')');
      return { kind: 'call', name: token, args };
    }
    for (const op of ['++', '--']) if (take(op)) return { kind: 'assign', name: token, op: `${op[0]}=`, value: { kind: 'number', text: '1' }, after: true };
    return { kind: 'name', name: token };
  }

  const program: Statement[] = [];
  for (;;) {
    while (take('\n') || take(';')) continue;
    if (peek() === undefined) return program;
    program.push(statement());
    if (peek() !== undefined && peek() !== ';' && peek() !== '\n') throw new BcError(`bad statement terminator at '${peek()}'`);
  }
}
