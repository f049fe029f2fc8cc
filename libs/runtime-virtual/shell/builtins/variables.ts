/** export, readonly, unset, local, set, getopts, let. */
import { evaluate } from '../arithmetic.js';
import { singleQuote } from '../quote.js';
import { setMonitor } from '../monitor.js';
import { EXPORTED, READONLY, ShellError, where } from '../state.js';
import { applyTraps } from '../traps.js';
import { addFlags, flagsOf, getVar, isName, setVar, unsetVar } from '../variables.js';
import { optionsOf } from './options.js';
import type { Builtin, Call } from './types.js';
import { say } from './types.js';

const OPTION_NAMES: Record<string, string> = {
  errexit: 'e', noglob: 'f', ignoreeof: 'I', monitor: 'm', noexec: 'n', xtrace: 'x', verbose: 'v', noclobber: 'C', allexport: 'a', notify: 'b', nounset: 'u', errtrace: 'E', vi: 'V',
};

function declare(call: Call, flag: number): number {
  const { sh, argv } = call;
  const args = argv.slice(1).filter((arg) => arg !== '-p' && arg !== '--');
  if (args.length === 0) {
    for (const name of Object.keys(sh.flags).sort()) {
      if (!(flagsOf(sh, name) & flag)) continue;
      const value = getVar(sh, name);
      call.out += `${argv[0]} ${name}${value === undefined ? '' : `=${singleQuote(value)}`}\n`;
    }
    return 0;
  }
  if (args[0] === '-n') {
    for (const name of args.slice(1)) {
      sh.flags[name] = flagsOf(sh, name) & ~EXPORTED;
      sh.env = null;
    }
    return 0;
  }
  for (const arg of args) {
    const [name, value] = cut(arg);
    if (!isName(name)) throw new ShellError(`${argv[0]}: ${where(sh)}${name}: bad variable name`);
    if (value !== undefined) setVar(sh, name, value);
    addFlags(sh, name, flag);
  }
  return 0;
}

function cut(arg: string): [string, string | undefined] {
  const at = arg.indexOf('=');
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

function local(call: Call): number {
  const { sh, argv } = call;
  const frame = [...sh.frames].reverse().find((other) => other.t === 'call');
  if (frame?.t !== 'call') throw new ShellError(`local: ${where(sh)}not in a function`);
  for (const arg of argv.slice(1)) {
    if (arg === '-') {
      frame.options ??= sh.options;
      continue;
    }
    const [name, value] = cut(arg);
    if (!isName(name)) throw new ShellError(`local: ${where(sh)}${name}: bad variable name`);
    const known = Object.hasOwn(frame.locals, name);
    if (!known) {
      frame.locals[name] = getVar(sh, name) ?? 0;
      frame.localFlags[name] = flagsOf(sh, name);
    }
    if (value !== undefined) setVar(sh, name, value);
    else if (!known) unsetVar(sh, name);
  }
  return 0;
}

function unset(call: Call): number {
  const { sh } = call;
  const { options, rest } = optionsOf(call, 'vf');
  const functions = options.at(-1)?.[0] === 'f';
  for (const name of rest) {
    if (!functions && !isName(name)) throw new ShellError(`unset: ${where(sh)}${name}: bad variable name`);
    if (functions) {
      const { [name]: _, ...others } = sh.functions;
      sh.functions = others;
    } else if (flagsOf(sh, name) & READONLY) throw new ShellError(`unset: ${where(sh)}${name}: is read only`);
    else unsetVar(sh, name);
  }
  return 0;
}

function setOptions(call: Call): number {
  const { sh, argv } = call;
  if (argv.length === 1) {
    for (const name of Object.keys(sh.vars).sort()) call.out += `${name}=${singleQuote(getVar(sh, name) ?? '')}\n`;
    return 0;
  }
  let i = 1;
  for (; i < argv.length; i++) {
    const arg = argv[i]!;
    if (arg === '--' || !/^[-+]./.test(arg)) {
      if (arg === '-') {
        sh.options = sh.options.replace(/[xv]/g, '');
        if (i === argv.length - 1) return 0;
      }
      if (arg === '--' || arg === '-') i++;
      sh.params = argv.slice(i);
      // getopts begins anew, whatever OPTIND is.
      sh.getopts = -1;
      return 0;
    }
    for (const letter of arg.slice(1)) {
      if (letter !== 'o') option(call, letter, arg[0] === '-');
      else if (argv[i + 1] === undefined) listOptions(call, arg[0] === '-');
      else if (!longOption(call, argv[++i]!, arg[0] === '-')) return 1;
    }
  }
  return 0;
}

function option(call: Call, letter: string, on: boolean): void {
  const { k, p, sh } = call;
  if (!/[efImnxvCabuEV]/.test(letter)) throw new ShellError(`set: ${where(sh)}illegal option -${letter}`);
  if (letter !== 'm') {
    sh.options = sh.options.replace(letter, '') + (on ? letter : '');
    return;
  }
  const error = setMonitor(k, p, sh, on);
  applyTraps(p, sh);
  if (error !== '') say(call, error);
}

/** Whether there is such an option. */
function longOption(call: Call, name: string, on: boolean): boolean {
  const { sh } = call;
  if (name === 'pipefail') sh.pipefail = on;
  else if (Object.hasOwn(OPTION_NAMES, name)) option(call, OPTION_NAMES[name]!, on);
  else {
    say(call, `illegal option ${on ? '-' : '+'}o ${name}`);
    return false;
  }
  return true;
}

function listOptions(call: Call, table: boolean): void {
  const { sh } = call;
  const rows = [...Object.entries(OPTION_NAMES).map(([name, letter]) => [name, sh.options.includes(letter)] as const), ['pipefail', sh.pipefail] as const];
  for (const [name, on] of rows) call.out += table ? `${name.padEnd(16)}${on ? 'on' : 'off'}\n` : `set ${on ? '-' : '+'}o ${name}\n`;
}

/** One option at a time; `sh.getopts` is the position inside a group such as -ab. */
function getopts(call: Call): number {
  const { sh, argv } = call;
  const [, spec, name, ...given] = argv;
  if (spec === undefined || name === undefined) throw new ShellError('usage: getopts optstring var [arg]');
  if (!isName(name)) throw new ShellError(`${name}: bad variable name`);
  const args = given.length > 0 ? given : sh.params;
  // In the middle of a group OPTIND is that of the next argument already.
  let index = sh.getopts < 0 ? 1 : Number(getVar(sh, 'OPTIND') ?? '1') - (sh.getopts > 0 ? 1 : 0);
  sh.getopts = Math.max(0, sh.getopts);
  const arg = args[index - 1];
  const finish = (value: string, code: number, optarg?: string) => {
    const at = sh.getopts;
    setVar(sh, 'OPTIND', String(index + (at > 0 ? 1 : 0)));
    sh.getopts = at;
    setVar(sh, name, value);
    if (optarg === undefined) unsetVar(sh, 'OPTARG');
    else setVar(sh, 'OPTARG', optarg);
    return code;
  };
  if (sh.getopts === 0) {
    if (arg === '--') index++;
    if (arg === undefined || arg === '-' || arg === '--' || !arg.startsWith('-')) return finish('?', 1);
    sh.getopts = 1;
  }
  const letter = arg![sh.getopts++]!;
  const last = sh.getopts >= arg!.length;
  const advance = () => {
    index++;
    sh.getopts = 0;
  };
  const known = letter !== ':' && spec.replace(/^:/, '').includes(letter);
  if (!known) {
    if (last) advance();
    if (!spec.startsWith(':')) call.err += `Illegal option -${letter}\n`;
    return finish('?', 0, spec.startsWith(':') ? letter : undefined);
  }
  if (!spec.includes(`${letter}:`)) {
    if (last) advance();
    return finish(letter, 0, '');
  }
  const rest = arg!.slice(sh.getopts);
  advance();
  if (rest !== '') return finish(letter, 0, rest);
  const value = args[index - 1];
  if (value !== undefined) {
    index++;
    return finish(letter, 0, value);
  }
  if (spec.startsWith(':')) return finish(':', 0, letter);
  call.err += `No arg for -${letter} option\n`;
  return finish('?', 0);
}

function letNumbers(call: Call): number {
  const { sh, argv } = call;
  if (argv.length < 2) throw new ShellError('expression expected');
  let value = 0n;
  for (const arg of argv.slice(1)) value = evaluate(arg, { get: (name) => getVar(sh, name), set: (name, text) => setVar(sh, name, text) });
  return value === 0n ? 1 : 0;
}

export const variables: Record<string, Builtin> = {
  export: { special: true, run: (call) => declare(call, EXPORTED) },
  readonly: { special: true, run: (call) => declare(call, READONLY) },
  local: { special: true, run: local },
  unset: { special: true, run: unset },
  set: { special: true, run: setOptions },
  getopts: { run: getopts },
  let: { run: letNumbers },
};
