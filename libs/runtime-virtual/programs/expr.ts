import { compileRegex } from './regex.js';
import type { Run } from './simple.js';

class Wrong extends Error {}
const LEVELS = [['|'], ['&'], ['<', '<=', '=', '==', '!=', '>=', '>'], ['+', '-'], ['*', '/', '%'], [':']];

export const expr: Run = (io) => {
  const args = io.argv.slice(1);
  let at = 0;
  const isNumber = (text: string) => /^-?\d+$/.test(text);
  const number = (text: string) => {
    if (!isNumber(text)) throw new Wrong('non-integer argument');
    return BigInt(text);
  };
  const truth = (value: boolean) => (value ? '1' : '0');
  const empty = (text: string) => text === '' || /^-?0+$/.test(text);

  function match(text: string, pattern: string): string {
    const found = compileRegex(`^${pattern.replace(/^\^/, '')}`, { extended: false }).exec(text);
    const grouped = /\\\(/.test(pattern);
    if (!found) return grouped ? '' : '0';
    return grouped ? (found.groups[0] ?? '') : String(found[0].length);
  }

  function apply(operator: string, a: string, b: string): string {
    switch (operator) {
      case '|': return empty(a) ? b : a;
      case '&': return empty(a) || empty(b) ? '0' : a;
      case ':': return match(a, b);
      case '+': return String(number(a) + number(b));
      case '-': return String(number(a) - number(b));
      case '*': return String(number(a) * number(b));
      case '/':
      case '%':
        if (number(b) === 0n) throw new Wrong('division by zero');
        return String(operator === '/' ? number(a) / number(b) : number(a) % number(b));
    }
    const order = isNumber(a) && isNumber(b) ? (BigInt(a) < BigInt(b) ? -1 : BigInt(a) > BigInt(b) ? 1 : 0) : a < b ? -1 : a > b ? 1 : 0;
    switch (operator) {
      case '<': return truth(order < 0);
      case '<=': return truth(order <= 0);
      case '>': return truth(order > 0);
      case '>=': return truth(order >= 0);
      case '!=': return truth(order !== 0);
      default: return truth(order === 0);
    }
  }

  function level(depth: number): string {
    if (depth >= LEVELS.length) return primary();
    let left = level(depth + 1);
    while (at < args.length && LEVELS[depth]!.includes(args[at]!)) left = apply(args[at++]!, left, level(depth + 1));
    return left;
  }

  function primary(): string {
    const token = args[at++];
    if (token === undefined) throw new Wrong('syntax error');
    if (token === '(') {
      const value = level(0);
      if (args[at++] !== ')') throw new Wrong('syntax error');
      return value;
    }
    if (token === 'length' && at < args.length) return String(primary().length);
    if (token === 'match' && at + 1 < args.length) return match(primary(), primary());
    if (token === 'substr' && at + 2 < args.length) {
      const [text, from, length] = [primary(), Number(primary()), Number(primary())];
      return from > 0 && length > 0 ? text.slice(from - 1, from - 1 + length) : '';
    }
    if (token === 'index' && at + 1 < args.length) {
      const [text, chars] = [primary(), primary()];
      return String([...text].findIndex((char) => chars.includes(char)) + 1);
    }
    return token;
  }

  try {
    if (args.length === 0) throw new Wrong('syntax error');
    const value = level(0);
    if (at < args.length) throw new Wrong('syntax error');
    io.out += `${value}\n`;
    return empty(value) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    io.err += `expr: ${error.message}\n`;
    return 2;
  }
};
