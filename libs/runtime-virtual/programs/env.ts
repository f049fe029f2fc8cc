/** env, nohup, nice, setsid: programs that become another one. */
import { resolveCommand } from '../files/executable.js';
import { ENOENT, errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { become } from '../kernel/processes.js';
import type { Program } from '../kernel/program.js';
import { RAN } from '../kernel/program.js';
import { SIGHUP } from '../kernel/signals.js';
import type { Process } from '../kernel/state.js';
import { flush } from './simple.js';

interface Wrapper {
  started: boolean;
  pending: [number, string][];
  code: number;
}

/** Makes a program of `begin`, which either becomes another program (undefined) or has something to say. */
function wrapper(begin: (k: Kernel, p: Process) => { code: number; out?: string; err?: string } | undefined): Program<Wrapper> {
  return {
    init: () => ({ started: false, pending: [], code: 0 }),
    step(k, p, state) {
      if (!state.started) {
        state.started = true;
        const said = begin(k, p);
        if (!said) return RAN;
        state.code = said.code;
        if (said.out) state.pending.push([1, said.out]);
        if (said.err) state.pending.push([2, said.err]);
      }
      const left = flush(k, p, state.pending);
      return left === 0 ? state.code : left;
    },
  };
}

/** Becomes the command, or tells why not. */
export function becomeCommand(k: Kernel, p: Process, argv: string[], env: Record<string, string>): { code: number; err: string } | undefined {
  const command = resolveCommand(k, p, argv, env);
  const program = p.argv[0]!.split('/').pop()!;
  if (typeof command === 'number') return { code: command === ENOENT ? 127 : 126, err: `${program}: can't execute '${argv[0]}': ${errorMessage(command)}\n` };
  become(k, p, command.program, command.argv, env);
  return undefined;
}

export const env = wrapper((k, p) => {
  let vars: Record<string, string> = { ...p.env };
  let i = 1;
  for (; i < p.argv.length; i++) {
    const arg = p.argv[i]!;
    if (arg === '-i' || arg === '-') vars = {};
    else if (arg === '-u') delete vars[p.argv[++i] ?? ''];
    else if (arg === '-C') p.cwd = p.argv[++i] ?? p.cwd;
    else if (arg === '--') continue;
    else if (/^-/.test(arg)) return { code: 125, err: `env: invalid option -- '${arg.slice(1)}'\n` };
    else if (!/^[^=]+=/.test(arg)) break;
    else if (!arg.startsWith('__proto__=')) vars[arg.slice(0, arg.indexOf('='))] = arg.slice(arg.indexOf('=') + 1);
  }
  const argv = p.argv.slice(i);
  if (argv.length > 0) return becomeCommand(k, p, argv, vars);
  return { code: 0, out: Object.keys(vars).map((name) => `${name}=${vars[name]}\n`).join('') };
});

export const nohup = wrapper((k, p) => {
  p.ignored |= 1 << SIGHUP;
  return p.argv.length > 1 ? becomeCommand(k, p, p.argv.slice(1), p.env) : { code: 125, err: 'Usage: nohup PROG ARGS\n' };
});

export const nice = wrapper((k, p) => {
  const argv = p.argv.slice(1);
  if (argv[0] === '-n') argv.splice(0, 2);
  return argv.length > 0 ? becomeCommand(k, p, argv, p.env) : { code: 0, out: '0\n' };
});

export const setsid = wrapper((k, p) => {
  p.group = p.id;
  p.tty = 0;
  const argv = p.argv.slice(p.argv[1] === '-c' || p.argv[1] === '-w' ? 2 : 1);
  return argv.length > 0 ? becomeCommand(k, p, argv, p.env) : { code: 1, err: 'Usage: setsid [-c] PROG ARGS\n' };
});
