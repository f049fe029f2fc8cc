/** What Tab adds: the rest of a file's name, or of a command's at the beginning of a line; and the names that fit. */
import { list, stat } from '../files/stat.js';
import type { Completion } from '../kernel/kernel.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { allBuiltins } from './builtins/names.js';

const PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const SPECIAL = /[\s\\'"$`&;|<>()*?#[\]!{}]/g;

/** `before`: the line up to the cursor. */
export function complete(k: Kernel, p: Process, before: string): Completion {
  const typed = /(?:\\[^]|[^\s;|&<>()\\])*$/.exec(before)![0];
  const word = typed.replace(/\\([^])/g, '$1');
  const isCommand = /(^|[;|&(])\s*$/.test(before.slice(0, before.length - typed.length)) && !word.includes('/');
  if (isCommand && word === '') return { text: '', names: [] };
  const folder = word.slice(0, word.lastIndexOf('/') + 1).replace(/^~(?=\/)/, p.env['HOME'] ?? '');
  const start = word.slice(word.lastIndexOf('/') + 1);
  const found = isCommand ? [...allBuiltins(), ...PATH.flatMap((path) => namesIn(k, p, path))] : namesIn(k, p, folder === '' ? '.' : folder);
  const fitting = [...new Set(found.filter((name) => name.startsWith(start) && (start !== '' || !name.startsWith('.'))))].sort();
  const first = fitting[0];
  if (first === undefined) return { text: '', names: [] };
  const names = isCommand ? fitting : fitting.map((name) => (isFolder(k, p, folder + name) ? `${name}/` : name));
  let common = first;
  for (const name of fitting) while (!name.startsWith(common)) common = common.slice(0, -1);
  const rest = common.slice(start.length).replace(SPECIAL, '\\$&');
  if (fitting.length > 1) return { text: rest, names };
  return { text: rest + (names[0]!.endsWith('/') ? '/' : ' '), names };
}

function isFolder(k: Kernel, p: Process, path: string): boolean {
  const found = stat(k, p, path);
  return typeof found !== 'number' && found.type === 'dir';
}

function namesIn(k: Kernel, p: Process, folder: string): string[] {
  const names = list(k, p, folder);
  return typeof names === 'number' ? [] : names;
}
