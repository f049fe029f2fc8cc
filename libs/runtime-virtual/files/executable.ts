/** From a command's name to what is run: PATH, permission, `#!`. */
import { EACCES, ELOOP, ENOENT, ENOEXEC } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { inodeOf, readFileAt } from './inodes.js';
import type { Command } from './image.js';
import { allowed, rootId, walk } from './walk.js';

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MAX_INTERPRETERS = 4;
/** A PATH with nothing on it but folders that programs are in: what it leads to stays the same as long as the image does. */
const STEADY = /^\/(usr|bin|sbin|opt)\b[^:]*(:\/(usr|bin|sbin|opt)\b[^:]*)*$/;
const MAX_KNOWN = 10_000;

/** The path of the file that a name stands for: itself with a slash in it, else the first on PATH that may be run. */
export function which(k: Kernel, p: Process, name: string, path: string): string | number {
  const found = lookUp(k, p, name, path);
  return typeof found === 'number' ? found : found.file;
}

/** As which(), with the program behind the file where that is known. */
function lookUp(k: Kernel, p: Process, name: string, path: string): Command | number {
  if (name.includes('/')) return { file: name, program: '' };
  if (name === '') return ENOENT;
  const known = knownCommands(k, p, path);
  let found = known?.get(name);
  if (found === undefined) {
    const file = search(k, p, name, path);
    found = typeof file === 'number' ? file : { file, program: known ? programOf(k, p, file) : '' };
    if (known && known.size < MAX_KNOWN) known.set(name, found);
  }
  return found;
}

/** The program that a file is, or '' where it is text. */
function programOf(k: Kernel, p: Process, file: string): string {
  const found = resolveFile(k, p, file, [file]);
  return typeof found === 'object' && found.argv.length === 1 ? found.program : '';
}

/** What was found on this PATH of the container's image: true as long as the container has changed no file and nothing is mounted over programs. */
function knownCommands(k: Kernel, p: Process, path: string): Map<string, Command | number> | null {
  const root = k.pod.filesystems[rootId(p.container)];
  if (!root || root.changed || k.box.containers[p.container]!.hidesPrograms) return null;
  const image = k.core.images.get(root.image)!;
  let paths = image.commands.get(p.uid);
  if (!paths) image.commands.set(p.uid, (paths = new Map()));
  let known = paths.get(path);
  if (known === undefined) {
    if (paths.size > MAX_KNOWN) paths.clear();
    paths.set(path, (known = STEADY.test(path) ? new Map() : null));
  }
  return known;
}

function search(k: Kernel, p: Process, name: string, path: string): string | number {
  let error = ENOENT;
  for (const folder of path.split(':')) {
    const candidate = `${folder === '' ? '.' : folder}/${name}`;
    const place = walk(k, p, candidate);
    if (typeof place === 'number' || place.kind !== 'inode') continue;
    const inode = inodeOf(place.m, place.inode)!;
    if (inode.type === 'dir') continue;
    if (allowed(inode, p, 1)) return candidate;
    error = EACCES;
  }
  return error;
}

/** The program behind an executable file and its arguments, or an errno; ENOEXEC: a text that names no interpreter. */
export function resolveFile(k: Kernel, p: Process, file: string, argv: string[], depth = 0): { program: string; argv: string[] } | number {
  const place = walk(k, p, file);
  if (typeof place === 'number') return place;
  if (place.kind === 'missing') return ENOENT;
  if (place.kind === 'made-up') return EACCES;
  const inode = inodeOf(place.m, place.inode)!;
  if (inode.type === 'dir' || !allowed(inode, p, 1)) return EACCES;
  if (inode.type === 'program') return Object.hasOwn(k.core.programs, inode.program) ? { program: inode.program, argv } : ENOENT;
  if (inode.type !== 'file') return EACCES;
  const shebang = /^#!\s*(\S+)(?:[ \t]+([^\n]*?))?\s*(?:\n|$)/.exec(readFileAt(inode, 0, 256));
  if (!shebang) return ENOEXEC;
  if (depth >= MAX_INTERPRETERS) return ELOOP;
  return resolveFile(k, p, shebang[1]!, [shebang[1]!, ...(shebang[2] ? [shebang[2]] : []), file, ...argv.slice(1)], depth + 1);
}

/** Both steps: what execvp(3) does. */
export function resolveCommand(k: Kernel, p: Process, argv: string[], env: Record<string, string>): { program: string; argv: string[] } | number {
  return resolveOn(k, p, argv, typeof env['PATH'] === 'string' ? env['PATH'] : DEFAULT_PATH);
}

export function resolveOn(k: Kernel, p: Process, argv: string[], path: string): { program: string; argv: string[] } | number {
  const found = lookUp(k, p, argv[0] ?? '', path);
  if (typeof found === 'number') return found;
  return found.program !== '' ? { program: found.program, argv } : resolveFile(k, p, found.file, argv);
}
