/** diff: two files or folders, in the unified form. The shortest script comes from a library; what is too different is told as a whole. */
import { diffArrays } from 'diff';
import { list, stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { withInput } from './input.js';
import type { Content, InputRun } from './input.js';
import { lastName } from './names.js';
import { complain, parseOptions, usage } from './options.js';
import type { Options } from './options.js';
import type { Io } from './simple.js';

/** Beyond so many changed lines both texts are shown as a whole: the search for the shortest way grows with their square. */
const MAX_EDITS = 4000;
const SAME = 0;
const DIFFERENT = 1;
const TROUBLE = 2;

interface Line {
  text: string;
  /** What is compared. */
  key: string;
}
/** One line of the result: kept (' '), only in the first (-), only in the second (+). */
type Step = [' ' | '-' | '+', string];

function linesOf(text: string, options: Options): Line[] {
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => {
    let key = line;
    if (options.has('w')) key = key.replace(/\s+/g, '');
    else if (options.has('b')) key = key.replace(/\s+$/, '').replace(/\s+/g, ' ');
    return { text: line, key: options.has('i') ? key.toLowerCase() : key };
  });
}

function steps(a: Line[], b: Line[]): Step[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start]!.key === b[start]!.key) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end]!.key === b[b.length - 1 - end]!.key) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const changes = diffArrays(left.map(({ key }) => key), right.map(({ key }) => key), { maxEditLength: MAX_EDITS });
  const found: Step[] = a.slice(0, start).map(({ text }) => [' ', text]);
  if (!changes) found.push(...left.map(({ text }): Step => ['-', text]), ...right.map(({ text }): Step => ['+', text]));
  let at = 0;
  let to = 0;
  for (const { added, removed, count } of changes ?? []) {
    for (let i = 0; i < count; i++) {
      if (added) found.push(['+', right[to++]!.text]);
      else {
        found.push([removed ? '-' : ' ', left[at++]!.text]);
        if (!removed) to++;
      }
    }
  }
  // One by one: a spread of many thousands of lines would be too many arguments.
  for (const { text } of a.slice(a.length - end)) found.push([' ', text]);
  return found;
}

/** Runs of changes with their context, as [first, last] of the steps. */
function hunks(all: Step[], context: number, blankLinesToo: boolean): [number, number][] {
  const found: [number, number][] = [];
  for (let i = 0; i < all.length; i++) {
    if (all[i]![0] === ' ') continue;
    let last = i;
    while (last + 1 < all.length && all[last + 1]![0] !== ' ') last++;
    const counts = blankLinesToo || all.slice(i, last + 1).some(([, text]) => text.trim() !== '');
    const before = found[found.length - 1];
    if (counts && before && i - context <= before[1] + 1) before[1] = Math.min(all.length - 1, last + context);
    else if (counts) found.push([Math.max(0, i - context), Math.min(all.length - 1, last + context)]);
    i = last;
  }
  return found;
}

function unified(io: Io, all: Step[], found: [number, number][], names: [string, string], options: Options): void {
  const labels = options.all['L'] ?? [];
  io.out += `--- ${labels[0] ?? names[0]}\n+++ ${labels[1] ?? names[1]}\n`;
  const parts: string[] = [];
  const position = { '-': 0, '+': 0 };
  let at = 0;
  for (const [first, last] of found) {
    for (; at < first; at++) for (const side of ['-', '+'] as const) if (all[at]![0] === ' ' || all[at]![0] === side) position[side]++;
    const own = all.slice(first, last + 1);
    const range = (side: '-' | '+') => {
      const count = own.filter(([mark]) => mark === ' ' || mark === side).length;
      const start = count === 0 ? position[side] : position[side] + 1;
      return `${side}${start}${count === 1 ? '' : `,${count}`}`;
    };
    parts.push(`@@ ${range('-')} ${range('+')} @@\n`);
    for (const [mark, text] of own) {
      const shown = options.has('t') ? expandTabs(text) : text;
      parts.push(`${mark}${options.has('T') ? '\t' : ''}${shown}${shown.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`);
    }
  }
  io.out += parts.join('');
}

const expandTabs = (line: string) => line.replace(/([^\t]*)\t/g, (_, before: string) => before + ' '.repeat(8 - (before.length % 8)));

function compareFiles(io: Io, content: Content, names: [string, string], absent: [boolean, boolean], options: Options): number {
  const [a, b] = names.map((name, i) => (absent[i] ? '' : content(name))) as [string | number, string | number];
  for (const [i, text] of [a, b].entries()) {
    if (typeof text !== 'number') continue;
    complain(io, `${names[i]}: ${errorMessage(text)}`);
    return TROUBLE;
  }
  const [left, right] = [a as string, b as string];
  const shown = names.map((name, i) => (absent[i] ? '/dev/null' : name)) as [string, string];
  const binary = !options.has('a') && (left.slice(0, 8192).includes('\0') || right.slice(0, 8192).includes('\0'));
  if (left !== right && !binary) {
    const all = steps(linesOf(left, options), linesOf(right, options));
    const found = hunks(all, Number(options.value('U') ?? 3), !options.has('B'));
    if (found.length > 0) {
      if (options.has('q')) io.out += `Files ${names[0]} and ${names[1]} differ\n`;
      else unified(io, all, found, shown, options);
      return DIFFERENT;
    }
  } else if (left !== right) {
    io.out += `Files ${names[0]} and ${names[1]} differ\n`;
    return DIFFERENT;
  }
  if (options.has('s')) io.out += `Files ${names[0]} and ${names[1]} are identical\n`;
  return SAME;
}

const joinPath = (folder: string, name: string) => `${folder.replace(/\/$/, '')}/${name}`;

/** All files below either folder, by name. */
function compareFolders(io: Io, content: Content, [a, b]: [string, string], options: Options, top: boolean): number {
  const { k, p } = io;
  const names = [a, b].map((folder) => list(k, p, folder)).map((found) => (typeof found === 'number' ? [] : found)) as [string[], string[]];
  const kind = (path: string) => {
    const found = stat(k, p, path);
    return typeof found === 'number' ? '' : found.type;
  };
  let code = SAME;
  for (const name of [...new Set([...names[0], ...names[1]])].sort()) {
    if (top && options.value('S') !== undefined && name < options.value('S')!) continue;
    const paths: [string, string] = [joinPath(a, name), joinPath(b, name)];
    const absent: [boolean, boolean] = [!names[0].includes(name), !names[1].includes(name)];
    const folder = kind(absent[0] ? paths[1] : paths[0]) === 'dir';
    if ((absent[0] || absent[1]) && !options.has('N')) {
      io.out += `Only in ${absent[0] ? b : a}: ${name}\n`;
      code = Math.max(code, DIFFERENT);
    } else if (folder) {
      if (!absent[0] && !absent[1] && kind(paths[1]) !== 'dir') {
        io.out += `File ${paths[0]} is a directory while file ${paths[1]} is a regular file\n`;
        code = Math.max(code, DIFFERENT);
      } else if (options.has('r')) code = Math.max(code, compareFolders(io, content, paths, options, false));
      else io.out += `Common subdirectories: ${paths[0]} and ${paths[1]}\n`;
    } else code = Math.max(code, compareFiles(io, content, paths, absent, options));
  }
  return code;
}

const runDiff: InputRun = (io, content) => {
  const options = parseOptions(io, 'abBdiL:NqrsS:tTU:wu', [
    'ignore-space-change=b', 'ignore-blank-lines=B', 'minimal=d', 'ignore-case=i', 'label=L:', 'new-file=N', 'brief=q', 'recursive=r', 'report-identical-files=s', 'ignore-all-space=w', 'unified=U:',
    'expand-tabs=t', 'text=a', 'starting-file=S:',
  ]);
  if (options?.rest.length !== 2) return usage(io, 'diff [-abBdiNqrTstw] [-L LABEL] [-S FILE] [-U LINES] FILE1 FILE2');
  const names = [...options.rest] as [string, string];
  const kinds = names.map((name) => (name === '-' ? 'file' : stat(io.k, io.p, name)));
  const folders = kinds.map((kind) => typeof kind === 'object' && kind.type === 'dir');
  const absent: [boolean, boolean] = [false, false];
  for (const [i, kind] of kinds.entries()) {
    if (typeof kind !== 'number') continue;
    absent[i] = options.has('N');
    if (absent[i]) continue;
    complain(io, `can't stat '${names[i]}': ${errorMessage(kind)}`);
    return TROUBLE;
  }
  if (folders[0] && folders[1]) return compareFolders(io, content, names, options, true);
  // A file and a folder: the file of that name in it.
  if (folders[0] || folders[1]) {
    const at = folders[0] ? 0 : 1;
    names[at] = joinPath(names[at], lastName(names[1 - at]!));
    const found = stat(io.k, io.p, names[at]);
    if (typeof found === 'number') return complain(io, `can't stat '${names[at]}': ${errorMessage(found)}`);
  }
  return compareFiles(io, content, names, absent, options);
};

export const diff = withInput(runDiff);
