/** Signals that a shell catches: their actions run between two commands. */
import type { Kernel } from '../kernel/kernel.js';
import { SIGINT, SIGNAL_NAMES, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU } from '../kernel/signals.js';
import { endProcess } from '../kernel/processes.js';
import type { Process } from '../kernel/state.js';
import { emit } from './emit.js';
import { beginExit, unwind } from './leave.js';
import { pushSource } from './state.js';
import type { Shell } from './state.js';

/** A foreground child comes first; so does the output of a substitution. */
const LATER = ['wait', 'waitall', 'foreground', 'substitute', 'emit'];

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
  } else if (typeof action !== 'string' && signal === SIGINT) interrupted(k, p, sh);
  return true;
}

/** Dies of it, as it would without a handler; PID 1 has no default action and exits instead. */
function interrupted(k: Kernel, p: Process, sh: Shell): void {
  if (p.pid === 1) beginExit(k, p, sh, 128 + SIGINT);
  else endProcess(k, p, 128 + SIGINT, SIGINT);
}

/** What the shell ignores for itself; its children do not. */
function own(sh: Shell): number {
  const stops = sh.monitor ? (1 << SIGTSTP) | (1 << SIGTTIN) | (1 << SIGTTOU) : 0;
  return (1 << SIGQUIT) | (sh.interactive ? 1 << SIGTERM : 0) | stops;
}

/** For a program that the shell starts, or becomes: what it was deaf to and what `trap ''` says stays ignored. */
export function ignoredByChildren(sh: Shell): number {
  const masks = { caught: 0, ignored: 0 };
  applyTo(masks, sh, 0);
  return masks.ignored;
}

/** Sets the process's masks from the traps: a caught signal wakes the shell, an ignored one stays ignored in its children. */
export function applyTraps(p: Process, sh: Shell): void {
  applyTo(p, sh, own(sh));
}

function applyTo(p: { caught: number; ignored: number }, sh: Shell, quiet: number): void {
  let caught = 1 << SIGINT;
  let ignored = quiet;
  for (const name of Object.keys(sh.traps)) {
    const signal = SIGNAL_NAMES.indexOf(name);
    if (signal <= 0) continue;
    ignored &= ~(1 << signal);
    caught &= ~(1 << signal);
    if (sh.traps[name] === '') ignored |= 1 << signal;
    else caught |= 1 << signal;
  }
  const deaf = sh.interactive ? 0 : sh.deaf;
  p.caught = caught & ~deaf;
  p.ignored = ignored | deaf;
}
