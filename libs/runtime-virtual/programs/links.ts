/** ln, unlink. */
import { hardLink, makeLink, unlink as removeName } from '../files/change.js';
import { stat } from '../files/stat.js';
import { errorMessage } from '../kernel/errors.js';
import { lastName } from './names.js';
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
