/** Expansion within a frame: it may have to wait for command substitutions. */
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { substitute } from './children.js';
import { Expander, Missing } from './expand.js';
import type { ExpandingFrame, Shell } from './state.js';

/** Expands by `work`, or starts the child whose output is missing and returns undefined. */
export function expanding<T>(k: Kernel, p: Process, sh: Shell, frame: ExpandingFrame, work: (expander: Expander) => T): T | undefined {
  const expander = new Expander(k, p, sh, frame.subs);
  try {
    const result = work(expander);
    expander.commit(sh);
    frame.subs = [];
    return result;
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    substitute(k, p, sh, frame.s, error.list, expander);
    return undefined;
  }
}
