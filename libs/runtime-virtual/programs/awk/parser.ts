/** From a script's text to its tree. Statements here, expressions in expressions.ts. */
import type { Expr, FunctionDef, Script, Stmt } from './ast.js';
import { Expressions } from './expressions.js';
import { AwkError } from './lexer.js';

/** @throws AwkError */
export function parseAwk(source: string): Script {
  return new Parser(source).script();
}

class Parser extends Expressions {
  script(): Script {
    const script: Script = { begin: [], rules: [], end: [], functions: [] };
    for (;;) {
      this.terminators();
      if (this.token.kind === 'end') return script;
      if (this.is('BEGIN') || this.is('END')) {
        const into = this.take().text === 'BEGIN' ? script.begin : script.end;
        this.newlines();
        into.push(this.block());
      } else if (this.is('function')) script.functions.push(this.functionDef());
      else {
        const pattern = this.is('{') ? undefined : this.expression();
        let until: Expr | undefined;
        if (this.is(',')) {
          this.take();
          this.newlines();
          until = this.expression();
        }
        script.rules.push({ pattern, until, body: this.is('{') ? this.block() : undefined });
      }
    }
  }

  private functionDef(): FunctionDef {
    this.take();
    const name = this.take().text;
    this.want('(');
    const params: string[] = [];
    while (!this.is(')')) {
      this.newlines();
      params.push(this.take().text);
      if (!this.is(')')) this.want(',');
      this.newlines();
    }
    this.take();
    this.newlines();
    return { name, params, body: this.block() };
  }

  private block(): Stmt {
    this.want('{');
    const body: Stmt[] = [];
    for (;;) {
      this.terminators();
      if (this.is('}')) break;
      if (this.token.kind === 'end') throw new AwkError('Unexpected end of string');
      body.push(this.statement());
    }
    this.take();
    return { type: 'block', body };
  }

  /** Newlines and semicolons. */
  private terminators(): void {
    while (this.token.kind === 'newline' || this.is(';')) this.take();
  }

  /** The end of a simple statement. */
  private endOfSimple(): void {
    if (this.is(';') || this.token.kind === 'newline') this.take();
    else if (!this.is('}') && this.token.kind !== 'end') this.unexpected();
  }

  /** The statement that an if, while or for holds; `;` is the empty one. */
  private inner(): Stmt {
    this.newlines();
    if (!this.is(';')) return this.statement();
    this.take();
    return { type: 'block', body: [] };
  }

  private statement(): Stmt {
    if (this.is('{')) return this.block();
    if (this.token.kind !== 'keyword') return this.simpleStatement();
    switch (this.token.text) {
      case 'if':
        return this.ifStatement();
      case 'while': {
        this.take();
        const test = this.parenthesized();
        return { type: 'while', test, body: this.inner() };
      }
      case 'do':
        return this.doStatement();
      case 'for':
        return this.forStatement();
      default:
        return this.simpleStatement();
    }
  }

  private simpleStatement(): Stmt {
    const statement = this.simple();
    this.endOfSimple();
    return statement;
  }

  private endsHere(): boolean {
    return this.is(';') || this.is('}') || this.token.kind === 'newline' || this.token.kind === 'end';
  }

  private simple(): Stmt {
    if (this.token.kind === 'keyword') {
      const word = this.token.text;
      switch (word) {
        case 'break':
        case 'continue':
        case 'next':
        case 'nextfile':
          this.take();
          return { type: word };
        case 'exit':
        case 'return': {
          this.take();
          return { type: word, value: this.endsHere() ? undefined : this.expression() };
        }
        case 'delete':
          return this.deleteStatement();
        case 'print':
        case 'printf':
          return this.printStatement(word);
      }
    }
    return { type: 'expr', of: this.expression() };
  }

  private ifStatement(): Stmt {
    this.take();
    const test = this.parenthesized();
    const yes = this.inner();
    // `else` may stand after a semicolon and newlines; whatever else follows may have them too.
    this.terminators();
    if (!this.is('else')) return { type: 'if', test, yes, no: undefined };
    this.take();
    return { type: 'if', test, yes, no: this.inner() };
  }

  private doStatement(): Stmt {
    this.take();
    const body = this.inner();
    this.terminators();
    this.want('while');
    const test = this.parenthesized();
    this.endOfSimple();
    return { type: 'do', test, body };
  }

  private forStatement(): Stmt {
    this.take();
    this.want('(');
    const init = this.is(';') ? undefined : this.simple();
    // for (k in a) has been read as an expression: k in a.
    if (init?.type === 'expr' && init.of.type === 'in' && init.of.keys.length === 1 && this.is(')')) {
      this.take();
      return { type: 'forin', to: init.of.keys[0]!, name: init.of.name, body: this.inner() };
    }
    this.want(';');
    this.newlines();
    const test = this.is(';') ? undefined : this.expression();
    this.want(';');
    this.newlines();
    const step = this.is(')') ? undefined : this.simple();
    this.want(')');
    return { type: 'for', init, test, step, body: this.inner() };
  }

  private deleteStatement(): Stmt {
    this.take();
    const name = this.take().text;
    if (!this.is('[')) return { type: 'delete', name, keys: undefined };
    this.take();
    const keys = this.list(']');
    this.want(']');
    return { type: 'delete', name, keys };
  }

  private printStatement(type: 'print' | 'printf'): Stmt {
    this.take();
    const args: Expr[] = [];
    const before = this.noGreater;
    this.noGreater = true;
    while (!this.endsHere() && !this.is('>') && !this.is('>>') && !this.is('|')) {
      args.push(this.expression());
      if (!this.is(',')) break;
      this.take();
      this.newlines();
    }
    this.noGreater = before;
    const [only] = args;
    const items = args.length === 1 && only!.type === 'group' ? only!.items : args;
    if (!this.is('>') && !this.is('>>') && !this.is('|')) return { type, args: items, redirect: '', to: undefined };
    const redirect = this.take().text as '>' | '>>' | '|';
    return { type, args: items, redirect, to: this.concatenation() };
  }
}
