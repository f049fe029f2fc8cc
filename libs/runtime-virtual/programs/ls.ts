import { list, stat } from '../files/stat.js';
import type { Stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { now } from '../kernel/kernel.js';
import { humanSize } from './sizes.js';
import { modeText } from './modes.js';
import { parseOptions } from './options.js';
import type { Options } from './options.js';
import type { Io, Run } from './simple.js';
import { formatTime } from './times.js';
import { groupName, userName } from './users.js';

interface Entry {
  name: string;
  path: string;
  stat: Stat;
}

const HALF_YEAR = 15_768_000_000;

export const ls: Run = (io) => {
  const options = parseOptions(io, '1AaCxdLHRFplinshrSXvctuw:T:', ['color:', 'full-time', 'group-directories-first']);
  if (!options) return 1;
  let code = 0;
  const files: Entry[] = [];
  const folders: Entry[] = [];
  for (const name of options.rest.length > 0 ? options.rest : ['.']) {
    const found = stat(io.k, io.p, name, !(options.has('l') || options.has('d') || options.has('F')) || options.has('L'));
    if (typeof found === 'number') {
      io.err += `ls: ${name}: ${errorMessage(found)}\n`;
      code = 1;
    } else (found.type === 'dir' && !options.has('d') ? folders : files).push({ name, path: name, stat: found });
  }
  const titles = options.rest.length > 1 || options.has('R');
  if (files.length > 0) show(io, options, order(files, options), false);
  let first = files.length === 0;
  const queue = order(folders, options);
  while (queue.length > 0) {
    const folder = queue.shift()!;
    if (titles) io.out += `${first ? '' : '\n'}${folder.path}:\n`;
    first = false;
    const names = list(io.k, io.p, folder.path);
    if (typeof names === 'number') {
      io.err += `ls: can't open '${folder.path}': ${errorMessage(names)}\n`;
      code = 1;
      continue;
    }
    const entries = order(entriesOf(io, options, folder.path, names), options);
    show(io, options, entries, true);
    if (options.has('R')) queue.unshift(...entries.filter((entry) => entry.stat.type === 'dir' && entry.name !== '.' && entry.name !== '..'));
  }
  return code;
};

function entriesOf(io: Io, options: Options, folder: string, names: string[]): Entry[] {
  const shown = options.has('a') ? ['.', '..', ...names] : options.has('A') ? names : names.filter((name) => !name.startsWith('.'));
  return shown.flatMap((name) => {
    const path = folder === '.' && !options.has('R') ? name : `${folder.replace(/\/$/, '')}/${name}`;
    const found = stat(io.k, io.p, path, options.has('L') || name === '.' || name === '..');
    return typeof found === 'number' ? [] : [{ name, path, stat: found }];
  });
}

function order(entries: Entry[], options: Options): Entry[] {
  const extension = (name: string) => name.slice(name.lastIndexOf('.') + 1);
  const by = (a: Entry, b: Entry) => {
    if (options.has('group-directories-first') && (a.stat.type === 'dir') !== (b.stat.type === 'dir')) return a.stat.type === 'dir' ? -1 : 1;
    if (options.has('S') && a.stat.size !== b.stat.size) return b.stat.size - a.stat.size;
    if (options.has('t') && a.stat.mtime !== b.stat.mtime) return b.stat.mtime - a.stat.mtime;
    if (options.has('X') && extension(a.name) !== extension(b.name)) return extension(a.name) < extension(b.name) ? -1 : 1;
    return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  };
  const sorted = [...entries].sort(by);
  return options.has('r') ? sorted.reverse() : sorted;
}

const blocks = (found: Stat) => (found.type === 'dir' ? 4 : found.type === 'file' ? Math.ceil(found.size / 4096) * 4 : 0);

function show(io: Io, options: Options, entries: Entry[], total: boolean): void {
  const cells = entries.map((entry) => {
    const inode = options.has('i') ? `${String(entry.stat.inode).padStart(7)} ` : '';
    const size = options.has('s') ? `${String(blocks(entry.stat)).padStart(6)} ` : '';
    return inode + size + (options.has('l') || options.has('n') || options.has('full-time') ? long(io, options, entry) : '') + entry.name + mark(options, entry) + linkTarget(options, entry);
  });
  if (total && (options.has('l') || options.has('s') || options.has('n'))) io.out += `total ${entries.reduce((sum, entry) => sum + blocks(entry.stat), 0)}\n`;
  const terminal = io.p.tty > 0 && io.p.files[1] === io.p.tty;
  if (!options.has('l') && !options.has('1') && !options.has('n') && (terminal || options.has('C') || options.has('x'))) io.out += columns(cells, Number(options.value('w') ?? 80));
  else for (const cell of cells) io.out += `${cell}\n`;
}

function columns(cells: string[], width: number): string {
  const widest = Math.max(0, ...cells.map((cell) => cell.length)) + 2;
  const across = Math.max(1, Math.floor(width / widest));
  const rows = Math.ceil(cells.length / across);
  let text = '';
  for (let row = 0; row < rows; row++) {
    const line: string[] = [];
    for (let i = row; i < cells.length; i += rows) line.push(cells[i]!.padEnd(widest));
    text += `${line.join('').trimEnd()}\n`;
  }
  return text;
}

function mark(options: Options, { stat: found }: Entry): string {
  if (found.type === 'dir') return options.has('F') || options.has('p') ? '/' : '';
  if (!options.has('F')) return '';
  return found.type === 'link' ? '@' : found.type === 'fifo' ? '|' : found.mode & 0o111 ? '*' : '';
}

function linkTarget(options: Options, { stat: found }: Entry): string {
  return options.has('l') && found.type === 'link' ? ` -> ${found.target}` : '';
}

function long(io: Io, options: Options, { stat: found }: Entry): string {
  const { k, p } = io;
  const user = options.has('n') ? String(found.uid) : (userName(k, p, found.uid) ?? String(found.uid));
  const group = options.has('n') ? String(found.gid) : (groupName(k, p, found.gid) ?? String(found.gid));
  const age = now(k) - found.mtime;
  const time = options.has('full-time')
    ? formatTime(found.mtime, '%Y-%m-%d %H:%M:%S +0000')
    : formatTime(found.mtime, age > HALF_YEAR || age < -900_000 ? '%b %e  %Y' : '%b %e %H:%M');
  const size = found.type === 'char' ? '  1,   3' : options.has('h') ? humanSize(found.size).padStart(7) : String(found.size).padStart(9);
  return `${modeText(found)} ${String(found.links).padStart(4)} ${user.slice(0, 8).padEnd(8)} ${group.slice(0, 8).padEnd(8)} ${size} ${time} `;
}
