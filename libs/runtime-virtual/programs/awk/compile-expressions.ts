/** awk's expressions as instructions. */
import type { Expr, Script } from './ast.js';
import type { ArrayNames } from './arrays.js';
import { AwkError } from './lexer.js';

export type Instruction = [op: string, ...args: (string | number)[]];

export interface Compiled {
  code: Instruction[];
  /** Where the parts begin. */
  begin: number;
  main: number;
  end: number;
  hasMain: boolean;
  hasEnd: boolean;
  /** Index of each global variable that is no array. */
  globals: Record<string, number>;
  /** `arrays`: which parameters are arrays. */
  functions: Record<string, { at: number; params: number; arrays: boolean[] }>;
}

/** They have fixed places: run.ts reads them there. */
export const SPECIAL = ['NF', 'NR', 'FNR', 'FS', 'OFS', 'RS', 'ORS', 'SUBSEP', 'CONVFMT', 'OFMT', 'FILENAME', 'RSTART', 'RLENGTH', 'RT', 'IGNORECASE', 'ERRNO', 'ARGC'] as const;

export class ExpressionCompiler {
  protected readonly code: Instruction[] = [];
  protected readonly globals: Record<string, number> = Object.fromEntries(SPECIAL.map((name, i) => [name, i]));
  protected locals: string[] = [];

  constructor(
    protected readonly script: Script,
    protected readonly arrays: ArrayNames,
  ) {}

  protected emit(op: string, ...args: (string | number)[]): number {
    this.code.push([op, ...args]);
    return this.code.length - 1;
  }

  protected patch(at: number, argument = 1): void {
    this.code[at]![argument] = this.code.length;
  }

  protected global(name: string): number {
    return Object.hasOwn(this.globals, name) ? this.globals[name]! : (this.globals[name] = Object.keys(this.globals).length);
  }

  /** Pushes a reference to an array. */
  protected array(name: string): void {
    const local = this.locals.indexOf(name);
    if (local >= 0) this.emit('local', local);
    else this.emit('array', name);
  }

  protected keys(keys: Expr[]): void {
    for (const key of keys) this.expression(key);
    if (keys.length > 1) this.emit('subsep', keys.length);
  }

  /** Puts what `value` pushes into a variable, element or field, and leaves it on the stack. */
  protected store(to: Expr, value: () => void): void {
    if (to.type === 'var') {
      value();
      const local = this.locals.indexOf(to.name);
      this.emit(local >= 0 ? 'setlocal' : 'setglobal', local >= 0 ? local : this.scalar(to.name));
    } else if (to.type === 'index') {
      this.array(to.name);
      this.keys(to.keys);
      value();
      this.emit('setitem');
    } else if (to.type === 'field') {
      this.expression(to.of);
      value();
      this.emit('setfield');
    } else throw new AwkError('Unexpected token');
  }

  private scalar(name: string): number {
    if (this.arrays.isArray('', name)) throw new AwkError(`Not a scalar`);
    return this.global(name);
  }

  private assign(e: Extract<Expr, { type: 'assign' }>): void {
    if (e.operator === '') return this.store(e.to, () => this.expression(e.value));
    // The target's place is worked out once, the value before it is read: a[i++] += 1.
    this.place(e.to);
    this.expression(e.value);
    this.emit('update', e.operator, this.kindOf(e.to), this.slotOf(e.to));
  }

  private place(to: Expr): void {
    if (to.type === 'index') {
      this.array(to.name);
      this.keys(to.keys);
    } else if (to.type === 'field') this.expression(to.of);
  }

  private kindOf(to: Expr): string {
    return to.type === 'var' ? (this.locals.includes(to.name) ? 'local' : 'global') : to.type === 'index' ? 'item' : 'field';
  }

  private slotOf(to: Expr): number {
    if (to.type !== 'var') return 0;
    const local = this.locals.indexOf(to.name);
    return local >= 0 ? local : this.scalar(to.name);
  }

  protected expression(e: Expr): void {
    switch (e.type) {
      case 'number':
      case 'string':
        this.emit('const', e.value);
        return;
      case 'regex':
        this.emit('matchrecord', e.value);
        return;
      case 'var': {
        const local = this.locals.indexOf(e.name);
        if (local >= 0) this.emit('local', local);
        else if (this.arrays.isArray('', e.name)) this.emit('array', e.name);
        else this.emit('global', this.global(e.name));
        return;
      }
      case 'index':
        this.array(e.name);
        this.keys(e.keys);
        this.emit('item');
        return;
      case 'field':
        this.expression(e.of);
        this.emit('field');
        return;
      case 'assign':
        return this.assign(e);
      case 'increment':
        this.place(e.to);
        this.emit('step', e.by, e.post ? 1 : 0, this.kindOf(e.to), this.slotOf(e.to));
        return;
      case 'binary':
        this.expression(e.left);
        this.expression(e.right);
        this.emit('binary', e.operator);
        return;
      case 'unary':
        this.expression(e.of);
        this.emit('unary', e.operator);
        return;
      case 'and':
      case 'or': {
        this.expression(e.left);
        const short = this.emit(e.type === 'and' ? 'jz' : 'jnz', 0);
        this.expression(e.right);
        this.emit('truth');
        const over = this.emit('jmp', 0);
        this.patch(short);
        this.emit('const', e.type === 'and' ? 0 : 1);
        return this.patch(over);
      }
      case 'ternary': {
        this.expression(e.test);
        const no = this.emit('jz', 0);
        this.expression(e.yes);
        const over = this.emit('jmp', 0);
        this.patch(no);
        this.expression(e.no);
        return this.patch(over);
      }
      case 'match':
        this.expression(e.left);
        this.pattern(e.right);
        this.emit('match', e.negated ? 1 : 0);
        return;
      case 'in':
        this.array(e.name);
        this.keys(e.keys);
        this.emit('in');
        return;
      case 'call':
        return this.call(e);
      case 'builtin':
        return this.builtin(e);
      case 'getline':
        if (e.source) this.expression(e.source);
        this.emit('getline', e.from, e.into ? 1 : 0);
        if (e.into) {
          // Below the result lies the line: it is stored where something was read.
          const none = this.emit('jnoline', 0);
          this.store(e.into, () => this.emit('pick', depthOf(e.into!, 2)));
          this.emit('pop');
          this.patch(none);
          this.emit('dropline');
        }
        return;
      case 'group':
        if (e.items.length !== 1) throw new AwkError('Unexpected token');
        return this.expression(e.items[0]!);
    }
  }

  /** An expression in the place of a pattern: /x/ is itself there, not a comparison with the record. */
  private pattern(e: Expr): void {
    if (e.type === 'regex') this.emit('const', e.value);
    else if (e.type === 'group' && e.items.length === 1) this.pattern(e.items[0]!);
    else this.expression(e);
  }

  private call(e: Extract<Expr, { type: 'call' }>): void {
    const def = this.script.functions.find(({ name }) => name === e.name);
    if (!def) throw new AwkError('Call to undefined function');
    if (e.args.length > def.params.length) throw new AwkError('Too many arguments');
    for (const arg of e.args) this.expression(arg);
    this.emit('call', e.name, e.args.length);
  }

  private builtin(e: Extract<Expr, { type: 'builtin' }>): void {
    const { name, args } = e;
    if (name === 'sub' || name === 'gsub') {
      const target: Expr = args[2] ?? { type: 'field', of: { type: 'number', value: 0 } };
      this.place(target);
      this.pattern(args[0]!);
      this.expression(args[1]!);
      const kind = ['var', 'index', 'field'].includes(target.type) ? this.kindOf(target) : 'none';
      if (kind === 'none') this.expression(target);
      this.emit(name, kind, kind === 'none' ? 0 : this.slotOf(target));
      return;
    }
    args.forEach((arg, i) => {
      if (name === 'split' && i === 1 && arg.type === 'var') this.array(arg.name);
      else if ((name === 'match' && i === 1) || (name === 'split' && i === 2) || (name === 'gensub' && i === 0)) {
        this.pattern(arg);
      } else this.expression(arg);
    });
    this.emit(name === 'system' || name === 'close' || name === 'fflush' ? name : 'builtin', ...(name === 'system' || name === 'close' || name === 'fflush' ? [args.length] : [name, args.length]));
  }
}

/** How deep the stack is above what lay on it, and that itself: store() has pushed the target's place by then. */
export const depthOf = (to: Expr, own: number): number => own + (to.type === 'index' ? 2 : to.type === 'field' ? 1 : 0);
