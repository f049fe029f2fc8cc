/** Runs processes fairly: sandboxes in turn, each one's processes in turn, a quantum of steps at a time. */
import type { Core, Kernel } from './kernel.js';
import { endProcess } from './processes.js';
import { OutOfMemory } from './memory.js';
import { account, killForMemory } from './oom.js';
import { BLOCKED } from './errors.js';
import { RAN } from './program.js';
import { SIGSEGV } from './signals.js';
import { IDLE, QUEUED, RUNNING, WOKEN } from './state.js';
import type { Process } from './state.js';

const QUANTUM = 64;

/** Returns whether anything is left to run. */
export function runReady(core: Core, steps: number): boolean {
  let left = steps;
  while (left > 0) {
    const k = core.ring.shift();
    if (!k) return false;
    // A sandbox that was removed, or whose pod was restored meanwhile, has nothing to run here any more.
    if (core.kernels.get(k.box.init.id) !== k) continue;
    left -= runOne(k, Math.min(left, QUANTUM));
    if (k.box.ready.length > 0) core.ring.push(k);
    else k.ringed = false;
  }
  return core.ring.length > 0;
}

/** One process's turn. Returns how many steps it took (at least one, so that a turn of nothing counts too). */
function runOne(k: Kernel, steps: number): number {
  k.turns++;
  const id = k.box.ready.shift();
  const p = id === undefined ? undefined : k.box.processes[id];
  if (!p || p.run !== QUEUED) return 1;
  if (p.zombie || p.stopped !== 0) {
    p.run = IDLE;
    return 1;
  }
  let taken = 0;
  let again = true;
  p.run = RUNNING;
  while (taken < steps && again) {
    taken++;
    again = runStep(k, p);
  }
  if (p.zombie || p.stopped !== 0) p.run = IDLE;
  else if (again) {
    p.run = QUEUED;
    k.box.ready.push(p.id);
  } else p.run = IDLE;
  p.steps += taken;
  if (!p.zombie) account(k, p);
  return taken;
}

/** Whether the process can go on at once. */
function runStep(k: Kernel, p: Process): boolean {
  p.run = RUNNING;
  let result: number;
  try {
    result = k.core.programs[p.program]!.step(k, p, p.state);
  } catch (error) {
    // A RangeError is a string or an array that is longer than any may be.
    if (error instanceof OutOfMemory || error instanceof RangeError) {
      killForMemory(k, p.container);
      return false;
    }
    // A mistake in a program ends its process, as a segmentation fault would; the other pods of the thread know nothing of it.
    k.core.outputs.push({ type: 'fault', message: `${p.argv.join(' ')} in pod ${k.box.init.namespace}/${k.box.init.podName}: ${(error as Error).stack ?? String(error)}` });
    endProcess(k, p, 128 + SIGSEGV, SIGSEGV);
    return false;
  }
  if (p.zombie || p.stopped !== 0) return false;
  if (result === RAN) return true;
  if (result === BLOCKED) return (p.run as number) === WOKEN;
  endProcess(k, p, result & 255, 0);
  return false;
}
