import { list, readWhole, stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { filter, takeLines } from './filter.js';
import { parseOptions, usage } from './options.js';
import { compileRegex, RegexError } from './regex.js';
import type { Regex } from './regex.js';
import type { Io } from './simple.js';

interface GrepState {
  patterns: string[];
  extended: boolean;
  fixed: boolean;
  flags: string;
  prefix: boolean;
  max: number;
  before: number;
  after: number;
  rest: string;
  /** Of the current file: matches, line number, lines kept for -B, lines to come for -A, the last line printed. */
  count: number;
  line: number;
  kept: string[];
  owed: number;
  printed: number;
  name: string;
  matched: boolean;
  stop: boolean;
}

function init(io: Io): { own: GrepState; files: string[] } | number {
  const options = parseOptions(io, 'HhnlLoqvsrRiwxFEGczm:A:B:C:e:f:', ['color:', 'include:', 'exclude:', 'line-buffered', 'quiet=q', 'ignore-case=i', 'invert-match=v', 'extended-regexp=E', 'fixed-strings=F', 'count=c', 'only-matching=o']);
  if (!options) return 2;
  let patterns = options.all['e'] ?? [];
  for (const file of options.all['f'] ?? []) {
    const text = readWhole(io.k, io.p, file);
    if (typeof text === 'number') {
      io.err += `grep: ${file}: ${errorMessage(text)}\n`;
      return 2;
    }
    patterns = [...patterns, ...text.replace(/\n$/, '').split('\n')];
  }
  const files = options.rest;
  if (!options.has('e') && !options.has('f')) {
    const pattern = files.shift();
    if (pattern === undefined) {
      usage(io, 'grep [-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...');
      return 2;
    }
    patterns = pattern.split('\n');
  }
  const program = io.argv[0]!.split('/').pop()!;
  const recursive = options.has('r') || options.has('R');
  const flags = Object.keys(options.given).filter((name) => name.length === 1).join('');
  const all = recursive ? (files.length > 0 ? files : ['.']).flatMap((path) => below(io, path, options.all['include'], options.all['exclude'])) : files;
  const context = Number(options.value('C') ?? 0);
  const own: GrepState = {
    patterns, extended: options.has('E') || program === 'egrep', fixed: options.has('F') || program === 'fgrep', flags,
    prefix: options.has('H') || (!options.has('h') && (recursive || files.length > 1)), max: Number(options.value('m') ?? -1),
    before: Number(options.value('B') ?? context), after: Number(options.value('A') ?? context),
    rest: '', count: 0, line: 0, kept: [], owed: 0, printed: 0, name: '', matched: false, stop: false,
  };
  try {
    for (const pattern of patterns) regex(own, pattern);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    io.err += `grep: bad regex '${patterns.join('\n')}': ${error.message}\n`;
    return 2;
  }
  if (recursive && all.length === 0) return 1;
  return { own, files: all };
}

function below(io: Io, path: string, include?: string[], exclude?: string[]): string[] {
  const found = stat(io.k, io.p, path);
  if (typeof found === 'number' || found.type !== 'dir') {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const fits = (pattern: string) => new RegExp(`^${pattern.replace(/[\\^$.+()[\]{}|]/g, '\\$&').replaceAll('*', '[^]*').replaceAll('?', '.')}$`).test(name);
    if (include && !include.some(fits)) return [];
    return exclude?.some(fits) ? [] : [path];
  }
  const names = list(io.k, io.p, path);
  return typeof names === 'number' ? [] : names.flatMap((name) => below(io, `${path.replace(/\/$/, '')}/${name}`, include, exclude));
}

function regex(own: GrepState, pattern: string): Regex {
  return compileRegex(pattern, { extended: own.extended, fixed: own.fixed, caseless: own.flags.includes('i') });
}

/** Where the patterns match in a line: [start, end] pairs. */
function find(own: GrepState, line: string): [number, number][] {
  const found: [number, number][] = [];
  const word = (char: string | undefined) => char !== undefined && /\w/.test(char);
  for (const pattern of own.patterns) {
    const expression = regex(own, pattern);
    if (!/[oxw]/.test(own.flags)) {
      if (expression.test(line)) return [[0, line.length]];
      continue;
    }
    let from = 0;
    while (from <= line.length) {
      const match = expression.exec(line, from);
      if (!match) break;
      const end = match.index + match[0].length;
      const fits = (!own.flags.includes('x') || (match.index === 0 && end === line.length)) && (!own.flags.includes('w') || (!word(line[match.index - 1]) && !word(line[end])));
      if (fits) {
        found.push([match.index, end]);
        if (!own.flags.includes('o')) return found;
      }
      from = match[0] === '' ? end + 1 : end;
    }
    // The longest alternative may be the one that fits the whole line.
    if (found.length === 0 && own.flags.includes('x') && !own.fixed) {
      const whole = compileRegex(own.extended ? `^(${pattern})$` : `^\\(${pattern}\\)$`, { extended: own.extended, caseless: own.flags.includes('i') });
      if (whole.test(line)) found.push([0, line.length]);
    }
  }
  return found.sort((a, b) => a[0] - b[0]);
}

function print(io: Io, own: GrepState, line: string, number: number, mark: string): void {
  if (own.prefix) io.out += own.name + mark;
  if (own.flags.includes('n')) io.out += `${number}${mark}`;
  io.out += `${line}\n`;
}

function oneLine(io: Io, own: GrepState, line: string): void {
  own.line++;
  const found = find(own, line);
  const hit = found.length > 0 !== own.flags.includes('v');
  if (hit) {
    own.count++;
    own.matched = true;
    if (/[qlLc]/.test(own.flags)) own.stop = /[qlL]/.test(own.flags);
    else if (own.flags.includes('o')) {
      if (!own.flags.includes('v')) for (const [from, to] of found) if (to > from) print(io, own, line.slice(from, to), own.line, ':');
    } else {
      if ((own.before > 0 || own.after > 0) && own.printed > 0 && own.line - own.kept.length > own.printed + 1) io.out += '--\n';
      own.kept.forEach((kept, i) => print(io, own, kept, own.line - own.kept.length + i, '-'));
      own.kept = [];
      print(io, own, line, own.line, ':');
      own.printed = own.line;
      own.owed = own.after;
    }
    if (own.max >= 0 && own.count >= own.max) own.stop = true;
    return;
  }
  if (own.owed > 0) {
    print(io, own, line, own.line, '-');
    own.owed--;
    own.printed = own.line;
  } else if (own.before > 0) {
    own.kept.push(line);
    if (own.kept.length > own.before) own.kept.shift();
  }
}

export const grep = filter<GrepState>({
  init,
  open(_io, own, name) {
    Object.assign(own, { rest: '', count: 0, line: 0, kept: [], owed: 0, printed: 0, name: name === '-' ? '(standard input)' : name, stop: own.max === 0 });
  },
  data(io, own, data) {
    for (const line of takeLines(own, data)) {
      if (own.stop) break;
      oneLine(io, own, line);
    }
    return own.stop;
  },
  close(io, own) {
    if (own.rest !== '' && !own.stop) oneLine(io, own, own.rest);
    own.rest = '';
    if (own.flags.includes('c')) io.out += `${own.prefix ? `${own.name}:` : ''}${own.count}\n`;
    if (own.flags.includes('l') && own.count > 0) io.out += `${own.name}\n`;
    if (own.flags.includes('L') && own.count === 0) io.out += `${own.name}\n`;
    return own.flags.includes('q') && own.matched;
  },
  end(_io, own, code) {
    if (own.matched && own.flags.includes('q')) return 0;
    return code !== 0 && !own.flags.includes('q') ? 2 : own.matched ? 0 : 1;
  },
  cannot: (name, error) => `grep: ${name}: ${error}\n`,
  failed: 2,
});
