/** touch, chmod, chown, chgrp, truncate, stat: what files have beside their content. */
import { setAttributes } from '../files/change.js';
import { truncateFile } from '../files/inodes.js';
import { CREATE, openPath, WRITE } from '../files/open.js';
import { list, stat } from '../files/stat.js';
import { walk } from '../files/walk.js';
import { errorMessage } from '../kernel/errors.js';
import { now } from '../kernel/kernel.js';
import { release } from '../kernel/open-files.js';
import { countOf } from './head.js';
import { modeText, parseMode } from './modes.js';
import { complain, parseOptions, usage } from './options.js';
import type { Io, Run } from './simple.js';
import { formatTime, parseTime } from './times.js';
import { groupId, groupName, userId, userName } from './users.js';

export const touch: Run = (io) => {
  const options = parseOptions(io, 'camhd:t:r:', ['no-create=c', 'date=d:', 'reference=r:']);
  if (!options || options.rest.length === 0) return usage(io, 'touch [-cham] [-d DATE] [-t DATE] [-r FILE] FILE...');
  const { k, p } = io;
  const text = options.value('d') ?? options.value('t');
  let mtime: number | undefined = now(k);
  if (text !== undefined) mtime = parseTime(text, mtime);
  const reference = options.value('r');
  if (reference !== undefined) {
    const found = stat(k, p, reference);
    if (typeof found === 'number') return complain(io, `${reference}: ${errorMessage(found)}`);
    ({ mtime } = found);
  }
  if (mtime === undefined) return complain(io, `invalid date '${text}'`);
  let code = 0;
  for (const path of options.rest) {
    if (typeof stat(k, p, path) === 'number') {
      if (options.has('c')) continue;
      const made = openPath(k, p, path, WRITE | CREATE);
      if (made < 0) {
        code = complain(io, `${path}: ${errorMessage(made)}`);
        continue;
      }
      if (k.box.open[made]?.refs === 0) release(k, made, true);
    }
    const error = setAttributes(k, p, path, { mtime });
    if (error < 0) code = complain(io, `${path}: ${errorMessage(error)}`);
  }
  return code;
};

/** Calls `change` for a path and, with -R, for all below it. */
function each(io: Io, path: string, recursive: boolean, change: (path: string) => number): number {
  let code = change(path);
  if (!recursive) return code;
  const found = stat(io.k, io.p, path, false);
  const names = typeof found !== 'number' && found.type === 'dir' ? list(io.k, io.p, path) : [];
  if (typeof names !== 'number') for (const name of names) code = each(io, `${path.replace(/\/$/, '')}/${name}`, true, change) || code;
  return code;
}

export const chmod: Run = (io) => {
  // -x is a mode, not an option.
  const argv = io.argv.map((arg, i) => (i > 0 && /^-[rwxXst]+$/.test(arg) ? `a${arg}` : arg));
  const options = parseOptions({ ...io, argv }, 'Rvcf');
  if (!options || options.rest.length < 2) return usage(io, 'chmod [-R] MODE[,MODE]... FILE...');
  const [mode, ...paths] = options.rest;
  if (parseMode(mode!, 0, false, 0) === undefined) return complain(io, `invalid mode '${mode}'`);
  let code = 0;
  for (const path of paths) {
    code = each(io, path, options.has('R'), (at) => {
      const found = stat(io.k, io.p, at);
      const error = typeof found === 'number' ? found : setAttributes(io.k, io.p, at, { mode: parseMode(mode!, found.mode, found.type === 'dir', io.p.umask)! });
      return error < 0 ? complain(io, `${at}: ${errorMessage(error)}`) : 0;
    }) || code;
  }
  return code;
};

function changeOwner(io: Io, groupOnly: boolean): number {
  const options = parseOptions(io, 'RhLHPcvf');
  if (!options || options.rest.length < 2) return usage(io, groupOnly ? 'chgrp [-RhLHP] GROUP FILE...' : 'chown [-RhLHP] USER[:[GROUP]] FILE...');
  const [who, ...paths] = options.rest;
  const [user = '', group = ''] = groupOnly ? ['', who] : who!.split(/[:.]/);
  const uid = user === '' ? undefined : userId(io.k, io.p, user);
  const gid = group === '' ? undefined : groupId(io.k, io.p, group);
  if (user !== '' && uid === undefined) return complain(io, `unknown user ${user}`);
  if (group !== '' && gid === undefined) return complain(io, `unknown group ${group}`);
  let code = 0;
  for (const path of paths) {
    code = each(io, path, options.has('R'), (at) => {
      const error = setAttributes(io.k, io.p, at, { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) }, !options.has('h'));
      return error < 0 ? complain(io, `${at}: ${errorMessage(error)}`) : 0;
    }) || code;
  }
  return code;
}

export const chown: Run = (io) => changeOwner(io, false);
export const chgrp: Run = (io) => changeOwner(io, true);

export const truncate: Run = (io) => {
  const options = parseOptions(io, 'cs:');
  const size = countOf(options?.value('s') ?? '');
  if (!options || size === undefined || options.rest.length === 0) return usage(io, 'truncate [-c] -s SIZE FILE...');
  let code = 0;
  for (const path of options.rest) {
    const made = options.has('c') ? 0 : openPath(io.k, io.p, path, WRITE | CREATE);
    if (made > 0 && io.k.box.open[made]?.refs === 0) release(io.k, made, true);
    const place = walk(io.k, io.p, path);
    const error = made < 0 ? made : typeof place !== 'number' && place.kind === 'inode' ? truncateFile(place.m, place.inode, size, now(io.k)) : 0;
    if (error < 0) code = complain(io, `${path}: ${errorMessage(error)}`);
  }
  return code;
};

const KINDS = { file: 'regular file', dir: 'directory', link: 'symbolic link', fifo: 'fifo', char: 'character special file' };

export const statFiles: Run = (io) => {
  const options = parseOptions(io, 'c:Lft');
  if (!options || options.rest.length === 0) return usage(io, 'stat [-ltf] [-c FMT] FILE...');
  let code = 0;
  for (const path of options.rest) {
    const found = stat(io.k, io.p, path, options.has('L'));
    if (typeof found === 'number') {
      code = complain(io, `can't stat '${path}': ${errorMessage(found)}`);
      continue;
    }
    const user = userName(io.k, io.p, found.uid) ?? 'UNKNOWN';
    const group = groupName(io.k, io.p, found.gid) ?? 'UNKNOWN';
    const kind = found.type === 'file' && found.size === 0 ? 'regular empty file' : KINDS[found.type];
    const blocks = Math.ceil(found.size / 4096) * 8;
    const time = formatTime(found.mtime, '%Y-%m-%d %H:%M:%S.%N +0000');
    const seconds = String(Math.floor(found.mtime / 1000));
    const values: Record<string, string> = {
      n: path, N: found.type === 'link' ? `'${path}' -> '${found.target}'` : path, s: String(found.size), b: String(blocks), B: '512', F: kind, i: String(found.inode), h: String(found.links),
      a: found.mode.toString(8), A: modeText(found), u: String(found.uid), U: user, g: String(found.gid), G: group, x: time, y: time, z: time, X: seconds, Y: seconds, Z: seconds,
      o: '4096', f: found.mode.toString(16), '%': '%',
    };
    const format = options.value('c');
    if (format !== undefined) io.out += `${format.replace(/%([a-zA-Z%])/g, (all, letter: string) => values[letter] ?? all)}\n`;
    else {
      io.out += `  File: ${found.type === 'link' ? `'${path}' -> '${found.target}'` : path}\n  Size: ${String(found.size).padEnd(10)}\tBlocks: ${String(blocks).padEnd(10)} IO Block: 4096   ${kind}\n`;
      io.out += `Device: fe00h/65024d\tInode: ${String(found.inode).padEnd(10)}  Links: ${found.links}\n`;
      io.out += `Access: (${found.mode.toString(8).padStart(4, '0')}/${modeText(found)})  Uid: (${String(found.uid).padStart(5)}/${user.padStart(8)})   Gid: (${String(found.gid).padStart(5)}/${group.padStart(8)})\n`;
      io.out += `Access: ${time}\nModify: ${time}\nChange: ${time}\n`;
    }
  }
  return code;
};
