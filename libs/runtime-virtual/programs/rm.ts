import { removeDirectory, unlink } from '../files/change.js';
import { list, stat } from '../files/stat.js';
import { ENOENT, errorMessage } from '../kernel/errors.js';
import { lastName } from './names.js';
import { complain, parseOptions, usage } from './options.js';
import type { Io, Run } from './simple.js';

/** Removes a file or a tree. Says what goes wrong; returns 0 or 1. */
export function removeTree(io: Io, path: string, force: boolean): number {
  const { k, p } = io;
  const found = stat(k, p, path, false);
  if (typeof found === 'number') return force && found === ENOENT ? 0 : complain(io, `can't remove '${path}': ${errorMessage(found)}`);
  let code = 0;
  if (found.type === 'dir') {
    const names = list(k, p, path);
    if (typeof names === 'number') return complain(io, `can't open '${path}': ${errorMessage(names)}`);
    for (const name of names) code = removeTree(io, `${path.replace(/\/$/, '')}/${name}`, force) || code;
  }
  const error = found.type === 'dir' ? removeDirectory(k, p, path) : unlink(k, p, path);
  return error < 0 ? complain(io, `can't remove '${path}': ${errorMessage(error)}`) : code;
}

export const rm: Run = (io) => {
  const options = parseOptions(io, 'rRfiv', ['recursive=r', 'force=f']);
  if (!options || (options.rest.length === 0 && !options.has('f'))) return usage(io, 'rm [-irf] FILE...');
  const recursive = options.has('r') || options.has('R');
  let code = 0;
  for (const path of options.rest) {
    if (['.', '..'].includes(lastName(path))) {
      code = complain(io, `can't remove '.' or '..'`);
      continue;
    }
    const found = stat(io.k, io.p, path, false);
    if (typeof found !== 'number' && found.type === 'dir' && !recursive) code = complain(io, `'${path}' is a directory`);
    else code = removeTree(io, path, options.has('f')) || code;
  }
  return code;
};
