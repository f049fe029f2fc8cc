/** From a script's tree to instructions for the machine in run.ts. A jump's target is an index into the list. */
import type { Expr, FunctionDef, Stmt } from './ast.js';
import { findArrays } from './arrays.js';
import { depthOf, ExpressionCompiler } from './compile-expressions.js';
import type { Compiled } from './compile-expressions.js';
import { AwkError } from './lexer.js';
import { parseAwk } from './parser.js';

export { SPECIAL } from './compile-expressions.js';
export type { Compiled, Instruction } from './compile-expressions.js';

/** @throws AwkError */
export function compileAwk(source: string): Compiled {
  const script = parseAwk(source);
  return new Compiler(script, findArrays(script)).compiled();
}

class Compiler extends ExpressionCompiler {
  private current = '';
  private loops: { breaks: number[]; continues: number[] }[] = [];

  compiled(): Compiled {
    const { script } = this;
    const functions: Compiled['functions'] = {};
    for (const def of script.functions) functions[def.name] = { at: 0, params: def.params.length, arrays: def.params.map((name) => this.arrays.isArray(def.name, name)) };
    for (const def of script.functions) {
      functions[def.name]!.at = this.code.length;
      this.functionBody(def);
    }
    const begin = this.code.length;
    for (const body of script.begin) this.statement(body);
    this.emit('done');
    const main = this.code.length;
    script.rules.forEach((rule, i) => {
      let skip = -1;
      if (rule.pattern && rule.until) skip = this.range(rule.pattern, rule.until, i);
      else if (rule.pattern) {
        this.expression(rule.pattern);
        skip = this.emit('jz', 0);
      }
      if (rule.body) this.statement(rule.body);
      else this.emit('print', 0, '');
      if (skip >= 0) this.patch(skip);
    });
    this.emit('done');
    const end = this.code.length;
    for (const body of script.end) this.statement(body);
    this.emit('done');
    return { code: this.code, begin, main, end, hasMain: script.rules.length > 0, hasEnd: script.end.length > 0, globals: this.globals, functions };
  }

  private functionBody(def: FunctionDef): void {
    this.locals = def.params;
    this.current = def.name;
    this.statement(def.body);
    this.emit('null');
    this.emit('return');
    this.locals = [];
    this.current = '';
  }

  /** Returns the jump to be patched that is taken where the rule does not hold. */
  private range(from: Expr, until: Expr, index: number): number {
    const on = this.emit('jrange', index, 0);
    this.expression(from);
    const skip = this.emit('jz', 0);
    this.emit('range', index, 1);
    this.patch(on, 2);
    this.expression(until);
    const stay = this.emit('jz', 0);
    this.emit('range', index, 0);
    this.patch(stay);
    return skip;
  }

  private loop(body: () => void, toContinue: () => void): number[] {
    const loop = { breaks: [] as number[], continues: [] as number[] };
    this.loops.push(loop);
    body();
    this.loops.pop();
    for (const at of loop.continues) this.patch(at);
    toContinue();
    return loop.breaks;
  }

  private statement(s: Stmt): void {
    switch (s.type) {
      case 'block':
        for (const one of s.body) this.statement(one);
        return;
      case 'expr':
        this.expression(s.of);
        this.emit('pop');
        return;
      case 'print':
      case 'printf':
        for (const arg of s.args) this.expression(arg);
        if (s.to) this.expression(s.to);
        this.emit(s.type, s.args.length, s.redirect);
        return;
      case 'if': {
        this.expression(s.test);
        const skip = this.emit('jz', 0);
        this.statement(s.yes);
        if (!s.no) return this.patch(skip);
        const over = this.emit('jmp', 0);
        this.patch(skip);
        this.statement(s.no);
        return this.patch(over);
      }
      case 'while': {
        const top = this.code.length;
        this.expression(s.test);
        const out = this.emit('jz', 0);
        const breaks = this.loop(() => this.statement(s.body), () => this.emit('jmp', top));
        for (const at of [out, ...breaks]) this.patch(at);
        return;
      }
      case 'do': {
        const top = this.code.length;
        const breaks = this.loop(() => this.statement(s.body), () => {
          this.expression(s.test);
          this.emit('jnz', top);
        });
        for (const at of breaks) this.patch(at);
        return;
      }
      case 'for':
        return this.forLoop(s);
      case 'forin': {
        this.array(s.name);
        this.emit('keys');
        const top = this.code.length;
        const out = this.emit('nextkey', 0);
        this.store(s.to, () => this.emit('iterkey', depthOf(s.to, 1)));
        this.emit('pop');
        const breaks = this.loop(() => this.statement(s.body), () => this.emit('jmp', top));
        for (const at of breaks) this.patch(at);
        this.patch(out);
        this.emit('pop');
        return;
      }
      case 'break':
      case 'continue': {
        const loop = this.loops[this.loops.length - 1];
        if (!loop) throw new AwkError(`'${s.type}' not in a loop`);
        loop[s.type === 'break' ? 'breaks' : 'continues'].push(this.emit('jmp', 0));
        return;
      }
      case 'next':
      case 'nextfile':
        this.emit(s.type);
        return;
      case 'exit':
      case 'return':
        if (s.type === 'return' && this.current === '') throw new AwkError('Return outside function');
        if (s.value) this.expression(s.value);
        else this.emit(s.type === 'exit' ? 'same' : 'null');
        this.emit(s.type);
        return;
      case 'delete':
        this.array(s.name);
        if (s.keys) this.keys(s.keys);
        this.emit(s.keys ? 'delete' : 'clear');
        return;
    }
  }

  private forLoop(s: Extract<Stmt, { type: 'for' }>): void {
    if (s.init) this.statement(s.init);
    const top = this.code.length;
    let out = -1;
    if (s.test) {
      this.expression(s.test);
      out = this.emit('jz', 0);
    }
    const breaks = this.loop(() => this.statement(s.body), () => {
      if (s.step) this.statement(s.step);
      this.emit('jmp', top);
    });
    for (const at of breaks) this.patch(at);
    if (out >= 0) this.patch(out);
  }
}
