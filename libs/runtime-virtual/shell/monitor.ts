/** Job control: whose the terminal is. */
import type { Kernel } from '../kernel/kernel.js';
import { signalGroup } from '../kernel/processes.js';
import { SIGCONT } from '../kernel/signals.js';
import type { Process } from '../kernel/state.js';
import { continued } from './job-table.js';
import type { Job, Shell } from './state.js';

/** Turns job control on or off. Returns what is in the way of it; ''. A subshell leaves it as it is. */
export function setMonitor(k: Kernel, p: Process, sh: Shell, on: boolean): string {
  if (p.pid !== sh.pid || on === sh.monitor) return '';
  sh.options = sh.options.replace('m', '');
  if (on && k.box.open[p.tty]?.kind !== 'tty') return "can't access tty; job control turned off";
  sh.monitor = on;
  if (!on) return '';
  sh.options += 'm';
  p.group = p.id;
  giveTerminal(k, p, p.group);
  return '';
}

/** The terminal's signals go to this process group from here on, and it may read. */
export function giveTerminal(k: Kernel, p: Process, group: number): void {
  const tty = k.box.open[p.tty];
  if (tty?.kind === 'tty') tty.group = group;
}

/** A stopped job goes on. */
export function resume(k: Kernel, p: Process, sh: Shell, job: Job, inForeground: boolean): void {
  const group = job.members[0]!.id;
  if (inForeground) giveTerminal(k, p, group);
  continued(sh, job);
  signalGroup(k, group, SIGCONT);
}

/** Whether the shell stays for the sake of stopped jobs: it does so once. */
export function staysForJobs(sh: Shell): boolean {
  if (!sh.monitor || sh.warned > 0 || sh.jobs[sh.jobs.length - 1]?.state !== 'stopped') return false;
  sh.warned = 2;
  return true;
}

export const STOPPED_JOBS = 'You have stopped jobs.\n';
