/** From a command's name to what is run: PATH, permission, `#!`. */
import { EACCES, ELOOP, ENOENT, ENOEXEC } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { inodeOf, readFileAt } from './inodes.js';
import { allowed, rootId, walk } from './walk.js';

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const MAX_INTERPRETERS = 4;
/** A PATH on which the working directory makes no difference. */
const ABSOLUTE = /^\/[^:]*(:\/[^:]*)*$/;
const MAX_KNOWN = 10_000;

/** The path of the file that a name stands for: itself with a slash in it, else the first on PATH that may be run. */
export function which(k: Kernel, p: Process, name: string, path: string): string | number {
  if (name.includes('/')) return name;
  if (name === '') return ENOENT;
  const known = knownCommands(k, p);
  if (!known || !ABSOLUTE.test(path)) return search(k, p, name, path);
  const key = `${p.uid}:${path}:${name}`;
  let found = known.get(key);
  if (found === undefined) {
    if (known.size > MAX_KNOWN) known.clear();
    known.set(key, (found = search(k, p, name, path)));
  }
  return found;
}

/** Where commands were found in the container's image: true as long as the container has changed no file and nothing is mounted over programs. */
function knownCommands(k: Kernel, p: Process): Map<string, string | number> | undefined {
  const root = k.pod.filesystems[rootId(p.container)];
  for (const _ in root?.inodes) return undefined;
  if (k.box.containers[p.container]!.mounts.some(({ path }) => path === '/' || /^\/(usr|bin|sbin|opt)(\/|$)/.test(path))) return undefined;
  return root && k.core.images.get(root.image)?.commands;
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
  const name = argv[0] ?? '';
  const file = which(k, p, name, typeof env['PATH'] === 'string' ? env['PATH'] : DEFAULT_PATH);
  return typeof file === 'number' ? file : resolveFile(k, p, file, argv);
}
