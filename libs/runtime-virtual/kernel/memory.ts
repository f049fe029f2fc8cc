/** What processes hold, and their containers are charged with. */
import type { Kernel } from './kernel.js';
import type { Process } from './state.js';

/** Thrown within a step that would need more than the kernel gives to one process; the container is killed for it. */
export class OutOfMemory extends Error {}

/** What a process counts for besides its state. */
export const BASE = 64 * 1024;

/** Bytes of plain data, and how many values it took to count them. */
export function sizeOf(value: unknown): { bytes: number; values: number } {
  let bytes = 0;
  let values = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    values++;
    if (typeof next === 'string') bytes += 16 + next.length;
    else if (typeof next !== 'object' || next === null) bytes += 8;
    else if (Array.isArray(next)) {
      bytes += 32;
      for (const item of next) left.push(item);
    } else {
      bytes += 64;
      for (const key of Object.keys(next)) {
        bytes += 8;
        left.push((next as Record<string, unknown>)[key]);
      }
    }
  }
  return { bytes, values };
}

/** Sets what a process is charged with. 0: it has ended. */
export function charge(k: Kernel, p: Process, bytes: number): void {
  const more = bytes - p.memory;
  p.memory = bytes;
  k.core.memory += more;
  const container = k.box.containers[p.container];
  if (container) container.memory += more;
}
