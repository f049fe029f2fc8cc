/** From source text to a table of nodes, over the parser `unbash`. Tables are cached by text: they are no state. */
import { parse } from 'unbash';
import type { CommandNode as SourceCommand, CompoundList, ParsedScript, PipelineNode, Redirection, Statement, Word as SourceWord } from 'unbash';
import { expandBraces } from './braces.js';
import { hideWords, reveal } from './hide-words.js';
import { lowerHereDoc, lowerValue, lowerWord, simplify } from './lower-words.js';
import type { Assignment, Node, Part, Redirect, Script, Word } from './nodes.js';
import { syntaxError } from './syntax-errors.js';

const CACHED = 4096;
const MAX_CACHED_BYTES = 16 * 1024 * 1024;
const cache = new Map<string, Script>();
let cachedBytes = 0;

/** `bash`: with its brace expansion, and `;&`. */
export function parseScript(source: string, bash = false): Script {
  const key = bash ? `bash\n${source}` : source;
  let script = cache.get(key);
  if (script) return script;
  script = new Lowering(source, bash).run();
  if (cache.size >= CACHED || cachedBytes > MAX_CACHED_BYTES) {
    cache.clear();
    cachedBytes = 0;
  }
  cache.set(key, script);
  cachedBytes += source.length;
  return script;
}

/** Builtins whose arguments that look like assignments are not split. */
const DECLARATIONS = ['export', 'readonly', 'local'];

class Lowering {
  private readonly nodes: Node[] = [];
  private openHereDoc = false;
  private wrong = '';

  constructor(
    private readonly source: string,
    private readonly bash: boolean,
  ) {}

  run(): Script {
    const parsed = parse(this.source);
    if (parsed.errors?.length) {
      const hidden = hideWords(this.source);
      if (hidden && !parse(hidden.text).errors?.length) return reveal(new Lowering(hidden.text, this.bash).run(), hidden.mark);
    }
    const first = parsed.errors?.[0];
    if (!first) {
      const root = this.list(parsed.commands);
      if (this.wrong === '') return { nodes: this.nodes, root, error: '', incomplete: this.openHereDoc };
    }
    // The shell reads line by line: what stands on the lines before the error has run by then.
    const { message, incomplete } = first ? syntaxError(this.source, first) : { message: this.wrong, incomplete: false };
    const line = first ? this.source.lastIndexOf('\n', Math.max(0, first.pos - 1)) : -1;
    this.wrong = '';
    const items = parsed.commands.filter((statement) => statement.end <= line && statement.pos < statement.end).map((statement) => this.statement(statement));
    items.push(this.add({ t: 'error', message, line: first ? this.lineOf(Math.min(first.pos, this.source.trimEnd().length)) : 1 }));
    return { nodes: this.nodes, root: this.add({ t: 'list', items }), error: message, incomplete };
  }

  private add(node: Node): number {
    return this.nodes.push(node) - 1;
  }

  private list(statements: readonly Statement[]): number {
    const items = statements.map((statement) => this.statement(statement));
    return items.length === 1 ? items[0]! : this.add({ t: 'list', items });
  }

  private compound(list: CompoundList | undefined): number {
    return list ? this.list(list.commands) : -1;
  }

  private readonly script = (parsed: ParsedScript | undefined): number => {
    const error = parsed?.errors?.[0];
    if (error && this.source[error.pos - 1] !== '`') {
      const { message } = syntaxError(this.source, error);
      this.wrong ||= message.includes('(expecting') ? message : `${message} (expecting ")")`;
    }
    return this.list(parsed?.commands ?? []);
  };

  private statement(statement: Statement): number {
    const { command } = statement;
    const body =
      command.type === 'AndOr'
        ? this.add({ t: 'andor', items: command.commands.map((item) => this.pipeline(item)), operators: [...command.operators] })
        : this.pipeline(command);
    return statement.background ? this.add({ t: 'background', body, text: this.text(command) }) : body;
  }

  /** As `jobs` shows it. */
  private text(node: { type: string; pos: number; end: number }): string {
    const text = this.source.slice(node.pos, Math.min(node.end, node.pos + 80));
    return node.type === 'BraceGroup' ? text.replace(/^\{\s*|[\s;]*\}$/g, '') : text;
  }

  private pipeline(node: PipelineNode): number {
    if (node.type !== 'Pipeline') return this.command(node);
    const items = node.commands.map((item, i) => {
      const made = this.command(item);
      return node.operators[i] === '|&' ? this.add({ t: 'redirected', body: made, redirects: [{ operator: '>&', fd: 2, target: '1' }] }) : made;
    });
    let made = items.length === 1 ? items[0]! : this.add({ t: 'pipeline', items, texts: node.commands.map((item) => this.text(item)) });
    const negations = node.prefixes.filter((prefix) => prefix.type === 'Negation').length;
    if (negations > 1) this.wrong ||= 'syntax error: unexpected "!"';
    if (negations > 0) made = this.add({ t: 'not', body: made });
    return made;
  }

  private command(node: SourceCommand): number {
    switch (node.type) {
      case 'Command':
        return this.simple(node);
      case 'Redirected':
        return this.add({ t: 'redirected', body: this.command(node.command), redirects: this.redirects(node.redirects) });
      case 'If': {
        const arms = [node, ...node.elif];
        return this.add({
          t: 'if', conditions: arms.map((arm) => this.compound(arm.clause)), bodies: arms.map((arm) => this.compound(arm.then)), otherwise: this.compound(node.else),
        });
      }
      case 'While':
        return this.add({ t: 'while', until: node.kind === 'until', condition: this.compound(node.clause), body: this.compound(node.body) });
      case 'For': {
        if (!/^[A-Za-z_]\w*$/.test(node.name.text)) this.wrong ||= 'syntax error: bad for loop variable';
        const words = node.wordlist ? node.wordlist.flatMap((word) => this.words(word)) : null;
        return this.add({ t: 'for', name: node.name.text, words, body: this.compound(node.body) });
      }
      case 'Case':
        return this.add({
          t: 'case', word: lowerWord(node.word, this.script),
          items: node.items.map((item) => ({
            patterns: item.pattern.map((pattern) => lowerWord(pattern, this.script)), body: this.compound(item.body), through: this.fallsThrough(item.terminator),
          })),
        });
      case 'Function':
        if (/\w=[^;&|\n]*[ \t]$/.test(this.source.slice(0, node.pos))) this.wrong ||= 'syntax error: unexpected "("';
        return this.add({ t: 'function', name: node.name.text, body: node.body.type === 'CompoundList' ? this.compound(node.body) : this.command(node.body) });
      case 'Subshell':
        return this.add({ t: 'subshell', body: this.compound(node.body), text: this.text(node) });
      case 'BraceGroup':
        return this.compound(node.body);
      case 'TestCommand': {
        const words = this.source.slice(node.pos, node.end).trim().split(/\s+/);
        return this.script(parse(words.map((word) => (/^[<>&|()]+$/.test(word) ? `'${word}'` : word)).join(' ').replace(/^\[\[/, "'[['")));
      }
      case 'ArithmeticCommand':
        return this.script(parse(`( ( ${node.body}\n) )`));
      default:
        this.wrong ||= `syntax error: unexpected "${node.type === 'ArithmeticFor' ? '(' : 'do'}"`;
        return this.add({ t: 'list', items: [] });
    }
  }

  /** A word, or the words that bash makes of its braces. */
  private words(word: SourceWord): Word[] {
    if (!this.bash || !word.parts?.some((part) => part.type === 'BraceExpansion')) return [lowerWord(word, this.script)];
    return expandBraces(word.text).map((text) => {
      const command = parse(`: ${text}`).commands[0]?.command;
      const argument = command?.type === 'Command' ? command.args[0] : undefined;
      return argument?.type === 'Word' ? lowerWord(argument, this.script) : text;
    });
  }

  /** `;&` is bash's. */
  private fallsThrough(terminator: string | undefined): boolean {
    if (!this.bash && (terminator === ';&' || terminator === ';;&')) this.wrong ||= 'syntax error: unexpected "&"';
    return terminator === ';&';
  }

  private simple(node: Extract<SourceCommand, { type: 'Command' }>): number {
    const assignments: Assignment[] = [];
    for (const part of node.prefix) {
      if (part.type !== 'Assignment') continue;
      if (part.value.type === 'ArrayValue') this.wrong ||= 'syntax error: unexpected "("';
      else assignments.push({ name: part.name, value: lowerValue(part.value, this.script) });
    }
    const words: Word[] = node.name ? [lowerWord(node.name, this.script)] : [];
    const declares = typeof words[0] === 'string' && DECLARATIONS.includes(words[0]);
    const whole: number[] = [];
    for (const argument of node.args) {
      if (argument.type === 'Assignment') {
        if (argument.value.type === 'ArrayValue') {
          this.wrong ||= 'syntax error: unexpected "("';
          continue;
        }
        const value = lowerValue(argument.value, this.script);
        if (declares) whole.push(words.length);
        words.push(simplify(joined(`${argument.name}${argument.append ? '+' : ''}=`, value)));
      } else {
        if (declares && /^[A-Za-z_]\w*=/.test(argument.text)) whole.push(words.length);
        words.push(...this.words(argument));
      }
    }
    const argv = words.every((word) => typeof word === 'string') ? words : null;
    const redirects = this.redirects(node.redirects);
    return this.add({ t: 'command', assignments, words, argv, whole, redirects, line: this.lineOf(node.pos), text: this.source.slice(node.pos, node.end) });
  }

  private lineOf(pos: number): number {
    let line = 1;
    for (let i = this.source.indexOf('\n'); i >= 0 && i < pos; i = this.source.indexOf('\n', i + 1)) line++;
    return line;
  }

  private redirects(list: readonly Redirection[]): Redirect[] {
    return list.flatMap((redirect): Redirect[] => {
      if (redirect.type === 'HereString' || redirect.descriptor?.type === 'FileDescriptorVariable') {
        this.wrong ||= 'syntax error: unexpected redirection';
        return [];
      }
      const fd = redirect.descriptor?.value;
      if (redirect.type === 'HereDoc') {
        if (!redirect.closing) this.openHereDoc = true;
        const { body, delimiter } = redirect;
        return [{ operator: '<<', fd: fd ?? 0, target: lowerHereDoc(body.text, body.parts, delimiter?.quoted ?? false, redirect.operator === '<<-', this.script) }];
      }
      const target = lowerWord(redirect.target, this.script);
      if (redirect.operator === '&>>' && !this.bash) this.wrong ||= 'syntax error: unexpected redirection';
      if (redirect.operator === '&>' || redirect.operator === '&>>') {
        return [{ operator: redirect.operator === '&>' ? '>' : '>>', fd: 1, target }, { operator: '>&', fd: 2, target: '1' }];
      }
      return [{ operator: redirect.operator, fd: fd ?? (redirect.operator.startsWith('<') ? 0 : 1), target }];
    });
  }
}

function joined(prefix: string, value: Word): Part[] {
  if (typeof value === 'string') return [prefix + value];
  return [prefix, ...value];
}
