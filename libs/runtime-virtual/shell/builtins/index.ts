import { control } from './control.js';
import { jobControl } from './jobs.js';
import { misc } from './misc.js';
import type { Builtin } from './types.js';
import { variables } from './variables.js';

const builtins: Record<string, Builtin> = { ...control, ...variables, ...jobControl, ...misc };

export function builtinOf(name: string): Builtin | undefined {
  return Object.hasOwn(builtins, name) ? builtins[name] : undefined;
}
