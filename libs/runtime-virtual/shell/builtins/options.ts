/** Options of a builtin, as ash reads them: letters, those followed by a colon with a value. */
import { ShellError, where } from '../state.js';
import type { Call } from './types.js';

/** The options in order, and the rest. Throws ShellError for those that there are not. */
export function optionsOf(call: Call, known: string): { options: [string, string][]; rest: string[] } {
  const { argv, sh } = call;
  const options: [string, string][] = [];
  let i = 1;
  for (; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg.length < 2 || !arg.startsWith('-')) break;
    if (arg === '--') {
      i++;
      break;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at]!;
      const place = letter === ':' ? -1 : known.indexOf(letter);
      if (place < 0) throw new ShellError(`${argv[0]}: ${where(sh)}illegal option -${letter}`);
      if (known[place + 1] !== ':') {
        options.push([letter, '']);
        continue;
      }
      const value = arg.slice(at + 1) || argv[++i];
      if (value === undefined) throw new ShellError(`${argv[0]}: ${where(sh)}no arg for -${letter} option`);
      options.push([letter, value]);
      break;
    }
  }
  return { options, rest: argv.slice(i) };
}
