/** cp, mv, install: contents are shared until one side changes, so that copying is cheap. */
import { makeDirectory, makeLink, hardLink, rename, setAttributes, unlink } from '../files/change.js';
import { changeable, inodeOf, truncateFile, writeFileAt } from '../files/inodes.js';
import type { FileInode } from '../files/inodes.js';
import { createFile, openPath, READ } from '../files/open.js';
import { list, stat, readLink } from '../files/stat.js';
import type { Stat } from '../files/stat.js';
import { walk } from '../files/walk.js';
import { EACCES, ENOENT, EROFS, EXDEV, errorMessage } from '../kernel/errors.js';
import { now } from '../kernel/kernel.js';
import { release } from '../kernel/open-files.js';
import { mkdir } from './folders.js';
import { folder, lastName } from './names.js';
import { parseMode } from './modes.js';
import { complain, parseOptions, usage } from './options.js';
import type { Io, Run } from './simple.js';
import { removeTree } from './rm.js';
import { groupId, userId } from './users.js';

interface Copying {
  recursive: boolean;
  keepLinks: boolean;
  preserve: boolean;
  noClobber: boolean;
  link: 'hard' | 'soft' | '';
  force: boolean;
}

const join = (folder: string, name: string) => (folder.endsWith('/') ? folder + name : `${folder}/${name}`);

/** Copies one file or tree. Says what goes wrong; returns 0 or 1. */
export function copy(io: Io, from: string, to: string, how: Copying): number {
  const { k, p } = io;
  const source = stat(k, p, from, !how.keepLinks);
  if (typeof source === 'number') return complain(io, `can't stat '${from}': ${errorMessage(source)}`);
  if (source.type === 'dir') return how.recursive ? copyFolder(io, from, to, source, how) : complain(io, `omitting directory '${from}'`);
  const target = stat(k, p, to, false);
  if (typeof target !== 'number') {
    if (target.inode === source.inode && target.device === source.device) return complain(io, `'${from}' and '${to}' are the same file`);
    if (how.noClobber) return 0;
    if (how.force || source.type === 'link') unlink(k, p, to);
  }
  let error: number;
  if (how.link !== '') error = how.link === 'hard' ? hardLink(k, p, from, to) : makeLink(k, p, from, to);
  else if (source.type === 'link') error = makeLink(k, p, readLink(k, p, from) as string, to);
  else error = copyContent(io, from, to, source);
  if (error < 0) return complain(io, `can't create '${to}': ${errorMessage(error)}`);
  if (how.preserve && source.type !== 'link') setAttributes(k, p, to, { mode: source.mode, mtime: source.mtime, ...(p.uid === 0 ? { uid: source.uid, gid: source.gid } : {}) });
  return 0;
}

function copyFolder(io: Io, from: string, to: string, source: Stat, how: Copying): number {
  const { k, p } = io;
  if (typeof stat(k, p, to) === 'number') {
    const error = makeDirectory(k, p, to, source.mode);
    if (error < 0) return complain(io, `can't create directory '${to}': ${errorMessage(error)}`);
  }
  const names = list(k, p, from);
  if (typeof names === 'number') return complain(io, `can't open '${from}': ${errorMessage(names)}`);
  let code = 0;
  for (const name of names) code = copy(io, join(from, name), join(to, name), how) || code;
  if (how.preserve) setAttributes(k, p, to, { mode: source.mode, mtime: source.mtime });
  return code;
}

/** 0 or an errno. */
function copyContent(io: Io, from: string, to: string, source: Stat): number {
  const { k, p } = io;
  const opened = openPath(k, p, from, READ);
  if (opened < 0) return opened;
  const place = walk(k, p, from);
  const target = walk(k, p, to);
  let chunks: string[] | undefined;
  const file = k.box.open[opened];
  if (file?.kind === 'text') chunks = [file.text];
  if (file?.refs === 0) release(k, opened, true);
  if (typeof place !== 'number' && place.kind === 'inode') {
    const inode = inodeOf(place.m, place.inode)!;
    if (inode.type === 'file') ({ chunks } = inode);
    if (inode.type === 'program' && typeof target !== 'number' && target.kind === 'missing') {
      const made = createFile(k, p, target, source.mode);
      if (made > 0) target.m.fs.inodes[made] = { ...inode, mode: source.mode & ~p.umask, mtime: now(k), links: 1 };
      return Math.min(0, made);
    }
  }
  if (!chunks) return EACCES;
  if (typeof target === 'number') return target;
  if (target.kind === 'made-up') return target.path === '/dev/null' ? 0 : EACCES;
  const inode = target.kind === 'missing' ? createFile(k, p, target, source.mode) : target.inode;
  if (inode < 0) return inode;
  if (target.readonly) return EROFS;
  if (inodeOf(target.m, inode)?.type !== 'file') return ENOENT;
  truncateFile(target.m, inode, 0, now(k));
  let at = 0;
  for (const chunk of chunks) {
    const written = writeFileAt(target.m, inode, at, chunk, now(k));
    if (written < chunk.length) return written < 0 ? written : writeFileAt(target.m, inode, at + written, chunk.slice(written), now(k));
    at += written;
  }
  changeable<FileInode>(target.m, inode).mtime = now(k);
  return 0;
}

/** Where each source goes: into the last operand where that is a directory. undefined: said what is wrong. */
function targets(io: Io, operands: string[], folder: string | undefined, never: boolean): [string, string][] | undefined {
  const sources = folder === undefined ? operands.slice(0, -1) : operands;
  const last = folder ?? operands[operands.length - 1]!;
  const there = stat(io.k, io.p, last);
  const directory = typeof there !== 'number' && there.type === 'dir' && !never;
  if (sources.length > 1 && !directory) {
    complain(io, `target '${last}' is not a directory`);
    return undefined;
  }
  return sources.map((source) => [source, directory ? join(last, lastName(source)) : last]);
}

export const cp: Run = (io) => {
  const options = parseOptions(io, 'arRPLHpfinlsTut:dv', ['parents', 'archive=a', 'recursive=r', 'force=f', 'no-clobber=n']);
  if (!options || options.rest.length < (options.has('t') ? 1 : 2)) return usage(io, 'cp [-arPLHpfinlsTu] SOURCE DEST\nor: cp [-arPLHpfinlsu] SOURCE... { -t DIRECTORY | DIRECTORY }');
  const recursive = options.has('r') || options.has('R') || options.has('a');
  const how: Copying = {
    recursive, keepLinks: (recursive || options.has('P') || options.has('d')) && !options.has('L'), preserve: options.has('p') || options.has('a'), noClobber: options.has('n'),
    link: options.has('l') ? 'hard' : options.has('s') ? 'soft' : '', force: options.has('f'),
  };
  let code = 0;
  const list = targets(io, options.rest, options.value('t'), options.has('T'));
  for (const [from, to] of list ?? []) code = copy(io, from, to, how) || code;
  return list ? code : 1;
};

export const mv: Run = (io) => {
  const options = parseOptions(io, 'finTt:v', ['force=f', 'no-clobber=n']);
  if (!options || options.rest.length < (options.has('t') ? 1 : 2)) return usage(io, 'mv [-finT] SOURCE DEST\nor: mv [-fin] SOURCE... { -t DIRECTORY | DIRECTORY }');
  let code = 0;
  const list = targets(io, options.rest, options.value('t'), options.has('T'));
  for (const [from, to] of list ?? []) {
    if (options.has('n') && typeof stat(io.k, io.p, to) !== 'number') continue;
    const error = rename(io.k, io.p, from, to);
    if (error === EXDEV) {
      const copied = copy(io, from, to, { recursive: true, keepLinks: true, preserve: true, noClobber: false, link: '', force: true });
      code = copied || removeTree(io, from, true) || code;
    } else if (error < 0) code = complain(io, `can't rename '${from}': ${errorMessage(error)}`);
  }
  return list ? code : 1;
};

/** install: copies with the mode and owner that are asked for; -d makes folders. */
export const install: Run = (io) => {
  const options = parseOptions(io, 'cdDpsm:o:g:t:v', ['directory=d', 'mode=m:', 'owner=o:', 'group=g:', 'preserve-timestamps=p', 'strip=s', 'target-directory=t:']);
  if (!options || options.rest.length < (options.has('d') || options.has('t') ? 1 : 2)) return usage(io, 'install [-cdDsp] [-o USER] [-g GRP] [-m MODE] [-t DIR] [SOURCE]... DEST');
  const { k, p } = io;
  const mode = parseMode(options.value('m') ?? '755', 0o755, false, 0);
  if (mode === undefined) return complain(io, `invalid mode '${options.value('m')}'`);
  const [user, group] = [options.value('o'), options.value('g')];
  const uid = user === undefined ? undefined : userId(k, p, user);
  const gid = group === undefined ? undefined : groupId(k, p, group);
  if (user !== undefined && uid === undefined) return complain(io, `unknown user ${user}`);
  if (group !== undefined && gid === undefined) return complain(io, `unknown group ${group}`);
  const finish = (path: string) => {
    const error = setAttributes(k, p, path, { mode, ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) });
    return error < 0 ? complain(io, `can't change ownership of ${path}: ${errorMessage(error)}`) : 0;
  };
  let code = 0;
  if (options.has('d')) {
    for (const path of options.rest) code = mkdir({ ...io, argv: ['mkdir', '-p', path] }) || finish(path) || code;
    return code;
  }
  if (options.has('D')) {
    const parent = options.value('t') ?? folder(options.rest[options.rest.length - 1]!);
    if (mkdir({ ...io, argv: ['mkdir', '-p', parent] }) !== 0) return complain(io, `can't create directory '${parent}'`);
  }
  const list = targets(io, options.rest, options.value('t'), false);
  const how: Copying = { recursive: false, keepLinks: false, preserve: options.has('p'), noClobber: false, link: '', force: true };
  for (const [from, to] of list ?? []) code = copy(io, from, to, how) || finish(to) || code;
  return list ? code : 1;
};
