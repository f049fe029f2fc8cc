/** Signals that a shell catches: their actions run between two commands. */
import type { Kernel } from '../kernel/kernel.js';
import { SIGINT, SIGNAL_NAMES } from '../kernel/signals.js';
import type { Process } from '../kernel/state.js';
import { emit } from './emit.js';
import { unwind } from './leave.js';
import { pushSource } from './state.js';
import type { Shell } from './state.js';

/** A foreground child comes first; so does the output of a substitution. */
const LATER = ['wait', 'waitall', 'substitute', 'emit'];

/** Begins the action of one pending signal. Returns whether anything was begun. */
export function runTraps(k: Kernel, p: Process, sh: Shell): boolean {
  const top = sh.frames[sh.frames.length - 1];
  if (top && LATER.includes(top.t)) return false;
  let signal = 1;
  while (!(p.pending & (1 << signal))) signal++;
  p.pending &= ~(1 << signal);
  const action = sh.traps[SIGNAL_NAMES[signal]!];
  if (top?.t === 'waitfor' && typeof action === 'string') {
    sh.frames.pop();
    sh.status = 128 + signal;
  }
  if (typeof action === 'string' && action !== '') {
    sh.frames.push({ t: 'status', status: sh.status });
    pushSource(sh, action);
  } else if (sh.interactive && signal === SIGINT) {
    unwind(k, p, sh, 1);
    const bottom = sh.frames[0];
    if (bottom?.t === 'input') Object.assign(bottom, { text: '', prompted: false });
    sh.status = 130;
    emit(k, p, sh, 2, '\n');
  }
  return true;
}

/** Sets the process's masks from the traps: a caught signal wakes the shell, an ignored one stays ignored in its children. */
export function applyTraps(p: Process, sh: Shell): void {
  let caught = sh.interactive ? 1 << SIGINT : 0;
  let ignored = 0;
  if (sh.interactive) ignored |= (1 << 15) | (1 << 3) | (1 << 20);
  for (const name of Object.keys(sh.traps)) {
    const signal = SIGNAL_NAMES.indexOf(name);
    if (signal <= 0) continue;
    if (sh.traps[name] === '') ignored |= 1 << signal;
    else caught |= 1 << signal;
  }
  p.caught = caught;
  p.ignored = (p.ignored & ~caught) | ignored;
}
