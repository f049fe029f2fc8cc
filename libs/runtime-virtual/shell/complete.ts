/** What Tab adds: the rest of a file's name, or of a command's at the beginning of a line. */
import { list, stat } from '../files/stat.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { allBuiltins } from './builtins/names.js';

const PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** `before`: the line up to the cursor. '' where nothing can be added. */
export function complete(k: Kernel, p: Process, before: string): string {
  const word = /[^\s;|&<>()]*$/.exec(before)![0];
  const isCommand = /(^|[;|&(])\s*$/.test(before.slice(0, before.length - word.length)) && !word.includes('/');
  const folder = word.slice(0, word.lastIndexOf('/') + 1);
  const start = word.slice(folder.length);
  const names = isCommand ? [...allBuiltins(), ...PATH.flatMap((path) => namesIn(k, p, path))] : namesIn(k, p, folder === '' ? '.' : folder);
  const fitting = [...new Set(names.filter((name) => name.startsWith(start) && (start !== '' || !name.startsWith('.'))))];
  const first = fitting[0];
  if (first === undefined || (isCommand && word === '')) return '';
  let common = first;
  for (const name of fitting) while (!name.startsWith(common)) common = common.slice(0, -1);
  const rest = common.slice(start.length);
  if (fitting.length > 1) return rest;
  const found = isCommand ? 0 : stat(k, p, folder + first);
  return rest + (typeof found !== 'number' && found.type === 'dir' ? '/' : ' ');
}

function namesIn(k: Kernel, p: Process, folder: string): string[] {
  const names = list(k, p, folder);
  return typeof names === 'number' ? [] : names;
}
