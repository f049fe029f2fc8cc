/** cd, pwd, umask, ulimit, type, hash, alias, read, and the programs that the shell has built in. */
import { absolute, walk } from '../../files/walk.js';
import { DEFAULT_PATH, which } from '../../files/executable.js';
import { fileOf } from '../../kernel/descriptors.js';
import { access, stat } from '../../files/stat.js';
import { ENOENT, ENOTDIR, errorMessage } from '../../kernel/errors.js';
import { now } from '../../kernel/kernel.js';
import { parseMode } from '../../programs/modes.js';
import { echo } from '../../programs/echo.js';
import { printf } from '../../programs/printf.js';
import { test } from '../../programs/test.js';
import { singleQuote } from '../quote.js';
import { push, ShellError, where } from '../state.js';
import { getVar, isName, setVar } from '../variables.js';
import { describe } from './describe.js';
import { allBuiltins } from './names.js';
import { optionsOf } from './options.js';
import type { Builtin, Call } from './types.js';
import { say } from './types.js';
import { ulimit } from './ulimit.js';

function cd(call: Call): number {
  const { k, p, sh, argv } = call;
  const physical = argv.includes('-P');
  const args = argv.slice(1).filter((arg) => arg !== '-L' && arg !== '-P' && arg !== '--');
  const back = args[0] === '-';
  let target = back ? getVar(sh, 'OLDPWD') : (args[0] ?? getVar(sh, 'HOME'));
  if (target === undefined) {
    if (!back) return 0;
    target = p.cwd;
  }
  let show = back;
  if (!/^\.{0,2}(\/|$)/.test(target)) {
    const folders = (getVar(sh, 'CDPATH') ?? '').split(':').filter((folder) => folder !== '');
    const found = folders.map((folder) => `${folder}/${target}`).find((path) => isDirectory(call, path));
    if (found !== undefined) {
      target = found;
      show = true;
    }
  }
  const path = absolute(p.cwd, target);
  const place = walk(k, p, path);
  const error = typeof place === 'number' ? place : isDirectory(call, path) ? access(k, p, path, 1) : typeof stat(k, p, path) === 'number' ? ENOENT : ENOTDIR;
  if (error < 0) throw new ShellError(`cd: ${where(sh)}can't cd to ${target}: ${errorMessage(error)}`);
  setVar(sh, 'OLDPWD', p.cwd);
  p.cwd = physical && typeof place !== 'number' ? place.path : path;
  setVar(sh, 'PWD', p.cwd);
  if (show) call.out += `${p.cwd}\n`;
  return 0;
}

function isDirectory({ k, p }: Call, path: string): boolean {
  const found = stat(k, p, path);
  return typeof found !== 'number' && found.type === 'dir';
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
  // Letters say what is allowed, digits what is not.
  const allowed = /^\d/.test(arg) ? undefined : parseMode(arg, ~p.umask & 0o777, false, p.umask);
  const mask = allowed === undefined ? (/^[0-7]{1,4}$/.test(arg) ? parseInt(arg, 8) : undefined) : ~allowed;
  if (mask === undefined) throw new ShellError(`umask: ${where(sh)}illegal mode: ${arg}`);
  p.umask = mask & 0o777;
  return 0;
}

function pwd(call: Call): number {
  const { k, p, argv } = call;
  const place = argv[1] === '-P' ? walk(k, p, p.cwd) : undefined;
  call.out += `${typeof place === 'object' ? place.path : p.cwd}\n`;
  return 0;
}

function hash(call: Call): number {
  let code = 0;
  for (const name of optionsOf(call, 'r').rest) {
    if (typeof which(call.k, call.p, name, getVar(call.sh, 'PATH') ?? DEFAULT_PATH) === 'string') continue;
    say(call, `${name}: not found`);
    code = 1;
  }
  return code;
}

function alias(call: Call): number {
  const { sh, argv } = call;
  const aliases = sh.aliases ?? {};
  const show = (name: string) => `${name}=${singleQuote(aliases[name]!)}\n`;
  if (argv.length === 1) for (const name of Object.keys(aliases).sort()) call.out += show(name);
  let code = 0;
  for (const arg of argv.slice(1)) {
    const at = arg.indexOf('=');
    if (at > 0) {
      sh.aliases = { ...sh.aliases, [arg.slice(0, at)]: arg.slice(at + 1) };
      sh.aliased = `${sh.source}/${sh.line}`;
    }
    else if (Object.hasOwn(aliases, arg)) call.out += show(arg);
    else {
      call.err += `alias: ${arg} not found\n`;
      code = 1;
    }
  }
  return code;
}

function unalias(call: Call): number {
  const { sh, argv } = call;
  let code = 0;
  if (argv[1] === '-a') sh.aliases = null;
  else {
    for (const name of argv.slice(1)) {
      const aliases = sh.aliases ?? {};
      if (Object.hasOwn(aliases, name)) sh.aliases = Object.fromEntries(Object.entries(aliases).filter(([other]) => other !== name));
      else {
        call.err += `unalias: ${name} not found\n`;
        code = 1;
      }
    }
  }
  return code;
}

/** Messages of the builtin begin with the shell's name. */
function asShell(call: Call): number {
  const io = { ...call, argv: ['sh', ...call.argv.slice(1)] };
  const code = printf(io);
  call.out = io.out;
  call.err = io.err;
  return code;
}

function help(call: Call): number {
  call.out += `Built-in commands:\n------------------\n\t${allBuiltins().join(' ')}\n`;
  return 0;
}

/** The number that an option wants; throws ShellError for anything else. */
function numberOf(call: Call, text: string, pattern: RegExp, what: string): number {
  if (!pattern.test(text)) throw new ShellError(`read: ${where(call.sh)}invalid ${what}`);
  return Number(text);
}

function readLine(call: Call): number | undefined {
  const { k, sh } = call;
  const { options, rest } = optionsOf(call, 'p:u:rt:n:sd:');
  let prompt = '';
  const frame = { t: 'read' as const, names: rest, raw: false, escaped: false, text: '', limit: 0, taken: 0, delimiter: '\n', fd: 0, until: 0, silent: false };
  for (const [letter, value] of options) {
    if (letter === 'r') frame.raw = true;
    else if (letter === 's') frame.silent = true;
    else if (letter === 'p') prompt = value;
    else if (letter === 'd') frame.delimiter = value[0] ?? '\0';
    else if (letter === 'n') frame.limit = numberOf(call, value, /^\d+$/, 'count');
    else if (letter === 'u') frame.fd = numberOf(call, value, /^\d+$/, 'file descriptor');
    else frame.until = now(k) + Math.round(numberOf(call, value, /^\d*\.?\d*$/, 'timeout') * 1000);
  }
  for (const name of rest) {
    if (!isName(name)) {
      call.err += `sh: read: '${name}': bad variable name\n`;
      return 1;
    }
  }
  if (fileOf(k, call.p, frame.fd)?.kind === 'tty') call.err += prompt;
  push(sh, frame);
  return undefined;
}

export const misc: Record<string, Builtin> = {
  cd: { run: cd },
  pwd: { run: pwd },
  umask: { run: umask },
  ulimit: { run: ulimit },
  type: { run: (call) => describe(call, call.argv.slice(call.argv[1] === '-a' ? 2 : 1), true) },
  hash: { run: hash },
  alias: { run: alias },
  unalias: { run: unalias },
  help: { run: help },
  read: { run: readLine },
  echo: { run: echo },
  printf: { run: asShell },
  test: { run: test },
  '[': { run: test },
  '[[': { run: test },
};
