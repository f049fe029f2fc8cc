/** ln, link, unlink, mkfifo. */
import { hardLink, makeFifo, makeLink, setAttributes, unlink as removeName } from '../files/change.js';
import { stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { lastName } from './names.js';
import { parseMode } from './modes.js';
import { complain, parseOptions, usage } from './options.js';
import type { Run } from './simple.js';

export const ln: Run = (io) => {
  const options = parseOptions(io, 'sfnbS:vTt:', ['symbolic=s', 'force=f']);
  if (!options || options.rest.length === 0) return usage(io, 'ln [-sfnbtv] [-S SUF] TARGET... LINK|DIR');
  const { k, p } = io;
  const targets = options.rest.length === 1 ? options.rest : options.rest.slice(0, -1);
  const last = options.rest.length === 1 ? '.' : options.rest[options.rest.length - 1]!;
  const there = stat(k, p, last, !options.has('n'));
  const folder = typeof there !== 'number' && there.type === 'dir' && !options.has('T');
  let code = 0;
  for (const target of targets) {
    const path = folder ? `${last.replace(/\/$/, '')}/${lastName(target)}` : last;
    if (options.has('f')) removeName(k, p, path);
    const error = options.has('s') ? makeLink(k, p, target, path) : hardLink(k, p, target, path);
    if (error < 0) code = complain(io, `${path}: ${errorMessage(error)}`);
  }
  return code;
};

export const unlink: Run = (io) => {
  const [path] = io.argv.slice(1);
  if (path === undefined) return usage(io, 'unlink FILE');
  const error = removeName(io.k, io.p, path);
  return error < 0 ? complain(io, `can't remove file '${path}': ${errorMessage(error)}`) : 0;
};

export const link: Run = (io) => {
  const [from, to, ...more] = io.argv.slice(1);
  if (from === undefined || to === undefined || more.length > 0) return usage(io, 'link FILE LINK');
  const error = hardLink(io.k, io.p, from, to);
  return error < 0 ? complain(io, `can't create hardlink '${to}' to '${from}': ${errorMessage(error)}`) : 0;
};

export const mkfifo: Run = (io) => {
  const options = parseOptions(io, 'm:', ['mode=m:']);
  if (!options || options.rest.length === 0) return usage(io, 'mkfifo [-m MODE] NAME');
  const text = options.value('m');
  const mode = text === undefined ? 0o666 : parseMode(text, 0o666, false, 0);
  if (mode === undefined) return complain(io, `invalid mode '${text}'`);
  let code = 0;
  for (const path of options.rest) {
    const error = makeFifo(io.k, io.p, path, mode);
    if (error < 0) code = complain(io, `${path}: ${errorMessage(error)}`);
    else if (text !== undefined) setAttributes(io.k, io.p, path, { mode });
  }
  return code;
};
