/** break, continue, return, exit, eval, ., exec, command and their kin: what changes which command comes next. */
import { resolveFile, which, DEFAULT_PATH } from '../../files/executable.js';
import { readWhole } from '../../files/stat.js';
import { ENOENT, ENOEXEC, errorMessage } from '../../kernel/errors.js';
import { become } from '../../kernel/processes.js';
import { beginExit, checkErrexit, unwind } from '../leave.js';
import { staysForJobs, STOPPED_JOBS } from '../monitor.js';
import { push, pushSource, ShellError, where } from '../state.js';
import { ignoredByChildren } from '../traps.js';
import { environment, getVar } from '../variables.js';
import { describe } from './describe.js';
import { optionsOf } from './options.js';
import type { Builtin, Call } from './types.js';

function count(call: Call): number {
  const text = call.argv[1] ?? '1';
  if (!/^\d+$/.test(text) || Number(text) < 1) throw new ShellError(`${call.argv[0]}: ${where(call.sh)}Illegal number: ${text}`);
  return Number(text);
}

/** Ends n loops, the last one only for this time with `again`. */
function leaveLoops(call: Call, again: boolean): number {
  const { k, p, sh } = call;
  let left = count(call);
  let target = -1;
  for (let i = sh.frames.length - 1; i >= 0 && left > 0; i--) {
    const frame = sh.frames[i]!;
    if (frame.t !== 'for' && frame.t !== 'while') continue;
    target = i;
    left--;
  }
  if (target < 0) return 0;
  unwind(k, p, sh, target + 1);
  const loop = sh.frames[target]!;
  if (loop.t === 'while') {
    loop.status = 0;
    loop.i = 0;
  }
  if (!again) sh.frames.pop();
  return 0;
}

function status(call: Call): number {
  const text = call.argv[1];
  if (text === undefined) return call.sh.status;
  if (!/^\d+$/.test(text)) throw new ShellError(`${call.argv[0]}: ${where(call.sh)}Illegal number: ${text}`);
  return Number(text) & 255;
}

function doReturn(call: Call): number | undefined {
  const { k, p, sh } = call;
  const value = status(call);
  for (let i = sh.frames.length - 1; i >= 0; i--) {
    const frame = sh.frames[i]!;
    if (frame.t !== 'call' && frame.t !== 'sourced') continue;
    unwind(k, p, sh, i);
    sh.status = value;
    checkErrexit(k, p, sh);
    return undefined;
  }
  beginExit(k, p, sh, value);
  return undefined;
}

function source(call: Call): number | undefined {
  const { k, p, sh, argv } = call;
  const name = argv[1];
  if (name === undefined) return 2;
  const path = name.includes('/') ? name : findSource(call, name);
  const text = readWhole(k, p, path);
  if (typeof text === 'number') throw new ShellError(`.: ${where(sh)}can't open '${name}'${text === ENOENT ? ': No such file or directory' : `: ${errorMessage(text)}`}`);
  push(sh, { t: 'sourced', params: argv.length > 2 ? sh.params : null, within: sh.within, file: sh.file });
  sh.within = name;
  sh.file = true;
  if (argv.length > 2) sh.params = argv.slice(2);
  sh.status = 0;
  pushSource(sh, text);
  return undefined;
}

function findSource({ k, p, sh }: Call, name: string): string {
  for (const folder of (getVar(sh, 'PATH') ?? '').split(':')) {
    const path = `${folder === '' ? '.' : folder}/${name}`;
    if (typeof readWhole(k, p, path) === 'string') return path;
  }
  return name;
}

function exec(call: Call): number | undefined {
  const { k, p, sh } = call;
  const { options, rest: argv } = optionsOf(call, 'a:');
  if (argv.length === 0) return 0;
  const file = which(k, p, argv[0]!, getVar(sh, 'PATH') ?? DEFAULT_PATH);
  let command = typeof file === 'number' ? file : resolveFile(k, p, file, argv);
  if (command === ENOEXEC && typeof file === 'string') command = { program: 'sh', argv: ['sh', file, ...argv.slice(1)] };
  if (typeof command === 'number') {
    const code = command === ENOENT ? 127 : 126;
    // It ends an interactive shell too.
    call.err += `${sh.name}: exec: ${where(sh)}${argv[0]}: ${code === 127 ? 'not found' : errorMessage(command)}\n`;
    beginExit(k, p, sh, code);
    return undefined;
  }
  const name = options.at(-1)?.[1];
  p.ignored = ignoredByChildren(sh);
  become(k, p, command.program, name === undefined ? command.argv : [name, ...command.argv.slice(1)], environment(sh));
  return undefined;
}

function command(call: Call): number | undefined {
  const { sh } = call;
  const { options, rest } = optionsOf(call, 'pvV');
  const path = options.some(([letter]) => letter === 'p') ? DEFAULT_PATH : '';
  const how = options.filter(([letter]) => letter !== 'p').at(-1)?.[0] ?? '';
  if (rest.length === 0) return 0;
  if (how !== '') return describe(call, rest.slice(0, 1), how === 'V');
  push(sh, { t: 'run', argv: rest, functions: false, path });
  return undefined;
}

export const control: Record<string, Builtin> = {
  ':': { special: true, run: () => 0 },
  true: { run: () => 0 },
  false: { run: () => 1 },
  break: { special: true, run: (call) => leaveLoops(call, false) },
  continue: { special: true, run: (call) => leaveLoops(call, true) },
  return: { special: true, run: doReturn },
  exit: {
    special: true,
    run(call) {
      if (staysForJobs(call.sh)) {
        call.err += STOPPED_JOBS;
        return 0;
      }
      beginExit(call.k, call.p, call.sh, status(call));
      return undefined;
    },
  },
  eval: {
    special: true,
    run(call) {
      const text = call.argv.slice(1).join(' ');
      if (text.trim() === '') return 0;
      push(call.sh, { t: 'eval', within: call.sh.within });
      call.sh.within = 'eval';
      pushSource(call.sh, text);
      return undefined;
    },
  },
  '.': { special: true, run: source },
  source: { special: true, run: source },
  exec: { special: true, run: exec },
  command: { run: command },
  builtin: {
    run(call) {
      if (call.sh.bash) return command(call);
      call.err += `${call.sh.name}: builtin: not found\n`;
      return 127;
    },
  },
  shift: {
    special: true,
    run(call) {
      const by = call.argv[1] === undefined ? 1 : Number(call.argv[1]);
      if (!Number.isInteger(by) || by < 0) throw new ShellError(`shift: ${where(call.sh)}Illegal number: ${call.argv[1]}`);
      if (by > call.sh.params.length) return 1;
      call.sh.params = call.sh.params.slice(by);
      return 0;
    },
  },
};
