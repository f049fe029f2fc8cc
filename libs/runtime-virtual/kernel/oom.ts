/** What happens when a container holds too much: as with memory.oom.group, the whole of it is killed. */
import type { Kernel } from './kernel.js';
import { BASE, charge, sizeOf } from './memory.js';
import { sendSignal } from './processes.js';
import { SIGKILL } from './signals.js';
import type { Process } from './state.js';

/** The limit of a container that has none: its share of the node. */
export const DEFAULT_LIMIT = 256 * 1024 * 1024;
/** What all containers of a thread may hold together. */
const THREAD_LIMIT = 1024 * 1024 * 1024;
/** Steps between two looks at a process at least; more where looking is work. */
const EVERY = 512;

/** After a process's turn: now and then (`now`: at once) its state is measured, and the container killed that holds too much. */
export function account(k: Kernel, p: Process, now = false): void {
  if (p.steps < p.measureAt && !now) return;
  const { bytes, values } = sizeOf(p.state);
  p.measureAt = p.steps + Math.max(EVERY, values);
  charge(k, p, BASE + bytes);
  const container = k.box.containers[p.container];
  if (!container) return;
  if (container.memory > (container.init.memoryBytes ?? DEFAULT_LIMIT)) killForMemory(k, p.container);
  else if (k.core.memory > THREAD_LIMIT) killGreatest(k);
}

export function killForMemory(k: Kernel, id: string): void {
  const container = k.box.containers[id];
  const main = k.box.processes[container?.main ?? 0];
  if (!container || !main) return;
  container.oom = true;
  sendSignal(k, main, SIGKILL, true);
}

/** The thread as a whole is out of memory: who holds the most goes. */
function killGreatest(k: Kernel): void {
  let greatest: { k: Kernel; id: string; memory: number } | undefined;
  for (const other of k.core.kernels.values()) {
    for (const [id, { memory, main }] of Object.entries(other.box.containers)) {
      if (main && memory > (greatest?.memory ?? 0)) greatest = { k: other, id, memory };
    }
  }
  if (greatest) killForMemory(greatest.k, greatest.id);
}
