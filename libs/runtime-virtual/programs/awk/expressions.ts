/** awk's expressions, from the loosest operator to the tightest. */
import type { Expr } from './ast.js';
import { AwkError, Lexer } from './lexer.js';
import type { Token } from './lexer.js';

const MAX_DEPTH = 200;

export class Expressions {
  private readonly lexer: Lexer;
  protected token: Token;
  private ahead: Token | undefined;
  /** In print, `>` is a redirection; in the parentheses of `for`, nothing is special. */
  protected noGreater = false;
  private depth = 0;

  constructor(source: string) {
    this.lexer = new Lexer(source);
    this.token = this.lexer.next();
  }

  protected take(): Token {
    const taken = this.token;
    this.token = this.ahead ?? this.lexer.next();
    this.ahead = undefined;
    return taken;
  }

  protected is(text: string): boolean {
    return (this.token.kind === 'mark' || this.token.kind === 'keyword') && this.token.text === text;
  }

  protected want(text: string): void {
    if (!this.is(text)) this.unexpected();
    this.take();
  }

  protected unexpected(): never {
    if (this.token.kind === 'end') throw new AwkError('Unexpected end of string');
    throw new AwkError('Unexpected token');
  }

  protected newlines(): void {
    while (this.token.kind === 'newline') this.take();
  }

  protected parenthesized(): Expr {
    this.want('(');
    const before = this.noGreater;
    this.noGreater = false;
    const test = this.expression();
    this.noGreater = before;
    this.want(')');
    return test;
  }

  protected list(end: string): Expr[] {
    const items: Expr[] = [];
    const before = this.noGreater;
    this.noGreater = false;
    this.newlines();
    while (!this.is(end)) {
      items.push(this.expression());
      this.newlines();
      if (!this.is(',')) break;
      this.take();
      this.newlines();
    }
    this.noGreater = before;
    return items;
  }

  expression(): Expr {
    if (++this.depth > MAX_DEPTH) throw new AwkError('Expression nested too deeply');
    const left = this.ternary();
    this.depth--;
    if (this.token.kind !== 'mark' || !/^(?:[-+*/%^]?=)$/.test(this.token.text)) return left;
    if (left.type !== 'var' && left.type !== 'index' && left.type !== 'field') this.unexpected();
    const operator = this.take().text.slice(0, -1);
    this.newlines();
    return { type: 'assign', to: left, operator, value: this.expression() };
  }

  private ternary(): Expr {
    const test = this.or();
    if (!this.is('?')) return test;
    this.take();
    this.newlines();
    const yes = this.expression();
    this.newlines();
    this.want(':');
    this.newlines();
    return { type: 'ternary', test, yes, no: this.expression() };
  }

  private or(): Expr {
    let left = this.and();
    while (this.is('||')) {
      this.take();
      this.newlines();
      left = { type: 'or', left, right: this.and() };
    }
    return left;
  }

  private and(): Expr {
    let left = this.membership();
    while (this.is('&&')) {
      this.take();
      this.newlines();
      left = { type: 'and', left, right: this.membership() };
    }
    return left;
  }

  private membership(): Expr {
    let left = this.matching();
    while (this.is('in')) {
      this.take();
      left = { type: 'in', keys: left.type === 'group' ? left.items : [left], name: this.take().text };
    }
    return left;
  }

  private matching(): Expr {
    let left = this.comparison();
    while (this.is('~') || this.is('!~')) {
      const negated = this.take().text === '!~';
      left = { type: 'match', negated, left, right: this.comparison() };
    }
    return left;
  }

  private comparison(): Expr {
    let left = this.concatenation();
    for (;;) {
      if (this.is('|') && this.peek().text === 'getline') {
        this.take();
        this.take();
        left = { type: 'getline', into: this.lvalue(), from: 'command', source: left };
      } else if (['<', '<=', '==', '!=', '>='].some((mark) => this.is(mark)) || (this.is('>') && !this.noGreater)) {
        const operator = this.take().text;
        left = { type: 'binary', operator, left, right: this.concatenation() };
      } else return left;
    }
  }

  private peek(): Token {
    return (this.ahead ??= this.lexer.next());
  }

  protected concatenation(): Expr {
    let left = this.additive();
    while (this.beginsOperand()) left = { type: 'binary', operator: '', left, right: this.additive() };
    return left;
  }

  /** Whether the next word goes on with a value rather than with an operator. */
  private beginsOperand(): boolean {
    const { kind } = this.token;
    if (['number', 'string', 'name', 'call', 'builtin'].includes(kind)) return true;
    return this.is('$') || this.is('!') || this.is('(') || this.is('-') || this.is('+') || this.is('++') || this.is('--');
  }

  private additive(): Expr {
    let left = this.multiplicative();
    while (this.is('+') || this.is('-')) {
      const operator = this.take().text;
      left = { type: 'binary', operator, left, right: this.multiplicative() };
    }
    return left;
  }

  private multiplicative(): Expr {
    let left = this.unary();
    while (this.is('*') || this.is('/') || this.is('%')) {
      const operator = this.take().text;
      left = { type: 'binary', operator, left, right: this.unary() };
    }
    return left;
  }

  private unary(): Expr {
    if (!this.is('!') && !this.is('-') && !this.is('+')) return this.power();
    if (++this.depth > MAX_DEPTH) throw new AwkError('Expression nested too deeply');
    const operator = this.take().text;
    const of = this.unary();
    this.depth--;
    return { type: 'unary', operator, of };
  }

  private power(): Expr {
    const left = this.postfix();
    if (!this.is('^')) return left;
    this.take();
    const right = this.is('-') || this.is('+') || this.is('!') ? this.unary() : this.power();
    return { type: 'binary', operator: '^', left, right };
  }

  private postfix(): Expr {
    const of = this.primary();
    if ((this.is('++') || this.is('--')) && (of.type === 'var' || of.type === 'index' || of.type === 'field')) return { type: 'increment', to: of, by: this.take().text === '++' ? 1 : -1, post: true };
    return of;
  }

  private primary(): Expr {
    const { token } = this;
    switch (token.kind) {
      case 'number':
        this.take();
        return { type: 'number', value: Number(token.text) };
      case 'string':
        this.take();
        return { type: 'string', value: token.text };
      case 'name':
        return this.variable();
      case 'call': {
        this.take();
        this.want('(');
        const args = this.list(')');
        this.want(')');
        return { type: 'call', name: token.text, args };
      }
      case 'builtin': {
        this.take();
        if (!this.is('(')) {
          if (token.text !== 'length') this.unexpected();
          return { type: 'builtin', name: 'length', args: [] };
        }
        this.take();
        const args = this.list(')');
        this.want(')');
        return { type: 'builtin', name: token.text, args };
      }
      case 'keyword':
        if (token.text !== 'getline') this.unexpected();
        return this.getline();
      case 'mark':
        return this.marked(token);
      default:
        return this.unexpected();
    }
  }

  private variable(): Expr {
    const name = this.take().text;
    if (!this.is('[')) return { type: 'var', name };
    this.take();
    const keys = this.list(']');
    this.want(']');
    return { type: 'index', name, keys };
  }

  private marked(token: Token): Expr {
    switch (token.text) {
      case '/':
      case '/=': {
        const value = this.lexer.regex(token);
        this.ahead = undefined;
        this.take();
        return { type: 'regex', value };
      }
      case '$':
        this.take();
        return { type: 'field', of: this.is('++') || this.is('--') || this.is('-') || this.is('+') || this.is('!') ? this.unaryOrStep() : this.primary() };
      case '++':
      case '--':
        return this.unaryOrStep();
      case '(': {
        this.take();
        const items = this.list(')');
        this.want(')');
        if (items.length === 0) this.unexpected();
        return items.length === 1 ? (items[0]!.type === 'group' ? items[0]! : { type: 'group', items }) : { type: 'group', items };
      }
      default:
        return this.unexpected();
    }
  }

  private unaryOrStep(): Expr {
    if (!this.is('++') && !this.is('--')) return this.unary();
    const by = this.take().text === '++' ? 1 : -1;
    const to = this.primary();
    if (to.type !== 'var' && to.type !== 'index' && to.type !== 'field') this.unexpected();
    return { type: 'increment', to, by, post: false };
  }

  /** What getline reads into, where it names something. */
  private lvalue(): Expr | undefined {
    if (this.is('$') || this.token.kind === 'name') return this.primary();
    return undefined;
  }

  private getline(): Expr {
    this.take();
    const into = this.lvalue();
    if (!this.is('<')) return { type: 'getline', into, from: 'input', source: undefined };
    this.take();
    return { type: 'getline', into, from: 'file', source: this.primary() };
  }
}
