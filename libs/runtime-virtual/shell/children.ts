/** Children of a shell: subshells, pipelines, background jobs, command substitutions, and the programs it starts. */
import type { Kernel } from '../kernel/kernel.js';
import { addOpenFile, attach, attachAt, close, openPipe } from '../kernel/open-files.js';
import { fork, reap, spawn } from '../kernel/processes.js';
import { SIGINT, SIGPIPE, SIGNAL_MESSAGES, SIGQUIT } from '../kernel/signals.js';
import { PIDS } from '../kernel/state.js';
import type { Process } from '../kernel/state.js';
import { tested } from './leave.js';
import type { Expander } from './expand.js';
import { copyShell, nodeAt, push, ShellError } from './state.js';
import type { Job, Shell } from './state.js';
import { applyTraps, ignoredByChildren } from './traps.js';
import { environment } from './variables.js';

const NO_FORK = "can't fork: Resource temporarily unavailable";

/** Closes in a child what the parent keeps aside for itself. */
function dropSaved(k: Kernel, sh: Shell, child: Process): void {
  for (const frame of sh.frames) {
    if (frame.t === 'restore') for (const [, saved] of frame.saved) if (saved >= 0) close(k, child, saved);
    if (frame.t === 'substitute') close(k, child, frame.fd);
    if (frame.t === 'input' && frame.fd >= 10) close(k, child, frame.fd);
  }
}

/** A copy of this shell that runs one node and ends. */
export function forkShell(k: Kernel, p: Process, sh: Shell, s: number, n: number, asTested = tested(sh)): Process {
  const state = copyShell(sh, [{ t: 'node', s, n, i: 0 }]);
  const node = nodeAt(sh, s, n);
  if (node.t === 'command' && node.words[0] === 'jobs') state.jobs = sh.jobs.map((job) => ({ ...job }));
  state.tested = asTested;
  const child = fork(k, p, 'sh', p.argv, state);
  if (!child) throw new ShellError(NO_FORK);
  applyTraps(child, state);
  dropSaved(k, sh, child);
  return child;
}

/** Starts a program in the foreground or background. */
export function startProgram(k: Kernel, p: Process, sh: Shell, program: string, argv: string[], more: Record<string, string> | null): Process {
  const env = more ? { ...environment(sh), ...more } : environment(sh);
  const child = spawn(k, p, program, argv, env, ignoredByChildren(sh));
  if (!child) throw new ShellError(NO_FORK);
  dropSaved(k, sh, child);
  return child;
}

/** `$(..)`: the child's output is collected into a frame. What the expansion has assigned so far is visible to the child. */
export function substitute(k: Kernel, p: Process, sh: Shell, s: number, list: number, expander: Expander): void {
  const child = forkShell(k, p, sh, s, list, true);
  expander.commit(child.state as Shell);
  const [reader, writer] = openPipe(k);
  attachAt(k, child, writer, 1);
  const fd = attach(k, p, reader, 10);
  push(sh, { t: 'substitute', fd, child: child.id, text: '' });
}

/** `a | b | c`: returns the children; the caller waits for all of them. */
export function pipeline(k: Kernel, p: Process, sh: Shell, s: number, items: number[]): Process[] {
  let input = 0;
  return items.map((n, i) => {
    const child = forkShell(k, p, sh, s, n);
    if (input) attachAt(k, child, input, 0);
    if (i < items.length - 1) {
      const [reader, writer] = openPipe(k);
      attachAt(k, child, writer, 1);
      input = reader;
    }
    return child;
  });
}

/** `cmd &`: without job control it reads nothing and is deaf to Ctrl-C. */
export function background(k: Kernel, p: Process, sh: Shell, s: number, n: number, text: string): void {
  const child = forkShell(k, p, sh, s, n, false);
  if (!sh.interactive) {
    attachAt(k, child, addOpenFile(k, { kind: 'null', refs: 0 }), 0);
    const state = child.state as Shell;
    state.deaf |= (1 << SIGINT) | (1 << SIGQUIT);
    applyTraps(child, state);
  }
  sh.background = child.pid;
  collect(k, p, sh);
  sh.jobs = sh.jobs.filter((job) => !job.done || !job.told);
  const taken = new Set(sh.jobs.map((job) => job.number));
  let number = 1;
  while (taken.has(number)) number++;
  sh.jobs.push({ number, processes: [child.id], pids: [child.pid], text: sh.interactive ? text : '', done: false, told: false, status: 0, signal: 0 });
}

/** Reaps background children that have ended. */
export function collect(k: Kernel, p: Process, sh: Shell): void {
  for (const job of sh.jobs) {
    if (job.done) continue;
    for (const id of job.processes.slice()) {
      // A subshell that runs `jobs` knows its parent's, and cannot wait for them.
      if (k.box.processes[id] && k.box.processes[id].parent !== p.id) continue;
      const ended = reap(k, p, id);
      if (!ended) continue;
      job.processes = job.processes.filter((other) => other !== id);
      if (id % PIDS !== job.pids[job.pids.length - 1]) continue;
      job.status = ended.code;
      job.signal = ended.signal;
    }
    job.done = job.processes.length === 0;
  }
}

/** As `jobs` and a prompt show it. */
export function jobLine(sh: Shell, job: Job): string {
  const at = sh.jobs.length - 1 - sh.jobs.indexOf(job);
  const done = job.signal ? (SIGNAL_MESSAGES[job.signal] ?? `Signal ${job.signal}`) : job.status === 0 ? 'Done' : `Done(${job.status})`;
  return `[${job.number}]${at === 0 ? '+' : at === 1 ? '-' : ' '}  ${(job.done ? done : 'Running').padEnd(27)}${job.text}\n`;
}

export function jobOf(sh: Shell, pid: number): Job | undefined {
  return sh.jobs.find((job) => job.pids.includes(pid));
}

/** What the shell says when a signal has ended its foreground child. */
export function signalMessage(signal: number): string {
  if (signal === 0 || signal === SIGINT || signal === SIGPIPE) return '';
  return `${SIGNAL_MESSAGES[signal] ?? `Signal ${signal}`}\n`;
}

