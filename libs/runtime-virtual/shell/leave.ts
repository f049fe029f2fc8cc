/** Leaving frames: what they changed is put back. */
import type { Kernel } from '../kernel/kernel.js';
import { attachAt, close } from '../kernel/open-files.js';
import type { Process } from '../kernel/state.js';
import { pushSource } from './state.js';
import type { Frame, Shell } from './state.js';

/** Takes frames off until `depth` are left. */
export function unwind(k: Kernel, p: Process, sh: Shell, depth: number): void {
  while (sh.frames.length > depth) leave(k, p, sh, sh.frames.pop()!);
}

export function leave(k: Kernel, p: Process, sh: Shell, frame: Frame): void {
  switch (frame.t) {
    case 'restore':
      for (let i = frame.saved.length - 1; i >= 0; i--) {
        const [fd, saved] = frame.saved[i]!;
        if (saved < 0) close(k, p, fd);
        else {
          attachAt(k, p, p.files[saved]!, fd);
          close(k, p, saved);
        }
      }
      restoreVars(sh, frame.vars, frame.flags);
      return;
    case 'call':
      sh.params = frame.params;
      if (frame.options !== null) sh.options = frame.options;
      restoreVars(sh, frame.locals, frame.localFlags);
      return;
    case 'sourced':
      if (frame.params) sh.params = frame.params;
      sh.within = frame.within;
      sh.file = frame.file;
      return;
    case 'eval':
      sh.within = frame.within;
      return;
    case 'substitute':
      close(k, p, frame.fd);
      return;
    default:
      return;
  }
}

/** 0: was not set. */
function restoreVars(sh: Shell, vars: Record<string, string | 0>, flags: Record<string, number>): void {
  for (const name of Object.keys(vars)) {
    const value = vars[name]!;
    if (value === 0) delete sh.vars[name];
    else sh.vars[name] = value;
    const old = flags[name] ?? 0;
    if (old) sh.flags[name] = old;
    else delete sh.flags[name];
    sh.env = null;
  }
}

/** Ends the shell with this status, after its EXIT trap. */
export function beginExit(k: Kernel, p: Process, sh: Shell, status: number): void {
  unwind(k, p, sh, 0);
  sh.status = status & 255;
}

/** set -e: whether a failure here is looked at by somebody (a condition, the left of && and ||, !). */
export function tested(sh: Shell): boolean {
  if (sh.tested) return true;
  return sh.frames.some(
    (frame) => frame.t === 'not' || frame.t === 'andor' || (frame.t === 'if' && frame.i % 2 === 1) || (frame.t === 'while' && frame.i === 1),
  );
}

/** After a command: where it has failed and nobody looks at that, the ERR trap runs, and set -e ends the shell. */
export function checkErrexit(k: Kernel, p: Process, sh: Shell): void {
  if (sh.status === 0) return;
  const exit = sh.options.includes('e');
  const action = sh.traps['ERR'];
  const trapped = typeof action === 'string' && action !== '' && !sh.frames.some(({ t }) => t === 'failed' || (t === 'call' && !sh.options.includes('E')));
  if ((!exit && !trapped) || tested(sh)) return;
  if (trapped) {
    sh.frames.push({ t: 'failed', status: sh.status, exit });
    pushSource(sh, action);
  } else beginExit(k, p, sh, sh.status);
}

