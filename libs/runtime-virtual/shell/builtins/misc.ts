/** cd, pwd, umask, ulimit, type, hash, alias, read, and the programs that the shell has built in. */
import { absolute } from '../../files/walk.js';
import { access, stat } from '../../files/stat.js';
import { errorMessage, ENOTDIR } from '../../kernel/errors.js';
import { now } from '../../kernel/kernel.js';
import { echo } from '../../programs/echo.js';
import { printf } from '../../programs/printf.js';
import { test } from '../../programs/test.js';
import { push, ShellError } from '../state.js';
import { getVar, isName, setVar } from '../variables.js';
import { describe } from './describe.js';
import type { Builtin, Call } from './types.js';
import { say } from './types.js';

function cd(call: Call): number {
  const { k, p, sh, argv } = call;
  const args = argv.slice(1).filter((arg) => arg !== '-L' && arg !== '-P' && arg !== '--');
  const back = args[0] === '-';
  let target = back ? getVar(sh, 'OLDPWD') : (args[0] ?? getVar(sh, 'HOME'));
  if (target === undefined) {
    if (!back) return 0;
    target = p.cwd;
  }
  const path = absolute(p.cwd, target);
  const found = stat(k, p, path);
  const error = typeof found === 'number' ? found : found.type !== 'dir' ? ENOTDIR : access(k, p, path, 1);
  if (error < 0) throw new ShellError(`cd: line ${sh.file ? sh.line : 0}: can't cd to ${target}: ${errorMessage(error)}`);
  setVar(sh, 'OLDPWD', p.cwd);
  p.cwd = path;
  setVar(sh, 'PWD', path);
  if (back) call.out += `${path}\n`;
  return 0;
}

function umask(call: Call): number {
  const { p, sh, argv } = call;
  const arg = argv.slice(1).find((other) => other !== '-S');
  if (arg === undefined) {
    call.out += argv.includes('-S')
      ? `${['u', 'g', 'o'].map((who, i) => `${who}=${['r', 'w', 'x'].filter((_, bit) => !((p.umask >> ((2 - i) * 3)) & (4 >> bit))).join('')}`).join(',')}\n`
      : `${p.umask.toString(8).padStart(4, '0')}\n`;
    return 0;
  }
  if (!/^[0-7]{1,4}$/.test(arg)) throw new ShellError(`umask: line ${sh.file ? sh.line : 0}: illegal mode: ${arg}`);
  p.umask = parseInt(arg, 8) & 0o777;
  return 0;
}

function readLine(call: Call): number | undefined {
  const { k, sh } = call;
  const args = call.argv.slice(1);
  const frame = { t: 'read' as const, names: [] as string[], raw: false, escaped: false, text: '', limit: 0, delimiter: '\n', fd: 0, until: 0, silent: false };
  while (/^-[rspntud]/.test(args[0] ?? '')) {
    const arg = args.shift()!;
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i]!;
      if (letter === 'r') frame.raw = true;
      else if (letter === 's') frame.silent = true;
      else {
        const value = arg.slice(i + 1) || (args.shift() ?? '');
        if (letter === 'p') call.err += value;
        if (letter === 'n') frame.limit = Number(value) || 0;
        if (letter === 'u') frame.fd = Number(value) || 0;
        if (letter === 'd') frame.delimiter = value[0] ?? '\0';
        if (letter === 't') frame.until = now(k) + Math.round(Number(value) * 1000);
        break;
      }
    }
  }
  for (const name of args) {
    if (!isName(name)) {
      call.err += `sh: read: '${name}': bad variable name\n`;
      return 1;
    }
  }
  frame.names = args.length > 0 ? args : ['REPLY'];
  push(sh, frame);
  return undefined;
}

export const misc: Record<string, Builtin> = {
  cd: { run: cd },
  pwd: {
    run(call) {
      call.out += `${call.p.cwd}\n`;
      return 0;
    },
  },
  umask: { run: umask },
  ulimit: {
    run(call) {
      if (call.argv.length <= 2) call.out += call.argv[1] === '-n' ? '1024\n' : 'unlimited\n';
      return 0;
    },
  },
  type: { run: (call) => describe(call, call.argv.slice(1), true) },
  hash: { run: () => 0 },
  alias: { run: () => 0 },
  unalias: { run: () => 0 },
  bg: { run: (call) => noJobs(call) },
  fg: { run: (call) => noJobs(call) },
  read: { run: readLine },
  echo: { run: echo },
  printf: { run: printf },
  test: { run: test },
  '[': { run: test },
  '[[': { run: test },
};

function noJobs(call: Call): number {
  say(call, 'job control is disabled');
  return 2;
}
