/** Processes: made, replaced, signalled, ended, reaped. */
import { EPERM, ESRCH } from './errors.js';
import type { Kernel } from './kernel.js';
import { now, wake } from './kernel.js';
import { BASE, charge } from './memory.js';
import { release } from './open-files.js';
import { defaultAction, SIGCHLD, SIGCONT, SIGHUP, SIGKILL, SIGSTOP, TERMINAL_STOPS } from './signals.js';
import { IDLE, MAX_PROCESSES, PIDS } from './state.js';
import type { Process } from './state.js';


/** A pid that nothing uses, or undefined where the sandbox has as many processes as it may. */
function nextId(k: Kernel, namespace: number): number | undefined {
  if (k.box.living >= MAX_PROCESSES) return undefined;
  const ns = k.box.namespaces[namespace]!;
  do ns.lastPid = ns.lastPid + 1 >= PIDS ? 2 : ns.lastPid + 1;
  while (k.box.processes[namespace * PIDS + ns.lastPid]);
  return namespace * PIDS + ns.lastPid;
}

/** What a process has from the one that makes it. */
type Inherited = Pick<Process, 'namespace' | 'group' | 'container' | 'program' | 'argv' | 'env' | 'cwd' | 'uid' | 'gid' | 'groups' | 'umask' | 'ignored' | 'tty' | 'limits'>;

/**
 * Adds a process that runs nothing yet, with the descriptors `files`, which are its own from here on. `parent`: its id, 0 for none; `group` 0: one of its own.
 * undefined: no process can be had (EAGAIN).
 */
export function addProcess(k: Kernel, from: Inherited, parentId: number, files: number[], leads = ''): Process | undefined {
  const id = nextId(k, from.namespace);
  if (id === undefined) return undefined;
  const p: Process = {
    id, pid: id % PIDS, namespace: from.namespace, parent: parentId, group: from.group || id, container: from.container, leads,
    program: from.program, argv: from.argv, state: null, env: from.env, cwd: from.cwd, uid: from.uid, gid: from.gid, groups: from.groups, umask: from.umask,
    files, children: 0, zombie: false, stopped: 0, exitCode: 0, exitSignal: 0, ignored: from.ignored, caught: 0,
    pending: 0, run: IDLE, wakeAt: 0, startedAt: now(k), steps: 0, memory: 0, measureAt: 64, tty: from.tty, limits: from.limits,
  };
  for (const file of files) if (file) k.box.open[file]!.refs++;
  k.box.processes[id] = p;
  charge(k, p, BASE);
  k.box.living++;
  k.box.namespaces[p.namespace]!.processes++;
  const parent = k.box.processes[parentId];
  if (parent) parent.children++;
  wake(k, id);
  return p;
}

/** A child that goes on as `program` in `state`, with the same files, directory and identity. Its descriptors are the parent's. */
export function fork(k: Kernel, parent: Process, program: string, argv: string[], state: unknown, group = parent.group): Process | undefined {
  const child = addProcess(k, parent, parent.id, parent.files.slice());
  if (!child) return undefined;
  child.program = program;
  child.argv = argv;
  child.state = state;
  child.group = group || child.id;
  return child;
}

/** execve(2) of one of the kernel's programs: the process goes on as this program. Handlers go, what is ignored stays. */
export function become(k: Kernel, p: Process, program: string, argv: string[], env: Record<string, string>): void {
  const made = k.core.programs[program]!;
  p.program = program;
  p.argv = argv;
  p.env = env;
  p.caught = made.catches ?? 0;
  p.pending = 0;
  p.wakeAt = 0;
  p.state = made.init(argv, p, k);
}

/** Starts a program as a child, with argv and env as given. `ignored`: the signals that it is deaf to. */
export function spawn(k: Kernel, parent: Process, program: string, argv: string[], env: Record<string, string>, ignored = parent.ignored): Process | undefined {
  const child = addProcess(k, parent, parent.id, parent.files.slice());
  if (!child) return undefined;
  child.ignored = ignored;
  become(k, child, program, argv, env);
  return child;
}

/** Ends a process: its files are closed, its children get the namespace's first process as parent, its parent is told. */
export function endProcess(k: Kernel, p: Process, code: number, signal: number): void {
  if (p.zombie) return;
  p.zombie = true;
  charge(k, p, 0);
  p.exitCode = code;
  p.exitSignal = signal;
  p.wakeAt = 0;
  p.state = null;
  p.stopped = 0;
  p.run = IDLE;
  const { files } = p;
  const terminal = p.leads === '' ? undefined : k.box.open[p.tty];
  p.files = [];
  for (const file of files) if (file) release(k, file);
  if (p.pid === 1) endNamespace(k, p);
  else if (p.children > 0) orphan(k, p);
  // Who led the terminal's session has gone: the foreground is told.
  if (terminal?.kind === 'tty') signalGroup(k, terminal.group, SIGHUP);
  const parent = k.box.processes[p.parent];
  if (p.leads !== '') k.core.led(k, p);
  if (!parent || parent.zombie) removeProcess(k, p);
  else {
    sendSignal(k, parent, SIGCHLD);
    wake(k, parent.id);
  }
}

/** PID 1 has ended: the rest of its namespace is killed. */
function endNamespace(k: Kernel, first: Process): void {
  for (const p of Object.values(k.box.processes)) {
    if (p.namespace !== first.namespace || p === first) continue;
    p.parent = 0;
    p.children = 0;
    if (p.zombie) removeProcess(k, p);
    else endProcess(k, p, 128 + SIGKILL, SIGKILL);
  }
  first.children = 0;
}

function orphan(k: Kernel, p: Process): void {
  const first = k.box.processes[p.namespace * PIDS + 1];
  for (const child of Object.values(k.box.processes)) {
    if (child.parent !== p.id) continue;
    child.parent = first && !first.zombie ? first.id : 0;
    if (child.parent) first!.children++;
    if (child.zombie) {
      if (child.parent) wake(k, child.parent);
      else removeProcess(k, child);
    }
    if (child.stopped !== 0 && isOrphaned(k, child.group)) for (const signal of [SIGHUP, SIGCONT]) signalGroup(k, child.group, signal);
  }
  p.children = 0;
}

/** Takes a process that has ended out of the table. */
export function removeProcess(k: Kernel, p: Process): void {
  if (!k.box.processes[p.id]) return;
  delete k.box.processes[p.id];
  k.box.living--;
  k.box.namespaces[p.namespace]!.processes--;
  const parent = k.box.processes[p.parent];
  if (parent && parent.children > 0) parent.children--;
}

/** waitpid(2) without waiting: the exit of an ended child (128+n for a signal), taken out of the table; undefined while it lives. */
export function reap(k: Kernel, p: Process, child: number): { code: number; signal: number } | undefined {
  const found = k.box.processes[child];
  if (!found || found.parent !== p.id) return { code: 127, signal: 0 };
  if (!found.zombie) return undefined;
  removeProcess(k, found);
  return { code: found.exitSignal ? 128 + found.exitSignal : found.exitCode, signal: found.exitSignal };
}

/** Sends a signal to one process. `outside`: from beyond its PID namespace, so that even PID 1 is killed by SIGKILL. */
export function sendSignal(k: Kernel, p: Process, signal: number, outside = false): void {
  if (signal === 0 || p.zombie) return;
  const bit = 1 << signal;
  if (signal === SIGCONT) goOn(k, p);
  else if (p.stopped !== 0 && signal !== SIGKILL) {
    // It is dealt with when the process goes on.
    if (!(p.ignored & bit) && signal !== SIGSTOP) p.pending |= bit;
    return;
  }
  if (signal === SIGKILL || signal === SIGSTOP) {
    if (p.pid === 1 && !outside) return;
  } else {
    if (p.ignored & bit) return;
    if (p.caught & bit) {
      p.pending |= bit;
      return wake(k, p.id);
    }
    if (p.pid === 1) return;
  }
  const action = defaultAction(signal);
  if (action === 'end') endProcess(k, p, 128 + signal, signal);
  else if (action === 'stop' && !(bit & TERMINAL_STOPS && isOrphaned(k, p.group))) stop(k, p, signal);
}

/** It gets no more turns, and its parent is told. */
function stop(k: Kernel, p: Process, signal: number): void {
  p.stopped = signal;
  const parent = k.box.processes[p.parent];
  if (!parent) return;
  sendSignal(k, parent, SIGCHLD);
  wake(k, parent.id);
}

/** A stopped process goes on, with the signals that came meanwhile. */
function goOn(k: Kernel, p: Process): void {
  if (p.stopped === 0) return;
  p.stopped = 0;
  wake(k, p.id);
  const came = p.pending & ~p.caught & ~TERMINAL_STOPS;
  p.pending &= p.caught;
  for (let signal = 1; signal < 32; signal++) if (came & (1 << signal)) sendSignal(k, p, signal);
}

/** Whether nobody is there to let the group go on: no member's parent is on the same terminal and in another group. Its terminal does not stop it. */
export function isOrphaned(k: Kernel, group: number): boolean {
  return !Object.values(k.box.processes).some((p) => {
    const parent = k.box.processes[p.parent];
    return p.group === group && !p.zombie && parent !== undefined && !parent.zombie && parent.group !== group && parent.tty === p.tty && p.tty !== 0;
  });
}

export function signalGroup(k: Kernel, group: number, signal: number): number {
  const members = Object.values(k.box.processes).filter((p) => p.group === group && !p.zombie);
  for (const p of members) sendSignal(k, p, signal);
  return members.length > 0 ? 0 : ESRCH;
}

/** kill(2) as `from` calls it, with a pid of its own namespace; 0: its group; -1: all but itself and PID 1; -n: group n. */
export function kill(k: Kernel, from: Process, pid: number, signal: number): number {
  if (pid === 0) return signalGroup(k, from.group, signal);
  if (pid < -1) return signalGroup(k, from.namespace * PIDS - pid, signal);
  if (pid === -1) {
    for (const p of Object.values(k.box.processes)) if (p.namespace === from.namespace && p.pid !== 1 && p !== from) sendSignal(k, p, signal);
    return 0;
  }
  const target = k.box.processes[from.namespace * PIDS + pid];
  if (!target || pid >= PIDS) return ESRCH;
  if (from.uid !== 0 && from.uid !== target.uid) return EPERM;
  sendSignal(k, target, signal);
  return 0;
}

