/** test, [ and [[: conditions over strings, numbers and files. */
import { stat, access } from '../files/stat.js';
import type { Stat } from '../files/stat.js';
import type { Io, Run } from './simple.js';
import { matches, quotePattern } from '../shell/pattern.js';

class Wrong extends Error {}
const BINARY = ['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef', '=~'];
const UNARY = /^-[bcdefghknprstuwxzLGOS]$/;

export const test: Run = (io) => {
  let args = io.argv.slice(1);
  const name = io.argv[0]!;
  if (name === '[' || name === '[[') {
    if (args.pop() !== name.replaceAll('[', ']')) {
      io.err += `sh: missing ${name.replaceAll('[', ']')}\n`;
      return 2;
    }
  }
  if (name === '[[') args = args.map((arg) => (arg === '&&' ? '-a' : arg === '||' ? '-o' : arg));
  try {
    if (args.length === 0) return 1;
    const parser = new Conditions(io, args, name === '[[');
    const result = parser.or();
    if (!parser.atEnd()) throw new Wrong(`${parser.rest()}: unknown operand`);
    return result ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    io.err += `sh: ${error.message}\n`;
    return 2;
  }
};

class Conditions {
  private at = 0;

  constructor(
    private readonly io: Io,
    private readonly args: string[],
    private readonly patterns: boolean,
  ) {}

  atEnd(): boolean {
    return this.at >= this.args.length;
  }

  rest(): string {
    return this.args[this.at] ?? '';
  }

  or(): boolean {
    let value = this.and();
    while (this.args[this.at] === '-o') {
      this.at++;
      value = this.and() || value;
    }
    return value;
  }

  private and(): boolean {
    let value = this.not();
    while (this.args[this.at] === '-a') {
      this.at++;
      value = this.not() && value;
    }
    return value;
  }

  private not(): boolean {
    const left = this.args.length - this.at;
    if (this.args[this.at] === '!' && left > 1 && !(left === 3 && BINARY.includes(this.args[this.at + 1]!))) {
      this.at++;
      return !this.not();
    }
    return this.primary();
  }

  private primary(): boolean {
    const [first, second, third] = this.args.slice(this.at, this.at + 3);
    if (first === undefined) throw new Wrong('argument expected');
    if (second !== undefined && third !== undefined && BINARY.includes(second)) {
      this.at += 3;
      return this.compare(first, second, third);
    }
    if (first === '(' && this.args.length - this.at > 1) {
      this.at++;
      const value = this.or();
      if (this.args[this.at] !== ')') throw new Wrong('closing paren expected');
      this.at++;
      return value;
    }
    if (UNARY.test(first) && second !== undefined) {
      this.at += 2;
      return this.unary(first, second);
    }
    this.at++;
    return first !== '';
  }

  private number(text: string): bigint {
    if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new Wrong(`${text}: bad number`);
    return BigInt(text.trim().replace(/^\+/, ''));
  }

  private compare(a: string, operator: string, b: string): boolean {
    switch (operator) {
      case '=':
      case '==':
        return this.patterns ? matches(b, a) : a === b;
      case '!=':
        return !(this.patterns ? matches(b, a) : a === b);
      case '=~':
        return matches(`*${quotePattern(b)}*`, a);
      case '<':
        return a < b;
      case '>':
        return a > b;
      case '-nt':
      case '-ot':
      case '-ef':
        return this.files(a, operator, b);
    }
    const x = this.number(a);
    const y = this.number(b);
    switch (operator) {
      case '-eq': return x === y;
      case '-ne': return x !== y;
      case '-lt': return x < y;
      case '-le': return x <= y;
      case '-gt': return x > y;
      default: return x >= y;
    }
  }

  private stat(path: string, follow = true): Stat | undefined {
    const found = stat(this.io.k, this.io.p, path, follow);
    return typeof found === 'number' ? undefined : found;
  }

  private files(a: string, operator: string, b: string): boolean {
    const x = this.stat(a);
    const y = this.stat(b);
    if (operator === '-ef') return x !== undefined && y !== undefined && x.device === y.device && x.inode === y.inode;
    const [newer, older] = operator === '-nt' ? [x, y] : [y, x];
    return newer !== undefined && (older === undefined || Math.floor(newer.mtime / 1000) > Math.floor(older.mtime / 1000));
  }

  private unary(operator: string, operand: string): boolean {
    const { k, p } = this.io;
    switch (operator) {
      case '-n': return operand !== '';
      case '-z': return operand === '';
      case '-t': return p.tty > 0 && p.files[Number(operand)] === p.tty;
      case '-r': return access(k, p, operand, 4) === 0;
      case '-w': return access(k, p, operand, 2) === 0;
      case '-x': return access(k, p, operand, 1) === 0;
      case '-h':
      case '-L': return this.stat(operand, false)?.type === 'link';
    }
    const found = this.stat(operand);
    if (!found) return false;
    switch (operator) {
      case '-e': return true;
      case '-f': return found.type === 'file';
      case '-d': return found.type === 'dir';
      case '-s': return found.size > 0;
      case '-p': return found.type === 'fifo';
      case '-c': return found.type === 'char';
      case '-g': return (found.mode & 0o2000) !== 0;
      case '-u': return (found.mode & 0o4000) !== 0;
      case '-k': return (found.mode & 0o1000) !== 0;
      case '-O': return found.uid === p.uid;
      case '-G': return found.gid === p.gid;
      default: return false;
    }
  }
}
