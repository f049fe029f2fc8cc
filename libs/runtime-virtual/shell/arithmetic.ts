/** $((..)): 64-bit integers, C's operators, assignments. Text in, text out. */
import { ShellError } from './state.js';

export interface Variables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

const SYNTAX = 'arithmetic syntax error';
const BINARY: Record<string, number> = {
  '*': 11, '/': 11, '%': 11, '+': 10, '-': 10, '<<': 9, '>>': 9, '<': 8, '<=': 8, '>': 8, '>=': 8, '==': 7, '!=': 7, '&': 6, '^': 5, '|': 4, '&&': 3, '||': 2,
};
const TOKEN = /\s*(?:(0[xX][0-9a-fA-F]+|\d+#[0-9a-zA-Z]+|\d\w*|[A-Za-z_]\w*)|(<<=|>>=|\*\*|\+\+|--|&&|\|\||<<|>>|[-+*/%&|^<>=!]=|[-+*/%&|^<>=!~?:(),]))/y;
const MAX_DEPTH = 64;

export function evaluate(text: string, variables: Variables, depth = 0): bigint {
  if (depth > MAX_DEPTH) throw new ShellError('expression recursion loop detected');
  return new Arithmetic(text, variables, depth).whole();
}

class Arithmetic {
  private readonly tokens: string[] = [];
  private at = 0;

  constructor(
    text: string,
    private readonly variables: Variables,
    private readonly depth: number,
  ) {
    const rest = text.trimEnd();
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < rest.length) {
      const token = TOKEN.exec(rest);
      if (!token) throw new ShellError(SYNTAX);
      this.tokens.push(token[1] ?? token[2]!);
      if (this.tokens.length > 10_000) throw new ShellError(SYNTAX);
    }
  }

  whole(): bigint {
    if (this.tokens.length === 0) return 0n;
    const value = this.comma(true);
    if (this.at < this.tokens.length) throw new ShellError(SYNTAX);
    return value;
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private comma(live: boolean): bigint {
    let value = this.assignment(live);
    while (this.take(',')) value = this.assignment(live);
    return value;
  }

  private assignment(live: boolean): bigint {
    const name = this.tokens[this.at] ?? '';
    const operator = this.tokens[this.at + 1] ?? '';
    if (!/^[A-Za-z_]/.test(name) || !/^(?:[-+*/%&|^]|<<|>>)?=$/.test(operator)) return this.ternary(live);
    this.at += 2;
    const right = this.assignment(live);
    const value = operator === '=' ? right : this.apply(operator.slice(0, -1), this.variable(name, live), right, live);
    if (live) this.variables.set(name, value.toString());
    return value;
  }

  private ternary(live: boolean): bigint {
    const test = this.binary(2, live);
    if (!this.take('?')) return test;
    const yes = this.assignment(live && test !== 0n);
    if (!this.take(':')) throw new ShellError(SYNTAX);
    const no = this.assignment(live && test === 0n);
    return test !== 0n ? yes : no;
  }

  private binary(level: number, live: boolean): bigint {
    let left = this.power(live);
    for (;;) {
      const operator = this.tokens[this.at] ?? '';
      const binding = BINARY[operator] ?? 0;
      if (binding < level) return left;
      this.at++;
      const wanted = live && !(operator === '&&' && left === 0n) && !(operator === '||' && left !== 0n);
      left = this.apply(operator, left, this.binary(binding + 1, wanted), wanted);
    }
  }

  private apply(operator: string, a: bigint, b: bigint, live: boolean): bigint {
    const wrap = (value: bigint) => BigInt.asIntN(64, value);
    const truth = (value: boolean) => (value ? 1n : 0n);
    switch (operator) {
      case '*': return wrap(a * b);
      case '/':
      case '%':
        if (b === 0n) {
          if (live) throw new ShellError('divide by zero');
          return 0n;
        }
        return wrap(operator === '/' ? a / b : a % b);
      case '+': return wrap(a + b);
      case '-': return wrap(a - b);
      case '<<': return wrap(a << (b & 63n));
      case '>>': return a >> (b & 63n);
      case '<': return truth(a < b);
      case '<=': return truth(a <= b);
      case '>': return truth(a > b);
      case '>=': return truth(a >= b);
      case '==': return truth(a === b);
      case '!=': return truth(a !== b);
      case '&': return a & b;
      case '^': return a ^ b;
      case '|': return a | b;
      case '&&': return truth(a !== 0n && b !== 0n);
      case '||': return truth(a !== 0n || b !== 0n);
      default: throw new ShellError(SYNTAX);
    }
  }

  private unary(live: boolean): bigint {
    const token = this.tokens[this.at++];
    switch (token) {
      case '-': return BigInt.asIntN(64, -this.unary(live));
      case '+': return this.unary(live);
      case '!': return this.unary(live) === 0n ? 1n : 0n;
      case '~': return ~this.unary(live);
      default:
        this.at--;
        return this.postfix(live);
    }
  }

  /** Signs bind tighter, as in ash. */
  private power(live: boolean): bigint {
    const base = this.unary(live);
    if (!this.take('**')) return base;
    const exponent = this.power(live);
    if (exponent < 0n) throw new ShellError('exponent less than 0');
    let result = 1n;
    for (let i = 0n; i < exponent && i < 64n; i++) result = BigInt.asIntN(64, result * base);
    return result;
  }

  private postfix(live: boolean): bigint {
    const token = this.tokens[this.at++];
    if (token === undefined) throw new ShellError(SYNTAX);
    if (token === '(') {
      const value = this.comma(live);
      if (!this.take(')')) throw new ShellError(SYNTAX);
      return value;
    }
    if (token === '++' || token === '--') {
      const name = this.tokens[this.at++] ?? '';
      if (!/^[A-Za-z_]/.test(name)) throw new ShellError(SYNTAX);
      const value = this.variable(name, live) + (token === '++' ? 1n : -1n);
      if (live) this.variables.set(name, value.toString());
      return value;
    }
    if (/^\d/.test(token)) return number(token);
    if (!/^[A-Za-z_]/.test(token)) throw new ShellError(SYNTAX);
    const value = this.variable(token, live);
    const operator = this.tokens[this.at];
    if (operator === '++' || operator === '--') {
      this.at++;
      if (live) this.variables.set(token, (value + (operator === '++' ? 1n : -1n)).toString());
    }
    return value;
  }

  private variable(name: string, live: boolean): bigint {
    const text = live ? (this.variables.get(name) ?? '') : '';
    if (text.trim() === '') return 0n;
    return /^-?\d+$/.test(text) && !/^-?0\d/.test(text) ? BigInt.asIntN(64, BigInt(text)) : evaluate(text, this.variables, this.depth + 1);
  }
}

function number(token: string): bigint {
  const based = /^(\d+)#(\w+)$/.exec(token);
  if (based) {
    const base = BigInt(based[1]!);
    let value = 0n;
    for (const digit of based[2]!.toLowerCase()) {
      const worth = BigInt(parseInt(digit, 36));
      if (worth >= base) throw new ShellError(SYNTAX);
      value = value * base + worth;
    }
    return BigInt.asIntN(64, value);
  }
  if (/^0[xX][0-9a-fA-F]+$/.test(token)) return BigInt.asIntN(64, BigInt(token));
  if (/^0[0-7]+$/.test(token)) return BigInt.asIntN(64, BigInt(`0o${token.slice(1)}`));
  if (/^(0|[1-9]\d*)$/.test(token)) return BigInt.asIntN(64, BigInt(token));
  throw new ShellError(SYNTAX);
}
