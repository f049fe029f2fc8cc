/** bc: a calculator with numbers of any length. What runs for too long is ended: it is one step of the kernel. */
import { errorMessage } from '../kernel/errors.js';
import { calculate, compare, decimal, formatNumber, mathematics, parseNumber, squareRoot, withScale } from './bc-number.js';
import type { Decimal } from './bc-number.js';
import { BcError, parseBc } from './bc-parse.js';
import type { Expression, Statement } from './bc-parse.js';
import { withInput } from './input.js';
import { complain, parseOptions } from './options.js';
import type { Io } from './simple.js';

const MAX_STEPS = 100_000;
const MAX_OUTPUT = 1024 * 1024;
const MAX_CALLS = 500;
const ZERO = decimal(0);
const ONE = decimal(1);

type Definition = Extract<Statement, { kind: 'define' }>;
/** How a statement ended, where that leads out of what is around it. */
type Way = 'on' | 'break' | 'continue' | 'quit' | { value: Decimal };

class Calculator {
  private scale = 0;
  private ibase = 10;
  private obase = 10;
  private last = ZERO;
  private variables = new Map<string, Decimal>();
  private readonly functions = new Map<string, Definition>();
  private steps = 0;
  private calls = 0;

  constructor(
    private readonly io: Io,
    private readonly library: boolean,
  ) {
    if (library) this.scale = 20;
  }

  /** So much work is about to be done. */
  private count(steps: number): void {
    this.steps += steps;
    if (this.steps > MAX_STEPS || this.io.out.length > MAX_OUTPUT) throw new BcError('too much work: the virtual bc ends what takes long');
  }

  run(statement: Statement): Way {
    this.count(1);
    switch (statement.kind) {
      case 'show':
        this.show(statement.of, statement.quiet);
        return 'on';
      case 'text':
        this.io.out += statement.text;
        return 'on';
      case 'print':
        for (const part of statement.parts) this.io.out += typeof part === 'string' ? part.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t', q: '"', '\\': '\\' })[letter] ?? letter) : formatNumber(this.value(part), this.obase);
        return 'on';
      case 'block':
        for (const inner of statement.of) {
          const way = this.run(inner);
          if (way !== 'on') return way;
        }
        return 'on';
      case 'if':
        if (this.value(statement.test).value !== 0n) return this.run(statement.then);
        return statement.otherwise ? this.run(statement.otherwise) : 'on';
      case 'while':
        while (this.value(statement.test).value !== 0n) {
          const way = this.run(statement.body);
          if (way === 'break') break;
          if (way !== 'on' && way !== 'continue') return way;
          if (statement.step) this.value(statement.step);
        }
        return 'on';
      case 'define':
        this.functions.set(statement.name, statement);
        return 'on';
      case 'return':
        return { value: statement.of ? this.value(statement.of) : ZERO };
      default:
        return statement.kind;
    }
  }

  private show(of: Expression, quiet: boolean): void {
    const value = this.value(of);
    if (quiet) return;
    this.last = value;
    this.io.out += `${formatNumber(value, this.obase)}\n`;
  }

  private value(of: Expression): Decimal {
    this.count(1);
    switch (of.kind) {
      case 'number':
        return parseNumber(of.text, this.ibase);
      case 'name':
        return this.get(of.name);
      case 'unary': {
        const value = this.value(of.of);
        if (of.op === '!') return value.value === 0n ? ONE : ZERO;
        return of.op === '-' ? { ...value, value: -value.value } : value;
      }
      case 'assign': {
        const before = this.get(of.name);
        const value = this.value(of.value);
        const after = of.op === '=' ? value : calculate(of.op[0]!, before, value, this.scale);
        this.set(of.name, after);
        return of.after ? before : after;
      }
      case 'call':
        return this.call(of.name, of.args);
      case 'binary':
        return this.binary(of.op, of.left, of.right);
    }
  }

  private binary(op: string, left: Expression, right: Expression): Decimal {
    const a = this.value(left);
    const b = this.value(right);
    const truth = (yes: boolean) => (yes ? ONE : ZERO);
    switch (op) {
      case '&&': return truth(a.value !== 0n && b.value !== 0n);
      case '||': return truth(a.value !== 0n || b.value !== 0n);
      case '<': return truth(compare(a, b) < 0);
      case '<=': return truth(compare(a, b) <= 0);
      case '>': return truth(compare(a, b) > 0);
      case '>=': return truth(compare(a, b) >= 0);
      case '==': return truth(compare(a, b) === 0);
      case '!=': return truth(compare(a, b) !== 0);
      default: return calculate(op, a, b, this.scale);
    }
  }

  private call(name: string, args: Expression[]): Decimal {
    const values = args.map((arg) => this.value(arg));
    const [x = ZERO] = values;
    const own = this.functions.get(name);
    if (!own) {
      if (name === 'sqrt' || this.library) this.count(50 + this.scale * 2);
      if (name === 'sqrt') return squareRoot(x, this.scale);
      if (name === 'scale') return decimal(x.scale);
      if (name === 'length') return decimal((x.value < 0n ? -x.value : x.value).toString().length);
      if (name === 'abs') return { ...x, value: x.value < 0n ? -x.value : x.value };
      if (this.library && 'scale'.includes(name) && name.length === 1) return mathematics(name, x, this.scale);
      throw new BcError('undefined function');
    }
    if (own.args.length !== values.length) throw new BcError(`function has wrong number of arguments: ${name}()`);
    if (++this.calls > MAX_CALLS) throw new BcError('too many calls within each other');
    const outer = this.variables;
    // Its arguments and its own variables hide those of the same name meanwhile.
    const hidden = [...own.args, ...own.autos].map((variable): [string, Decimal | undefined] => [variable, outer.get(variable)]);
    own.args.forEach((variable, i) => this.variables.set(variable, values[i]!));
    for (const variable of own.autos) this.variables.delete(variable);
    const way = this.run(own.body);
    for (const [variable, before] of hidden) {
      if (before) this.variables.set(variable, before);
      else this.variables.delete(variable);
    }
    this.calls--;
    return typeof way === 'object' ? way.value : ZERO;
  }

  private get(name: string): Decimal {
    if (name === 'scale' || name === 'ibase' || name === 'obase') return decimal(this[name]);
    return name === 'last' ? this.last : (this.variables.get(name) ?? ZERO);
  }

  private set(name: string, value: Decimal): void {
    const number = Number(withScale(value, 0).value);
    if (name === 'scale') {
      if (!(number >= 0 && number <= 10_000)) throw new BcError('bad scale; must be from 0 to 10000');
      this.scale = number;
    } else if (name === 'ibase') {
      if (!(number >= 2 && number <= 16)) throw new BcError('bad ibase; must be [2,16]');
      this.ibase = number;
    } else if (name === 'obase') {
      if (!(number >= 2 && number <= 999)) throw new BcError('bad obase; must be [2,999]');
      this.obase = number;
    } else if (name === 'last') this.last = value;
    else this.variables.set(name, value);
  }
}

export const bc = withInput((io, content) => {
  const options = parseOptions(io, 'qlsiwv', ['mathlib=l', 'quiet=q', 'standard=s', 'interactive=i', 'warn=w']);
  if (!options) return 1;
  const calculator = new Calculator(io, options.has('l'));
  for (const name of [...options.rest, '-']) {
    const text = content(name);
    if (typeof text === 'number') return complain(io, `can't open '${name}': ${errorMessage(text)}`);
    try {
      for (const statement of parseBc(text)) {
        if (calculator.run(statement) === 'quit') return 0;
      }
    } catch (error) {
      if (!(error instanceof BcError)) throw error;
      return complain(io, error.message);
    }
  }
  return 0;
});
