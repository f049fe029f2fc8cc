/** Patterns against the files that there are. */
import { list, stat } from '../files/stat.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { hasMagic, matches, unquotePattern } from './pattern.js';

const MAX_MATCHES = 65_536;

/** Paths that match, sorted; empty: none does. */
export function glob(k: Kernel, p: Process, pattern: string): string[] {
  const parts = pattern.split('/');
  let found = [''];
  parts.forEach((part, i) => {
    const last = i === parts.length - 1;
    const next: string[] = [];
    for (const base of found) {
      if (next.length > MAX_MATCHES) break;
      if (!hasMagic(part)) {
        const path = base + unquotePattern(part);
        if (last ? path === '' || part === '' ? isDirectory(k, p, base) : typeof stat(k, p, path, false) !== 'number' : true) next.push(last ? path : `${path}/`);
        continue;
      }
      const names = list(k, p, base === '' ? '.' : base);
      if (typeof names === 'number') continue;
      for (const name of part.startsWith('.') ? ['.', '..', ...names] : names) {
        if (name.startsWith('.') && !part.startsWith('.')) continue;
        if (!matches(part, name)) continue;
        if (last) next.push(base + name);
        else if (isDirectory(k, p, base + name)) next.push(`${base}${name}/`);
      }
    }
    found = next;
  });
  return found.sort();
}

function isDirectory(k: Kernel, p: Process, path: string): boolean {
  const found = stat(k, p, path === '' ? '.' : path);
  return typeof found !== 'number' && found.type === 'dir';
}
