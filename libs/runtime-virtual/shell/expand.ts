/**
 * Words to text. An expansion is a pure function of the variables and of the results of its command substitutions: where a result is
 * missing, it throws Missing, the child is run, and the whole expansion is done again with the result. What it assigns
 * (`${x:=v}`, `$((x++))`) goes into an overlay that only a finished expansion writes back, so doing it again is harmless.
 */
import type { Kernel } from '../kernel/kernel.js';
import { now, random } from '../kernel/kernel.js';
import { OutOfMemory } from '../kernel/memory.js';
import type { Process } from '../kernel/state.js';
import { evaluate } from './arithmetic.js';
import { Fields } from './fields.js';
import { glob } from './glob.js';
import type { Part, Word } from './nodes.js';
import { quotePattern } from './pattern.js';
import { replace, trim } from './trim.js';
import { ShellError } from './state.js';
import type { Shell } from './state.js';
import { getVar, setVar } from './variables.js';

export class Missing {
  constructor(readonly list: number) {}
}

type Parameter = Extract<Part, { k: 'parameter' }>;
const DEFAULT_IFS = ' \t\n';
/** As ash lists them in $-. */
const OPTION_ORDER = 'VEubaCvxcsnmiIfe';
const MAX_TEXT = 16 * 1024 * 1024;

export class Expander {
  private overlay: Record<string, string> | null = null;
  private used = 0;

  constructor(
    readonly k: Kernel,
    readonly p: Process,
    readonly sh: Shell,
    private readonly results: string[],
  ) {}

  /** Writes back what was assigned: to the shell once all is expanded, or to a child that runs in the middle of it. */
  commit(sh: Shell, except: (name: string) => boolean = () => false): void {
    if (this.overlay) for (const name of Object.keys(this.overlay)) if (!except(name)) setVar(sh, name, this.overlay[name]!);
  }

  get(name: string): string | undefined {
    const { sh } = this;
    switch (name) {
      case '?': return String(sh.status);
      case '$': return String(sh.pid);
      case '#': return String(sh.params.length);
      case '!': return sh.background ? String(sh.background) : undefined;
      case '-': return [...OPTION_ORDER].filter((letter) => (letter === 'i' ? sh.interactive : sh.options.includes(letter))).join('');
      case '@':
      case '*': return sh.params.length > 0 ? sh.params.join(name === '*' ? this.ifs().slice(0, 1) : ' ') : undefined;
      case '0': return sh.name;
      case 'RANDOM': return String(random(this.k) & 0x7fff);
      case 'SECONDS': return getVar(sh, name) ?? String(Math.floor((now(this.k) - sh.startedAt) / 1000));
      case 'COLUMNS':
      case 'LINES':
        return getVar(sh, name) ?? this.windowSize(name);
      case 'LINENO': return String(sh.file ? sh.line : 0);
    }
    if (name >= '0' && name <= '99999' && /^\d+$/.test(name)) return sh.params[Number(name) - 1];
    const over = this.overlay?.[name];
    return typeof over === 'string' ? over : getVar(sh, name);
  }

  /** Of an interactive shell's terminal. */
  private windowSize(name: 'COLUMNS' | 'LINES'): string | undefined {
    const tty = this.sh.interactive ? this.k.box.open[this.p.tty] : undefined;
    return tty?.kind === 'tty' ? String(name === 'COLUMNS' ? tty.columns : tty.rows) : undefined;
  }

  set(name: string, value: string): void {
    (this.overlay ??= {})[name] = value;
  }

  private ifs(): string {
    return this.get('IFS') ?? DEFAULT_IFS;
  }

  /** One word to any number of fields: split, and matched against files. */
  fields(word: Word, into: string[]): void {
    if (typeof word === 'string') {
      into.push(word);
      return;
    }
    const fields = new Fields(this.ifs());
    this.addParts(word, fields);
    for (const field of fields.finish()) {
      const matched = field.pattern !== undefined && !this.sh.options.includes('f') ? glob(this.k, this.p, field.pattern) : [];
      if (matched.length > 0) into.push(...matched);
      else into.push(field.text);
    }
  }

  private addParts(parts: Part[], fields: Fields): void {
    for (const part of parts) {
      if (typeof part === 'string') fields.literal(part);
      else if (part.k === 'quoted') fields.quoted(part.text);
      else if (part.k === 'pattern') fields.pattern(part.text);
      else if (part.k === 'tilde') fields.quoted(this.tilde(part.user));
      else if (part.k === 'parameter') this.addParameter(part, fields);
      else if (part.quoted) fields.quoted(this.expansion(part));
      else fields.split(this.expansion(part));
    }
  }

  private addParameter(part: Parameter, fields: Fields): void {
    if ((part.name === '@' || part.name === '*') && part.operator === '') {
      const { params } = this.sh;
      if (part.quoted && part.name === '*') return fields.quoted(params.join(this.ifs().slice(0, 1)));
      if (part.quoted) return fields.list(params);
      params.forEach((param, i) => {
        if (i > 0) fields.end();
        fields.split(param);
      });
      return;
    }
    const word = this.chosenWord(part);
    if (word !== undefined) {
      // The word of ${x:-word} keeps its own quoting.
      if (typeof word === 'string') return part.quoted ? fields.quoted(word) : fields.split(word);
      if (part.quoted && word.length === 0) return fields.quoted('');
      for (const inner of word) {
        if (typeof inner === 'string') fields.split(inner);
        else this.addParts([inner], fields);
      }
      return;
    }
    const value = this.parameter(part);
    if (part.quoted) fields.quoted(value);
    else fields.split(value);
  }

  /** All of a word as one text: values of assignments, here-documents, targets of redirections. */
  text(word: Word): string {
    if (typeof word === 'string') return word;
    let text = '';
    for (const part of word) {
      if (typeof part === 'string') text += part;
      else if (part.k === 'quoted' || part.k === 'pattern') text += part.text;
      else if (part.k === 'tilde') text += this.tilde(part.user);
      else text += this.expansion(part);
      if (text.length > MAX_TEXT) throw new OutOfMemory('a text of the shell');
    }
    return text;
  }

  /** A word as a pattern: what is quoted in it stands for itself. */
  pattern(word: Word): string {
    if (typeof word === 'string') return quotePattern(word);
    let text = '';
    for (const part of word) {
      if (typeof part === 'string') text += quotePattern(part);
      else if (part.k === 'quoted') text += quotePattern(part.text);
      else if (part.k === 'pattern') text += part.text;
      else if (part.k === 'tilde') text += quotePattern(this.tilde(part.user));
      else {
        const value = this.expansion(part);
        text += part.quoted ? quotePattern(value) : value;
      }
    }
    return text;
  }

  private expansion(part: Exclude<Part, string | { k: 'quoted' | 'pattern' | 'tilde' }>): string {
    switch (part.k) {
      case 'command': {
        const result = this.results[this.used++];
        if (result === undefined) throw new Missing(part.list);
        return result;
      }
      case 'arithmetic':
        return evaluate(this.text(part.expression), this).toString();
      case 'parameter': {
        const word = this.chosenWord(part);
        return word === undefined ? this.parameter(part) : this.text(word);
      }
    }
  }

  /** The word that takes the value's place (`:-` and its like), or undefined: the value itself. */
  private chosenWord(part: Parameter): Word | undefined {
    const kind = part.operator.replace(':', '');
    if (part.operator === ':' || kind.length !== 1 || !'-=+?'.includes(kind)) return undefined;
    const value = this.get(part.name);
    const unset = value === undefined || (part.operator.length === 2 && value === '');
    if (kind === '+') return unset ? '' : part.word;
    if (!unset) return undefined;
    if (kind === '-') return part.word;
    if (kind === '?') {
      const message = this.text(part.word);
      throw new ShellError(`${part.name}: ${message !== '' ? message : part.operator === '?' ? 'parameter not set' : 'parameter not set or null'}`);
    }
    if (!/^[A-Za-z_]/.test(part.name)) throw new ShellError(`${part.name}: bad variable name`);
    const text = this.text(part.word);
    this.set(part.name, text);
    return undefined;
  }

  private parameter(part: Parameter): string {
    if (part.name === '') throw new ShellError('syntax error: bad substitution');
    const found = this.get(part.name);
    if (found === undefined && this.sh.options.includes('u') && part.name !== '@' && part.name !== '*') throw new ShellError(`${part.name}: parameter not set`);
    const value = found ?? '';
    switch (part.operator) {
      case '':
        return value;
      case 'length':
        return String(part.name === '@' || part.name === '*' ? this.lengthOfAll() : value.length);
      case '#':
      case '##':
      case '%':
      case '%%':
        return trim(value, this.pattern(part.word), part.operator);
      case '/':
      case '//':
        return replace(value, this.pattern(part.word), this.text(part.second ?? ''), part.operator === '//');
      case ':':
        return this.slice(value, part);
      default:
        return value;
    }
  }

  /** bash counts the parameters, ash the characters of all of them. */
  private lengthOfAll(): number {
    return this.sh.bash ? this.sh.params.length : this.sh.params.join(this.ifs().slice(0, 1)).length;
  }

  private slice(value: string, part: Parameter): string {
    const offset = Number(evaluate(this.text(part.word), this));
    const from = Math.max(0, offset < 0 ? value.length + offset : offset);
    if (part.second === null) return value.slice(from);
    const length = Number(evaluate(this.text(part.second), this));
    return length < 0 ? value.slice(from, Math.max(from, value.length + length)) : value.slice(from, from + length);
  }

  private tilde(user: string): string {
    if (user === '') return this.get('HOME') ?? '~';
    return user === 'root' ? '/root' : `~${user}`;
  }
}
