/** Programs that need no more than their arguments and the files: they do their work in one step, and then write what they have to say. */
import { write } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Program } from '../kernel/program.js';
import { RegexError } from './regex-syntax.js';
import { RAN } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';

/** What such a program works on. It adds to `out` and `err`, and returns its exit code. */
export interface Io {
  k: Kernel;
  p: Process;
  argv: string[];
  out: string;
  err: string;
}
export type Run = (io: Io) => number;

export interface SimpleState {
  /** What is still to be written, in order. null: not run yet. */
  pending: [number, string][] | null;
  code: number;
}

export function simple(run: Run): Program<SimpleState> {
  return {
    init: () => ({ pending: null, code: 0 }),
    step(k, p, state) {
      if (!state.pending) {
        const io: Io = { k, p, argv: p.argv, out: '', err: '' };
        try {
          state.code = run(io);
        } catch (error) {
          if (!(error instanceof RegexError)) throw error;
          io.err += `${p.argv[0]!.split('/').pop()!}: ${error.message}\n`;
          state.code = 2;
        }
        state.pending = [];
        if (io.out !== '') state.pending.push([1, io.out]);
        if (io.err !== '') state.pending.push([2, io.err]);
      }
      const result = flush(k, p, state.pending);
      if (result === 0) return state.code;
      return result < 0 && result !== RAN && result !== BLOCKED ? 1 : result;
    },
  };
}

/** Writes what is pending: 0 when all is written, RAN when there is more, BLOCKED or another errno. */
export function flush(k: Kernel, p: Process, pending: [number, string][]): number {
  for (let next = pending[0]; next; next = pending[0]) {
    const written = write(k, p, next[0], next[1].length > 65_536 ? next[1].slice(0, 65_536) : next[1]);
    if (written === BLOCKED) return BLOCKED;
    if (written < 0 || written >= next[1].length) {
      pending.shift();
      if (written < 0 && next[0] !== 2) {
        pending.length = 0;
        return written;
      }
    } else {
      next[1] = next[1].slice(written);
      return RAN;
    }
  }
  return 0;
}
