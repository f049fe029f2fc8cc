import { write } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Program } from '../kernel/program.js';
import { RAN } from '../kernel/program.js';

/** Writes the same block again and again: `at` is how much of it has gone. */
export const yes: Program<{ block: string; at: number }> = {
  init(argv) {
    const line = `${argv.length > 1 ? argv.slice(1).join(' ') : 'y'}\n`;
    return { block: line.repeat(Math.max(1, Math.floor(16_384 / line.length))), at: 0 };
  },
  step(k, p, s) {
    const written = write(k, p, 1, s.at === 0 ? s.block : s.block.slice(s.at));
    if (written === BLOCKED) return BLOCKED;
    if (written < 0) return 1;
    s.at = (s.at + written) % s.block.length;
    return RAN;
  },
};
