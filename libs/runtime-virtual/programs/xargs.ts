import { read } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import { reap } from '../kernel/processes.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { flush } from './simple.js';
import { startChild } from './timeout.js';
import { addOpenFile, attachAt } from '../kernel/open-files.js';

interface XargsState {
  ready: boolean;
  command: string[];
  max: number;
  replace: string;
  lines: boolean;
  separator: string;
  skipEmpty: boolean;
  trace: boolean;
  text: string;
  ended: boolean;
  /** Words that wait for their command. */
  words: string[];
  ran: boolean;
  child: number;
  pending: [number, string][];
  code: number;
  status: number;
}

const MAX_BYTES = 131_072;

function begin(argv: string[], s: XargsState): void {
  const args = argv.slice(1);
  while (/^-./.test(args[0] ?? '')) {
    const option = args.shift()!;
    const letter = option[1]!;
    const value = () => (option.length > 2 ? option.slice(2) : (args.shift() ?? ''));
    if (letter === 'n' || letter === 'L') s.max = Number(value());
    else if (letter === 'I') {
      s.replace = value();
      s.lines = true;
    } else if (letter === 'i') {
      s.replace = option.slice(2) || '{}';
      s.lines = true;
    } else if (letter === '0') s.separator = '\0';
    else if (letter === 'r') s.skipEmpty = true;
    else if (letter === 't') s.trace = true;
    else if (letter === 'P' || letter === 's' || letter === 'E') value();
  }
  s.command = args.length > 0 ? args : ['echo'];
}

/** Takes the complete words off the text. */
function takeWords(s: XargsState): void {
  if (s.separator !== '' || s.lines) {
    const parts = s.text.split(s.separator || '\n');
    s.text = s.ended ? '' : parts.pop()!;
    s.words.push(...(s.ended && parts[parts.length - 1] === '' ? parts.slice(0, -1) : parts).map((part) => (s.lines ? part.replace(/^[ \t]+/, '') : part)));
    return;
  }
  const word = /[ \t\n]*((?:"[^"\n]*"|'[^'\n]*'|\\[^]|[^ \t\n"'\\])+)([ \t\n]|$)/y;
  word.lastIndex = 0;
  let at = 0;
  for (let found = word.exec(s.text); found; found = word.exec(s.text)) {
    if (found[2] === '' && !s.ended) break;
    s.words.push(found[1]!.replace(/"([^"\n]*)"|'([^'\n]*)'|\\([^])/g, (_, a?: string, b?: string, c?: string) => a ?? b ?? c ?? ''));
    at = word.lastIndex;
  }
  s.text = s.ended ? '' : s.text.slice(at);
}

export const xargs: Program<XargsState> = {
  init: () => ({
    ready: false, command: [], max: 0, replace: '', lines: false, separator: '', skipEmpty: false, trace: false, text: '', ended: false, words: [], ran: false, child: 0, pending: [], code: -1, status: 0,
  }),
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    if (!s.ready) {
      begin(p.argv, s);
      s.ready = true;
    }
    if (s.child > 0) {
      const ended = reap(k, p, s.child);
      if (!ended) return BLOCKED;
      s.child = 0;
      if (ended.signal || ended.code === 255) s.code = ended.signal ? 125 : 124;
      else if (ended.code !== 0) s.status = 123;
      return RAN;
    }
    const size = s.replace !== '' ? 1 : s.max > 0 ? s.max : Infinity;
    const enough = s.words.length >= size || s.words.reduce((sum, word) => sum + word.length + 1, 0) > MAX_BYTES;
    if (!s.ended && !enough) {
      const data = read(k, p, 0);
      if (data === BLOCKED) return BLOCKED;
      if (typeof data === 'number' || data === '') s.ended = true;
      else s.text += data;
      takeWords(s);
      return RAN;
    }
    if (s.words.length === 0 && (s.ran || s.skipEmpty || s.replace !== '')) return s.status;
    const words = s.words.splice(0, Math.min(size, s.words.length));
    s.ran = true;
    const argv = s.replace !== '' ? s.command.map((arg) => arg.replaceAll(s.replace, words[0]!)) : [...s.command, ...words];
    if (s.trace) s.pending.push([2, `${argv.join(' ')}\n`]);
    startChild(k, p, argv, s);
    const child = k.box.processes[s.child];
    if (child) attachAt(k, child, addOpenFile(k, { kind: 'null', refs: 0 }), 0);
    return RAN;
  },
};
