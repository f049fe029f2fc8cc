/** Command line options as getopt reads them. */
import type { Io } from './simple.js';

export interface Options {
  /** Letter or long name -> its value, or '' for a flag. The last one wins. */
  given: Record<string, string>;
  /** Every value of an option, in order. */
  all: Record<string, string[]>;
  rest: string[];
  has(name: string): boolean;
  value(name: string): string | undefined;
}

/**
 * `spec`: letters, a colon after those that take a value; `long`: long names, `name:` with a value, `name=x` the same as the letter x.
 * `ordered`: options end at the first operand. undefined: a mistake, which has been said on stderr.
 */
export function parseOptions(io: Io, spec: string, long: string[] = [], ordered = false): Options | undefined {
  const given: Record<string, string> = {};
  const all: Record<string, string[]> = {};
  const rest: string[] = [];
  const { argv } = io;
  const add = (name: string, value: string) => {
    given[name] = value;
    (all[name] ??= []).push(value);
  };
  const options: Options = {
    given, all, rest,
    has: (name) => given[name] !== undefined,
    value: (name) => given[name],
  };
  for (let i = 1; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg === '--') {
      rest.push(...argv.slice(i + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const [name = '', inline] = cut(arg.slice(2));
      const known = long.find((entry) => entry.split(/[:=]/)[0] === name);
      if (known === undefined) return mistake(io, `unrecognized option '${arg}'`);
      const letter = known.includes('=') ? known.slice(known.indexOf('=') + 1).replace(':', '') : name;
      if (!known.endsWith(':')) add(letter, '');
      else if (inline !== undefined) add(letter, inline);
      else if (i + 1 < argv.length) add(letter, argv[++i]!);
      else return mistake(io, `option '${arg}' requires an argument`);
      continue;
    }
    if (arg.length < 2 || arg[0] !== '-') {
      if (ordered) {
        rest.push(...argv.slice(i));
        break;
      }
      rest.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at]!;
      const where = letter === ':' ? -1 : spec.indexOf(letter);
      if (where < 0) return mistake(io, `invalid option -- '${letter}'`);
      if (spec[where + 1] !== ':') {
        add(letter, '');
        continue;
      }
      const inline = arg.slice(at + 1);
      if (inline !== '') add(letter, inline);
      else if (i + 1 < argv.length) add(letter, argv[++i]!);
      else return mistake(io, `option requires an argument -- '${letter}'`);
      break;
    }
  }
  return options;
}

function cut(text: string): [string, string | undefined] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function mistake(io: Io, message: string): undefined {
  io.err += `${programName(io)}: ${message}\n${BANNER}`;
  return undefined;
}

/** What a usage message begins with. */
export const BANNER = 'BusyBox v1.36.1 multi-call binary.\n\n';

export function usage(io: Io, text: string): number {
  io.err += `${BANNER}Usage: ${text}\n`;
  return 1;
}

export function programName(io: Io): string {
  return (io.argv[0] ?? '').split('/').pop()!;
}

/** "program: message" on stderr; returns 1. */
export function complain(io: Io, message: string): number {
  io.err += `${programName(io)}: ${message}\n`;
  return 1;
}
