/** Children of a shell: subshells, pipelines, background jobs, command substitutions, and the programs it starts. */
import type { Kernel } from '../kernel/kernel.js';
import { addOpenFile, attach, attachAt, close, openPipe } from '../kernel/open-files.js';
import { fork, spawn } from '../kernel/processes.js';
import { SIGINT, SIGQUIT } from '../kernel/signals.js';
import type { Process } from '../kernel/state.js';
import { tested } from './leave.js';
import type { Expander } from './expand.js';
import { addJob } from './job-table.js';
import { giveTerminal } from './monitor.js';
import { copyShell, nodeAt, push, ShellError } from './state.js';
import type { Shell } from './state.js';
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
  if (node.t === 'command' && node.words[0] === 'jobs') state.jobs = structuredClone(sh.jobs);
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
export function pipeline(k: Kernel, p: Process, sh: Shell, s: number, items: number[], asTested = tested(sh)): Process[] {
  let input = 0;
  return items.map((n, i) => {
    const child = forkShell(k, p, sh, s, n, asTested);
    if (input) attachAt(k, child, input, 0);
    if (i < items.length - 1) {
      const [reader, writer] = openPipe(k);
      attachAt(k, child, writer, 1);
      input = reader;
    }
    return child;
  });
}

/**
 * Goes on when the children have ended. Under job control they are a process group and have the terminal meanwhile, and the shell goes on when they
 * are stopped too. `texts`: what each of them runs.
 */
export function foreground(k: Kernel, p: Process, sh: Shell, children: Process[], texts: string[]): void {
  if (sh.monitor) {
    ownGroup(children);
    giveTerminal(k, p, children[0]!.group);
    push(sh, { t: 'foreground', job: addJob(k, p, sh, children, texts).number });
  } else if (children.length === 1) push(sh, { t: 'wait', child: children[0]!.id });
  else push(sh, { t: 'waitall', children: children.map((child) => child.id), statuses: children.map(() => -1) });
}

function ownGroup(children: Process[]): void {
  for (const child of children) child.group = children[0]!.id;
}

/** `cmd &`: without job control it reads nothing and is deaf to Ctrl-C. */
export function background(k: Kernel, p: Process, sh: Shell, s: number, n: number, text: string): void {
  const node = nodeAt(sh, s, n);
  const children = node.t === 'pipeline' ? pipeline(k, p, sh, s, node.items, false) : [forkShell(k, p, sh, s, n, false)];
  if (sh.monitor) ownGroup(children);
  else {
    attachAt(k, children[0]!, addOpenFile(k, { kind: 'null', refs: 0 }), 0);
    for (const child of children) {
      const state = child.state as Shell;
      state.deaf |= (1 << SIGINT) | (1 << SIGQUIT);
      applyTraps(child, state);
    }
  }
  sh.background = children[children.length - 1]!.pid;
  addJob(k, p, sh, children, node.t === 'pipeline' ? node.texts : [text]);
}
