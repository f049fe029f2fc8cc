/**
 * A program is a reducer over plain JSON. `step` advances `state` by a bounded amount and returns RAN, BLOCKED or an exit code (>= 0).
 * Blocking is by level: BLOCKED means that the state did not advance; whatever wakes the process (a pipe, a timer, a signal, a restore)
 * only makes the same step run again, so a wake-up too many does no harm.
 */
import type { Kernel } from './kernel.js';
import type { Process } from './state.js';

export const RAN = -1;
export { BLOCKED } from './errors.js';

export interface Program<S = unknown> {
  init(argv: string[], process: Process, kernel: Kernel): S;
  step(kernel: Kernel, process: Process, state: S): number;
  /** Signals that the program handles itself (bit mask); they arrive in process.pending and wake it. */
  catches?: number;
}
