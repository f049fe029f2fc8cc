/** mkdir, rmdir, mktemp. */
import { makeDirectory, removeDirectory } from '../files/change.js';
import { CREATE, EXCLUSIVE, openPath, WRITE } from '../files/open.js';
import { stat } from '../files/stat.js';
import { EEXIST, errorMessage } from '../kernel/errors.js';
import { random } from '../kernel/kernel.js';
import { release } from '../kernel/open-files.js';
import { parseMode } from './modes.js';
import { complain, parseOptions, usage } from './options.js';
import type { Run } from './simple.js';
import { folder } from './names.js';

export const mkdir: Run = (io) => {
  const options = parseOptions(io, 'm:p', ['mode=m:', 'parents=p']);
  if (!options || options.rest.length === 0) return usage(io, 'mkdir [-m MODE] [-p] DIRECTORY...');
  const { k, p } = io;
  const text = options.value('m');
  const mode = text === undefined ? 0o777 : parseMode(text, 0o777, true, 0);
  if (mode === undefined) return complain(io, `invalid mode '${text}'`);
  let code = 0;
  for (const path of options.rest) {
    let error = 0;
    if (options.has('p')) {
      const parts = path.split('/');
      for (let i = 1; i <= parts.length; i++) {
        const part = parts.slice(0, i).join('/');
        if (part === '' || error < 0) continue;
        const there = stat(k, p, part);
        if (typeof there !== 'number') error = there.type === 'dir' ? 0 : EEXIST;
        else error = makeDirectory(k, p, part, i < parts.length ? 0o777 : mode);
      }
    } else error = makeDirectory(k, p, path, mode);
    if (error < 0) code = complain(io, `can't create directory '${path}': ${errorMessage(error)}`);
  }
  return code;
};

export const rmdir: Run = (io) => {
  const options = parseOptions(io, 'p', ['ignore-fail-on-non-empty', 'parents=p']);
  if (!options || options.rest.length === 0) return usage(io, 'rmdir [-p] DIRECTORY...');
  let code = 0;
  for (const path of options.rest) {
    let at = path;
    do {
      const error = removeDirectory(io.k, io.p, at);
      if (error < 0) {
        code = complain(io, `'${at}': ${errorMessage(error)}`);
        break;
      }
      at = folder(at);
    } while (options.has('p') && at !== '.' && at !== '/');
  }
  return code;
};

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const mktemp: Run = (io) => {
  const options = parseOptions(io, 'dqtup:');
  if (!options) return 1;
  const { k, p } = io;
  const pattern = options.rest[0] ?? 'tmp.XXXXXX';
  const trailing = /X+$/.exec(pattern)?.[0].length ?? 0;
  if (trailing < 6) return complain(io, `Invalid argument`);
  const base = options.rest[0] !== undefined && !options.has('p') && !options.has('t') ? '' : `${options.value('p') ?? p.env['TMPDIR'] ?? '/tmp'}/`;
  for (let tries = 0; tries < 100; tries++) {
    const path = base + pattern.slice(0, -trailing) + Array.from({ length: trailing }, () => LETTERS[random(k) % LETTERS.length]).join('');
    if (typeof stat(k, p, path, false) !== 'number') continue;
    if (!options.has('u')) {
      const made = options.has('d') ? makeDirectory(k, p, path, 0o700) : openPath(k, p, path, WRITE | CREATE | EXCLUSIVE, 0o600);
      if (made < 0) return complain(io, `${path}: ${errorMessage(made)}`);
      if (made > 0) release(k, made, true);
    }
    io.out += `${path}\n`;
    return 0;
  }
  return 1;
};
