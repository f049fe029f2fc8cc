/** Redirections: opened before a command, put back after it. */
import { CREATE, EXCLUSIVE, openPath, READ, TRUNCATE, WRITE, APPEND } from '../files/open.js';
import { stat } from '../files/stat.js';
import { ENOENT, errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { addOpenFile, attach, attachAt, close } from '../kernel/open-files.js';
import { maxFiles } from '../kernel/limits.js';
import type { Process } from '../kernel/state.js';
import { ShellError } from './state.js';
import type { Shell } from './state.js';

/** A redirection whose target is expanded. */
export interface Opened {
  operator: string;
  fd: number;
  target: string;
}

/** Where descriptors are kept meanwhile. */
const SAVED = 10;

/**
 * Carries the redirections out. With `saved`, what was there is kept at a high descriptor and noted: [descriptor, where it is kept or -1].
 * @throws ShellError with status 1; what was opened until then is noted in `saved` all the same.
 */
export function redirect(k: Kernel, p: Process, sh: Shell, list: Opened[], saved: [number, number][] | null): void {
  for (const { operator, fd, target } of list) {
    if (fd >= maxFiles(p)) throw new ShellError(`${operator.endsWith('&') ? target : fd}: Bad file descriptor`, 1);
    if (operator.endsWith('&') && !/^(\d+|-)$/.test(target)) {
      // `>&file` is for both outputs.
      if (operator !== '>&' || fd !== 1) throw new ShellError('redir error', 2);
      redirect(k, p, sh, [{ operator: '>', fd: 1, target }, { operator: '>&', fd: 2, target: '1' }], saved);
      continue;
    }
    const id = open(k, p, sh, operator, target);
    if (saved && !saved.some(([other]) => other === fd)) {
      const there = p.files[fd];
      saved.push([fd, there ? attach(k, p, there, SAVED) : -1]);
    }
    if (id === 0) close(k, p, fd);
    else attachAt(k, p, id, fd);
  }
}

/** The id of the open file; 0: close the descriptor. */
function open(k: Kernel, p: Process, sh: Shell, operator: string, target: string): number {
  if (operator === '<<') return addOpenFile(k, { kind: 'text', text: target, position: 0, refs: 0 });
  if (operator === '<&' || operator === '>&') {
    if (target === '-') return 0;
    const id = p.files[Number(target)];
    if (!id) throw new ShellError(`${target}: Bad file descriptor`, 1);
    return id;
  }
  if (operator === '<') return opened(openPath(k, p, target, READ), 'open', target);
  if (operator === '<>') return opened(openPath(k, p, target, READ | WRITE | CREATE), 'create', target);
  if (operator === '>>') return opened(openPath(k, p, target, WRITE | CREATE | APPEND), 'create', target);
  const keep = operator === '>' && sh.options.includes('C');
  const there = keep ? stat(k, p, target) : ENOENT;
  const exclusive = keep && typeof there !== 'number' && there.type === 'file' ? EXCLUSIVE : 0;
  return opened(openPath(k, p, target, WRITE | CREATE | TRUNCATE | exclusive), 'create', target);
}

function opened(id: number, verb: string, target: string): number {
  if (id > 0) return id;
  const missing = verb === 'open' ? 'no such file' : 'nonexistent directory';
  const why = id === ENOENT ? missing : errorMessage(id);
  throw new ShellError(`can't ${verb} ${target}: ${why}`, 1);
}
