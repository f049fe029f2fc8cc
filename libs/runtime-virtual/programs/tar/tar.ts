/** tar: makes, lists and unpacks archives, also packed by gzip. */
import { hardLink, makeDirectory, makeLink, setAttributes, unlink } from '../../files/change.js';
import { list, readLink, readWhole, stat } from '../../files/stat.js';
import { read } from '../../kernel/descriptors.js';
import { BLOCKED, EEXIST, errorMessage } from '../../kernel/errors.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import { openLines } from '../lines.js';
import { gunzip, gzip, MAX_PACKED } from '../gzip.js';
import { modeText } from '../modes.js';
import { mkdir } from '../folders.js';
import { parseOptions } from '../options.js';
import type { Options } from '../options.js';
import { flush } from '../simple.js';
import type { Io } from '../simple.js';
import { formatTime } from '../times.js';
import { writeFile } from '../write-file.js';
import { BLOCK, padded, readHeader, writeHeader } from './header.js';
import type { Entry } from './header.js';

interface TarState {
  mode: '' | 'c' | 'x' | 't';
  flags: string;
  file: string;
  exclude: string[];
  strip: number;
  /** Create: paths still to be added. Extract and list: members wanted; []: all. */
  paths: string[];
  fd: number;
  /** The archive, as far as it has been read or made. */
  data: string;
  at: number;
  complete: boolean;
  longName: string;
  failed: boolean;
  pending: [number, string][];
  code: number;
}
const ENTRIES_A_STEP = 50;

export const tar: Program<TarState> = {
  init: () => ({ mode: '', flags: '', file: '-', exclude: [], strip: 0, paths: [], fd: -1, data: '', at: 0, complete: false, longName: '', failed: false, pending: [], code: -1 }),
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left === RAN || left === BLOCKED ? left : 1;
    if (s.code >= 0) return s.code;
    const io: Io = { k, p, argv: p.argv, out: '', err: '' };
    const result = s.mode === '' ? begin(io, s) : s.mode === 'c' ? add(io, s) : s.complete ? take(io, s) : collect(io, s);
    if (io.err !== '') s.pending.push([2, io.err]);
    if (io.out !== '') s.pending.push([1, io.out]);
    return result;
  },
};

function fail(io: Io, s: TarState, message: string): number {
  io.err += `tar: ${message}\n`;
  s.code = 1;
  return RAN;
}

function begin(io: Io, s: TarState): number {
  // `tar xzf a.tgz` is `tar -xzf a.tgz`.
  if (/^[a-zA-Z]/.test(io.argv[1] ?? '')) io.argv = [io.argv[0]!, `-${io.argv[1]}`, ...io.argv.slice(2)];
  const options = parseOptions(io, 'cxtzvf:C:OhkpmoaX:T:', ['exclude:', 'strip-components:', 'no-same-owner', 'no-same-permissions', 'create=c', 'extract=x', 'list=t', 'gzip=z', 'file=f:', 'directory=C:', 'verbose=v', 'to-stdout=O']);
  const modes = ['c', 'x', 't'].filter((mode) => options?.has(mode));
  if (!options || modes.length !== 1) {
    if (options) io.err += 'tar: must specify one of c, x, t\n';
    s.code = 1;
    return RAN;
  }
  const folder = options.value('C');
  if (folder !== undefined) {
    const found = stat(io.k, io.p, folder);
    if (typeof found === 'number' || found.type !== 'dir') return fail(io, s, `can't change directory to '${folder}': ${errorMessage(typeof found === 'number' ? found : -20)}`);
  }
  s.file = options.value('f') ?? '-';
  if (modes[0] !== 'c') {
    const lines = openLines(io.k, io.p, s.file);
    if (typeof lines === 'number') return fail(io, s, `can't open '${s.file}': ${errorMessage(lines)}`);
    s.fd = lines.fd;
  }
  if (s.file !== '-' && !s.file.startsWith('/')) s.file = `${io.p.cwd}/${s.file}`;
  if (folder !== undefined) io.p.cwd = folder.startsWith('/') ? folder : `${io.p.cwd.replace(/\/$/, '')}/${folder}`;
  return setUp(io, s, options, modes[0] as 'c' | 'x' | 't');
}

function setUp(io: Io, s: TarState, options: Options, mode: 'c' | 'x' | 't'): number {
  Object.assign(s, { mode, flags: Object.keys(options.given).join(''), exclude: options.all['exclude'] ?? [], strip: Number(options.value('strip-components') ?? 0), paths: options.rest });
  if (mode === 'c' && s.paths.length === 0) return fail(io, s, 'empty archive');
  return RAN;
}

const matches = (pattern: string, name: string) => {
  const expression = new RegExp(`(^|/)${pattern.replace(/[\\^$.+(){}|[\]]/g, '\\$&').replace(/\*+/g, '[^/]*').replaceAll('?', '[^/]')}(/|$)`);
  return expression.test(name);
};

/** Adds some of the paths; a folder's content goes on the list in its place. */
function add(io: Io, s: TarState): number {
  const { k, p } = io;
  for (let i = 0; i < ENTRIES_A_STEP; i++) {
    const path = s.paths.shift();
    if (path === undefined) return finish(io, s);
    if (s.exclude.some((pattern) => matches(pattern, path))) continue;
    const found = stat(k, p, path, s.flags.includes('h'));
    if (typeof found === 'number') {
      io.err += `tar: ${path}: ${errorMessage(found)}\n`;
      s.failed = true;
      continue;
    }
    const name = path.replace(/^\/+/, '') || './';
    const content = found.type === 'file' ? readWhole(k, p, path) : '';
    if (typeof content === 'number' || found.type === 'char' || found.type === 'fifo') {
      if (typeof content === 'number') io.err += `tar: ${path}: ${errorMessage(content)}\n`;
      continue;
    }
    if (s.data.length + content.length > 4 * MAX_PACKED) return fail(io, s, 'archive too large');
    const entry: Entry = { name, mode: found.mode, uid: found.uid, gid: found.gid, size: content.length, mtime: Math.floor(found.mtime / 1000), type: found.type === 'link' ? 'link' : found.type, target: found.target };
    if (found.type === 'dir') {
      if (!entry.name.endsWith('/')) entry.name += '/';
      const names = list(k, p, path);
      if (typeof names !== 'number') s.paths.unshift(...names.map((inner) => `${path.replace(/\/$/, '')}/${inner}`));
    }
    if (found.type === 'link') entry.target = readLink(k, p, path) as string;
    s.data += writeHeader(entry) + padded(content);
    if (s.flags.includes('v')) io[s.file === '-' ? 'err' : 'out'] += `${entry.name}\n`;
  }
  return RAN;
}

function finish(io: Io, s: TarState): number {
  let archive = s.data + '\0'.repeat(2 * BLOCK);
  archive += '\0'.repeat((20 * BLOCK - (archive.length % (20 * BLOCK))) % (20 * BLOCK));
  s.data = '';
  s.code = s.failed ? 1 : 0;
  if (s.flags.includes('z') || (s.flags.includes('a') && /gz$/.test(s.file))) archive = gzip(archive);
  if (s.file === '-') {
    io.out += archive;
    return RAN;
  }
  const error = writeFile(io.k, io.p, s.file, archive);
  return error < 0 ? fail(io, s, `can't open '${s.file}': ${errorMessage(error)}`) : RAN;
}

/** Reads the archive. */
function collect(io: Io, s: TarState): number {
  const data = read(io.k, io.p, s.fd);
  if (data === BLOCKED) return BLOCKED;
  if (typeof data === 'number') return fail(io, s, `read error: ${errorMessage(data)}`);
  s.data += data;
  if (s.data.length > 4 * MAX_PACKED) return fail(io, s, 'archive too large');
  if (data !== '') return RAN;
  s.complete = true;
  if (s.data.startsWith('\x1f\x8b')) {
    try {
      s.data = gunzip(s.data);
    } catch {
      return fail(io, s, 'corrupted data');
    }
  } else if (s.flags.includes('z')) return fail(io, s, 'invalid magic');
  if (s.data.length < BLOCK) return fail(io, s, 'short read');
  return RAN;
}

function take(io: Io, s: TarState): number {
  for (let i = 0; i < ENTRIES_A_STEP; i++) {
    const entry = s.at + BLOCK <= s.data.length ? readHeader(s.data.slice(s.at, s.at + BLOCK)) : null;
    if (entry === undefined) return fail(io, s, 'invalid tar magic');
    if (entry === null) {
      s.code = s.failed ? 1 : 0;
      return RAN;
    }
    const content = s.data.slice(s.at + BLOCK, s.at + BLOCK + entry.size);
    if (content.length < entry.size) return fail(io, s, 'short read');
    s.at += BLOCK + Math.ceil(entry.size / BLOCK) * BLOCK;
    if (entry.type === 'name') {
      s.longName = content.replace(/\0.*$/, '');
      continue;
    }
    if (s.longName !== '') entry.name = s.longName;
    s.longName = '';
    const wanted = s.paths.length === 0 || s.paths.some((path) => entry.name.replace(/\/$/, '') === path.replace(/\/$/, '') || entry.name.startsWith(`${path.replace(/\/$/, '')}/`));
    if (!wanted || s.exclude.some((pattern) => matches(pattern, entry.name))) continue;
    if (s.mode === 't') io.out += `${s.flags.includes('v') ? longListing(entry) : ''}${entry.name}${s.flags.includes('v') && entry.type === 'link' ? ` -> ${entry.target}` : ''}\n`;
    else extract(io, s, entry, content);
  }
  return RAN;
}

function longListing(entry: Entry): string {
  const type = entry.type === 'dir' ? 'dir' : entry.type === 'link' ? 'link' : 'file';
  const owner = (id: number) => (id === 0 ? 'root' : String(id));
  return `${modeText({ type, mode: entry.mode })} ${owner(entry.uid)}/${owner(entry.gid)} ${String(entry.size).padStart(9)} ${formatTime(entry.mtime * 1000, '%Y-%m-%d %H:%M:%S')} `;
}

function extract(io: Io, s: TarState, entry: Entry, content: string): void {
  const { k, p } = io;
  const names = entry.name.split('/').filter((name) => name !== '' && name !== '.');
  // A member that leads out of the folder is not unpacked, as busybox does.
  if (names.includes('..')) {
    io.err += `tar: name with '..' skipped: '${entry.name}'\n`;
    return;
  }
  const path = names.slice(s.strip).join('/');
  if (s.flags.includes('v')) io.out += `${entry.name}\n`;
  if (path === '') return;
  if (s.flags.includes('O')) {
    if (entry.type === 'file') io.out += content;
    return;
  }
  if (path.includes('/')) mkdir({ ...io, argv: ['mkdir', '-p', path.slice(0, path.lastIndexOf('/'))] });
  if (entry.type !== 'dir') unlink(k, p, path);
  const made =
    entry.type === 'dir' ? makeDirectory(k, p, path, entry.mode) : entry.type === 'link' ? makeLink(k, p, entry.target, path) : entry.type === 'hard' ? hardLink(k, p, entry.target, path) : writeFile(k, p, path, content, entry.mode);
  if (made < 0 && !(entry.type === 'dir' && made === EEXIST)) {
    io.err += `tar: can't create '${path}': ${errorMessage(made)}\n`;
    s.failed = true;
    return;
  }
  if (entry.type !== 'link') setAttributes(k, p, path, { mode: entry.mode, mtime: entry.mtime * 1000, ...(p.uid === 0 && entry.type !== 'hard' ? { uid: entry.uid, gid: entry.gid } : {}) });
}
