/** Words of the syntax tree, lowered: what is quoted, what is expanded, what is a pattern. Bash's own syntax becomes plain text, as sh reads it. */
import { parse } from 'unbash';
import type { DoubleQuotedChild, ParameterExpansionPart, ParsedScript, Word as SourceWord, WordPart } from 'unbash';
import type { ParameterOperator, Part, Word } from './nodes.js';

/** Lowers a script inside a word and returns its list's index. */
export type LowerScript = (script: ParsedScript | undefined) => number;

const NAME_OR_SPECIAL = /^(?:[A-Za-z_]\w*|\d+|[@*#?$!-])$/;

export function lowerWord(word: SourceWord | undefined, script: LowerScript): Word {
  if (!word) return '';
  const parts: Part[] = [];
  if (word.parts) for (const part of word.parts) lowerPart(part, parts, script);
  else literal(word.text, parts);
  tilde(parts);
  return simplify(parts);
}

/** The value of an assignment: tildes also follow colons. */
export function lowerValue(word: SourceWord, script: LowerScript): Word {
  const lowered = lowerWord(word, script);
  const parts = typeof lowered === 'string' ? [lowered] : lowered;
  if (!parts.some((part) => typeof part === 'string' && /:~/.test(part))) return lowered;
  const split: Part[] = [];
  for (const part of parts) {
    if (typeof part !== 'string') split.push(part);
    else for (const piece of part.split(/(?<=:)(~[^/:]*)/)) split.push(piece.startsWith('~') ? { k: 'tilde', user: piece.slice(1) } : piece);
  }
  return split;
}

export function simplify(parts: Part[]): Word {
  if (parts.length === 0) return '';
  if (parts.length === 1 && typeof parts[0] === 'string') return parts[0];
  return parts;
}

function tilde(parts: Part[]): void {
  const first = parts[0];
  if (typeof first !== 'string' || !first.startsWith('~')) return;
  const end = first.indexOf('/');
  if (end < 0 && parts.length > 1) return;
  parts.splice(0, 1, { k: 'tilde', user: first.slice(1, end < 0 ? undefined : end) });
  if (end >= 0) parts.splice(1, 0, first.slice(end));
}

/** Unquoted text with its backslashes. */
function literal(text: string, parts: Part[]): void {
  if (!text.includes('\\')) {
    if (text !== '') plain(text, parts);
    return;
  }
  for (const piece of text.match(/\\[^]|[^\\]+|\\$/g) ?? []) {
    if (piece === '\\\n') continue;
    if (piece.startsWith('\\')) parts.push({ k: 'quoted', text: piece.slice(1) || '\\' });
    else plain(piece, parts);
  }
}

function plain(text: string, parts: Part[]): void {
  const last = parts.length - 1;
  if (/[*?[]/.test(text)) parts.push({ k: 'pattern', text });
  else if (typeof parts[last] === 'string') parts[last] += text;
  else parts.push(text);
}

function lowerPart(part: WordPart, parts: Part[], script: LowerScript): void {
  switch (part.type) {
    case 'Literal':
      return literal(part.text, parts);
    case 'Glob':
      if (part.kind !== 'bracket') parts.push({ k: 'pattern', text: part.value });
      else {
        parts.push({ k: 'pattern', text: '[' });
        for (const inner of part.parts) lowerPart(inner, parts, script);
        parts.push({ k: 'pattern', text: ']' });
      }
      return;
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      parts.push({ k: 'quoted', text: part.value });
      return;
    case 'LocaleString':
      plain('$', parts);
      return lowerQuoted(part.parts, parts, script);
    case 'DoubleQuoted':
      return lowerQuoted(part.parts, parts, script);
    case 'BraceExpansion':
      if (!part.parts) return literal(part.text, parts);
      plain('{', parts);
      for (const inner of part.parts) lowerPart(inner, parts, script);
      return plain('}', parts);
    case 'ArithmeticExpansion':
      if (part.text.startsWith('$[')) return literal(part.text, parts);
      parts.push(lowerExpansion(part, false, script));
      return;
    case 'ExtendedGlob':
    case 'ProcessSubstitution':
      return literal(part.text, parts);
    default:
      parts.push(lowerExpansion(part, false, script));
  }
}

function lowerQuoted(children: readonly DoubleQuotedChild[], parts: Part[], script: LowerScript): void {
  if (children.length === 0) parts.push({ k: 'quoted', text: '' });
  for (const child of children) {
    if (child.type === 'Literal') parts.push({ k: 'quoted', text: child.value });
    else parts.push(lowerExpansion(child, true, script));
  }
}

function lowerExpansion(part: Exclude<DoubleQuotedChild, { type: 'Literal' }>, quoted: boolean, script: LowerScript): Part {
  switch (part.type) {
    case 'SimpleExpansion':
      return { k: 'parameter', name: part.text.slice(1), quoted, operator: '', word: '', second: null };
    case 'ParameterExpansion':
      return lowerParameter(part, quoted, script);
    case 'CommandExpansion':
      return { k: 'command', list: script(part.script), quoted };
    case 'ArithmeticExpansion':
      return { k: 'arithmetic', expression: lowerArithmetic(part.text.startsWith('$((') ? part.text.slice(3, -2) : part.text.slice(2, -1), script), quoted };
  }
}

/** An arithmetic expression is text whose expansions are done first, as inside double quotes. */
function lowerArithmetic(body: string, script: LowerScript): Word {
  if (!/[$`\\"]/.test(body)) return body;
  const statement = parse(`: "${body.replaceAll('"', '')}"`).commands[0]?.command;
  const word = statement?.type === 'Command' ? statement.args[0] : undefined;
  return word?.type === 'Word' ? lowerWord(word, script) : body;
}

function lowerParameter(part: ParameterExpansionPart, quoted: boolean, script: LowerScript): Part {
  const bad = (): Part => ({ k: 'parameter', name: '', quoted, operator: '', word: part.text, second: null });
  const make = (operator: ParameterOperator, word: Word = '', second: Word | null = null): Part => ({ k: 'parameter', name: part.parameter, quoted, operator, word, second });
  const last = /^\$\{!(?=[-+=?:}])/.test(part.text) ? expansionOf(part.text.replace('!', '$')) : undefined;
  if (last) {
    const lowered = lowerParameter(last, quoted, script);
    return typeof lowered === 'object' && lowered.k === 'parameter' ? { ...lowered, name: '!' } : lowered;
  }
  if (!NAME_OR_SPECIAL.test(part.parameter) || part.prefix === '!' || part.index) return bad();
  const { operation } = part;
  if (part.prefix === '#') return operation ? bad() : make('length');
  if (!operation) return make('');
  switch (operation.type) {
    case 'Default':
      return make(operation.operator, lowerOperand(operation.operand, quoted, script));
    case 'Remove':
      return make(operation.operator, lowerWord(operation.operand, script));
    case 'Replace':
      // ash has no anchors: the # or % is part of the pattern.
      return make(operation.operator === '//' ? '//' : '/', anchored(operation.operator.slice(1), lowerWord(operation.pattern, script)), lowerWord(operation.replacement, script));
    case 'Slice':
      return make(':', lowerArithmetic(operation.offset.text, script), operation.length ? lowerArithmetic(operation.length.text, script) : null);
    default:
      return bad();
  }
}

/** A text that is one expansion of a parameter. */
function expansionOf(text: string): ParameterExpansionPart | undefined {
  const command = parse(`: ${text}`).commands[0]?.command;
  const argument = command?.type === 'Command' ? command.args[0] : undefined;
  const part = argument?.type === 'Word' ? argument.parts?.[0] : undefined;
  return part?.type === 'ParameterExpansion' ? part : undefined;
}

function anchored(anchor: string, pattern: Word): Word {
  if (anchor !== '#' && anchor !== '%') return pattern;
  return simplify([{ k: 'quoted', text: anchor }, ...(typeof pattern === 'string' ? [pattern] : pattern)]);
}

/** In double quotes, single quotes in the word of `${x:-word}` are plain characters. */
function lowerOperand(word: SourceWord, quoted: boolean, script: LowerScript): Word {
  if (!quoted) return lowerWord(word, script);
  const parts: Part[] = [];
  const mark = (part: Part): Part => {
    if (typeof part === 'string') return { k: 'quoted', text: part };
    if (part.k === 'pattern') return { k: 'quoted', text: part.text };
    if (part.k === 'tilde') return { k: 'quoted', text: `~${part.user}` };
    return part.k === 'quoted' ? part : { ...part, quoted: true };
  };
  for (const part of word.parts ?? []) {
    if (part.type === 'SingleQuoted' || part.type === 'AnsiCQuoted') parts.push({ k: 'quoted', text: part.text });
    else if (part.type === 'Literal') parts.push(inQuotes(part.text));
    else lowerPart(part, parts, script);
  }
  if (!word.parts) parts.push(inQuotes(word.text));
  return simplify(parts.map(mark));
}

/** In double quotes a backslash only goes before what would be special there. */
function inQuotes(text: string): Part {
  return { k: 'quoted', text: text.replace(/\\(?:\n|([$`"\\}]))/g, (_, char?: string) => char ?? '') };
}

/** A here-document's text; `quoted`: nothing in it is expanded. */
export function lowerHereDoc(text: string, pieces: readonly WordPart[] | undefined, quoted: boolean, stripTabs: boolean, script: LowerScript): Word {
  if (quoted) return [{ k: 'quoted', text: stripTabs ? text.replace(/^\t+/gm, '') : text }];
  const parts: Part[] = [];
  let lineStart = true;
  for (const piece of pieces ?? [{ type: 'Literal' as const, text }]) {
    if (piece.type !== 'Literal') {
      lowerQuoted([piece as DoubleQuotedChild], parts, script);
      lineStart = false;
      continue;
    }
    let raw = piece.text;
    if (stripTabs) raw = raw.replace(/\n\t+/g, '\n').replace(/^\t+/, (tabs) => (lineStart ? '' : tabs));
    lineStart = raw.endsWith('\n');
    parts.push({ k: 'quoted', text: raw.replace(/\\(?:\n|([$`\\]))/g, (_, char?: string) => char ?? '') });
  }
  return parts;
}
