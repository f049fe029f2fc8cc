import { removeProcess } from '../kernel/processes.js';
import { BLOCKED } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { SIGINT, SIGTERM } from '../kernel/signals.js';

/** The sandbox's first process: reaps what others leave behind, ends on SIGTERM or SIGINT. */
export const pause: Program<null> = {
  catches: (1 << SIGTERM) | (1 << SIGINT),
  init: () => null,
  step(k, p) {
    if (p.pending) return 0;
    if (p.children > 0) for (const child of Object.values(k.box.processes)) if (child.parent === p.id && child.zombie) removeProcess(k, child);
    return BLOCKED;
  },
};
