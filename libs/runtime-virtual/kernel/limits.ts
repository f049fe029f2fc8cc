/** Resource limits of a process (getrlimit(2)), by ulimit's letters. */
import { MAX_FILES, MAX_PROCESSES } from './state.js';
import type { Process } from './state.js';

export const UNLIMITED = -1;
const FREE: [number, number] = [UNLIMITED, UNLIMITED];
const KIB = 1024;

const DEFAULTS: Record<string, [soft: number, hard: number]> = {
  c: [0, UNLIMITED], e: [0, 0], i: [MAX_PROCESSES, MAX_PROCESSES], l: [64 * KIB, 64 * KIB], n: [MAX_FILES, MAX_FILES], q: [800 * KIB, 800 * KIB], r: [0, 0], s: [8192 * KIB, UNLIMITED],
  u: [MAX_PROCESSES, MAX_PROCESSES],
};

/** Soft and hard, in bytes or numbers. */
export function limitOf(p: Process, letter: string): [number, number] {
  return p.limits?.[letter] ?? DEFAULTS[letter] ?? FREE;
}

/** How many descriptors it may have. */
export function maxFiles(p: Process): number {
  const soft = p.limits?.['n']?.[0] ?? MAX_FILES;
  return soft === UNLIMITED ? MAX_FILES : Math.min(soft, MAX_FILES);
}
