/** basename, dirname, realpath, readlink: paths as text. */
import { readLink } from '../files/stat.js';
import { walk } from '../files/walk.js';
import { errorMessage } from '../kernel/errors.js';
import { parseOptions, usage } from './options.js';
import type { Run } from './simple.js';

export function lastName(path: string): string {
  const bare = path.replace(/\/+$/, '');
  return bare === '' ? (path === '' ? '' : '/') : bare.slice(bare.lastIndexOf('/') + 1);
}

export function folder(path: string): string {
  const bare = path.replace(/\/+$/, '');
  const cut = bare.lastIndexOf('/');
  if (cut < 0) return bare === '' && path !== '' ? '/' : '.';
  return bare.slice(0, cut).replace(/\/+$/, '') || '/';
}

export const basename: Run = (io) => {
  const [path, suffix = ''] = io.argv.slice(io.argv[1] === '--' ? 2 : 1);
  if (path === undefined) return usage(io, 'basename FILE [SUFFIX]');
  const name = lastName(path);
  io.out += `${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`;
  return 0;
};

export const dirname: Run = (io) => {
  const path = io.argv[io.argv[1] === '--' ? 2 : 1];
  if (path === undefined) return usage(io, 'dirname FILENAME');
  io.out += `${folder(path)}\n`;
  return 0;
};

export const realpath: Run = (io) => {
  let code = 0;
  for (const path of io.argv.slice(1)) {
    const place = walk(io.k, io.p, path);
    if (typeof place === 'number') {
      io.err += `realpath: ${path}: ${errorMessage(place)}\n`;
      code = 1;
    } else io.out += `${place.path}\n`;
  }
  return code;
};

export const readlink: Run = (io) => {
  const options = parseOptions(io, 'fnvq');
  const path = options?.rest[0];
  if (!options || path === undefined) return usage(io, 'readlink [-fnv] FILE');
  const end = options.has('n') ? '' : '\n';
  if (options.has('f')) {
    const place = walk(io.k, io.p, path);
    if (typeof place === 'number') return 1;
    io.out += place.path + end;
    return 0;
  }
  const target = readLink(io.k, io.p, path);
  if (typeof target === 'number') return 1;
  io.out += target + end;
  return 0;
};
