import type { Io } from '../../programs/simple.js';
import { where } from '../state.js';
import type { Shell } from '../state.js';

/** What a builtin works on: a program's arguments and output, and the shell itself. */
export interface Call extends Io {
  sh: Shell;
}

export interface Builtin {
  /** POSIX's special builtins: found before functions, and their errors end the shell. */
  special?: boolean;
  /** Returns the exit status, or undefined where it put up frames that will set it (or ended the shell). */
  run(call: Call): number | undefined;
}

/** A message with the shell's and the builtin's name, as ash words it. */
export function say(call: Call, message: string): void {
  const { sh, argv } = call;
  call.err += `${sh.name}: ${argv[0]}: ${where(sh)}${message}\n`;
}
