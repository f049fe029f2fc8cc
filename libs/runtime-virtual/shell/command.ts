/** Simple commands: expanded, then run as an assignment, a function, a builtin or a program. */
import { resolveOn, which, DEFAULT_PATH } from '../files/executable.js';
import { readWhole } from '../files/stat.js';
import { EACCES, ENOENT, ENOEXEC, ENOTDIR, errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { become } from '../kernel/processes.js';
import { RAN } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { builtinOf } from './builtins/index.js';
import type { Builtin, Call } from './builtins/types.js';
import { foreground, startProgram } from './children.js';
import { complain, emit } from './emit.js';
import { expanding } from './expanding.js';
import { checkErrexit } from './leave.js';
import type { CommandNode, Node, Redirect } from './nodes.js';
import type { Expander } from './expand.js';
import { quoteIfNeeded } from './quote.js';
import type { Opened } from './redirect.js';
import { redirect } from './redirect.js';
import { EXPORTED, MAX_NODES, push, pushNode, pushSource, ShellError, where } from './state.js';
import type { Frame, Shell } from './state.js';
import { ignoredByChildren } from './traps.js';
import { addFlags, environment, flagsOf, getVar, setVar } from './variables.js';

/** A command whose words are expanded. `functions`: its name may stand for one. `path`: the PATH that it is looked for on, '' the shell's. */
interface Ready {
  argv: string[];
  assigned: [string, string][];
  redirects: Opened[];
  functions: boolean;
  path: string;
  /** As it is written; '' where that is not known. */
  text: string;
}
const NONE: never[] = [];

export function stepCommand(k: Kernel, p: Process, sh: Shell, f: Extract<Frame, { t: 'command' }>, node: CommandNode): number {
  if (sh.within !== 'eval') sh.line = node.line;
  sh.source = f.s;
  const first = node.words[0];
  if (sh.aliases && typeof first === 'string' && node.assignments.length === 0 && Object.hasOwn(sh.aliases, first) && sh.aliased !== `${f.s}/${node.line}`) {
    return expandAlias(sh, node, first, sh.aliases[first]!);
  }
  if (f.subs.length === 0) sh.substituted = 0;
  let ready: Ready | undefined;
  if (node.argv && node.redirects.length === 0 && node.assignments.length === 0) ready = { argv: node.argv, assigned: NONE, redirects: NONE, functions: true, path: '', text: node.text };
  else ready = expanding(k, p, sh, f, (expander) => expandCommand(expander, node));
  if (!ready) return RAN;
  sh.frames.pop();
  if (sh.options.includes('x')) trace(k, p, sh, ready);
  if (ready.argv.length === 0) return assignOnly(k, p, sh, ready);
  return runCommand(k, p, sh, ready);
}

/** The command again, its first word replaced; the alias's own name in it stands for the command. */
function expandAlias(sh: Shell, node: CommandNode, name: string, value: string): number {
  sh.frames.pop();
  const again = new RegExp(`^\\s*${name.replace(/[^\w]/g, '\\$&')}(?!\\S)`).test(value);
  let rest = node.text.slice(node.text.indexOf(name) + name.length);
  // After an alias that ends with a blank the next word may be one too.
  const next = /^\s*(\w[^\s;&|<>()$`"'\\]*)/.exec(rest);
  if (/\s$/.test(value) && next && Object.hasOwn(sh.aliases!, next[1]!)) rest = ` ${sh.aliases![next[1]!]!}${rest.slice(next[0].length)}`;
  pushSource(sh, `${again ? `\\${value.trimStart()}` : value}${rest}`);
  return RAN;
}

function expandTargets(expander: Expander, redirects: Redirect[]): Opened[] {
  return redirects.map(({ operator, fd, target }) => ({ operator, fd, target: expander.text(target) }));
}

function expandCommand(expander: Expander, node: CommandNode): Ready {
  const argv: string[] = [];
  node.words.forEach((word, i) => {
    if (node.whole.includes(i)) argv.push(expander.text(word));
    else expander.fields(word, argv);
  });
  const redirects = expandTargets(expander, node.redirects);
  const assigned: [string, string][] = [];
  for (const { name, value } of node.assignments) {
    const text = expander.text(value);
    assigned.push([name, text]);
    // Later values see earlier ones; without a command they stay.
    if (argv.length === 0) expander.set(name, text);
  }
  return { argv, assigned, redirects, functions: true, path: '', text: node.text };
}

function assignOnly(k: Kernel, p: Process, sh: Shell, { redirects, assigned }: Ready): number {
  for (const [name] of assigned) if (name === 'PATH') sh.env = null;
  sh.status = sh.substituted;
  if (redirects.length > 0) {
    const saved: [number, number][] = [];
    push(sh, { t: 'restore', saved, vars: {}, flags: {} });
    redirectOrFail(k, p, sh, redirects, saved, false);
  }
  checkErrexit(k, p, sh);
  return RAN;
}

/** Whether the redirections worked. A special builtin's that did not end the shell. */
function redirectOrFail(k: Kernel, p: Process, sh: Shell, redirects: Opened[], saved: [number, number][] | null, special: boolean): boolean {
  try {
    redirect(k, p, sh, redirects, saved);
    return true;
  } catch (error) {
    // Status 2: the redirection makes no sense at all.
    if (!(error instanceof ShellError) || error.status === 2 || (special && !sh.interactive)) throw error;
    sh.status = error.status;
    complain(k, p, sh, error.message);
    checkErrexit(k, p, sh);
    return false;
  }
}

/** Runs an expanded command. */
export function runCommand(k: Kernel, p: Process, sh: Shell, plan: Ready): number {
  const { argv, redirects, assigned } = plan;
  const name = argv[0]!;
  const builtin = builtinOf(name);
  const found = plan.functions ? sh.functions[name] : undefined;
  const body = typeof found === 'number' && !builtin?.special ? found : -1;
  if (body < 0 && !builtin) return runExternal(k, p, sh, plan);
  const keep = builtin?.special === true && body < 0;
  if (redirects.length > 0 || (assigned.length > 0 && !keep)) {
    const frame: Extract<Frame, { t: 'restore' }> = { t: 'restore', saved: [], vars: {}, flags: {} };
    // `exec` without a command changes the shell's own descriptors.
    if (name === 'exec' && body < 0 && argv.length === 1) {
      redirect(k, p, sh, redirects, null);
    } else {
      push(sh, frame);
      if (!redirectOrFail(k, p, sh, redirects, frame.saved, keep)) return RAN;
    }
    if (!keep) for (const [variable, value] of assigned) assignTemporary(sh, frame, variable, value);
  }
  if (keep) for (const [variable, value] of assigned) setVar(sh, variable, value);
  if (body >= 0) {
    push(sh, { t: 'call', params: sh.params, locals: {}, localFlags: {}, options: null, line: sh.line });
    sh.params = argv.slice(1);
    pushNode(sh, Math.floor(body / MAX_NODES), body % MAX_NODES);
    return RAN;
  }
  const call = { k, p, sh, argv, out: '', err: '' };
  const depth = sh.frames.length;
  const status = runBuiltin(builtin!, call, builtin!.special === true && plan.functions);
  if (status !== undefined) sh.status = status;
  if (p.zombie) return RAN;
  if (call.out !== '') emit(k, p, sh, 1, call.out);
  if (call.err !== '') emit(k, p, sh, 2, call.err);
  if (status !== undefined && sh.frames.length >= depth) checkErrexit(k, p, sh);
  return RAN;
}

/** A mistake in a special builtin ends the shell, in another one only the command. */
function runBuiltin(builtin: Builtin, call: Call, special: boolean): number | undefined {
  const { sh, argv } = call;
  try {
    return builtin.run(call);
  } catch (error) {
    if (!(error instanceof ShellError)) throw error;
    const message = error.message.startsWith(`${argv[0]}: `) ? error.message : `${argv[0]}: ${where(sh)}${error.message}`;
    if (special) throw new ShellError(message, error.status, true);
    call.err += `${sh.name}: ${message}\n`;
    return error.status;
  }
}

function assignTemporary(sh: Shell, frame: Extract<Frame, { t: 'restore' }>, name: string, value: string): void {
  if (!(name in frame.vars)) {
    frame.vars[name] = getVar(sh, name) ?? 0;
    frame.flags[name] = flagsOf(sh, name);
  }
  setVar(sh, name, value);
  addFlags(sh, name, EXPORTED);
}

function runExternal(k: Kernel, p: Process, sh: Shell, plan: Ready): number {
  const { argv, redirects, assigned } = plan;
  // Nothing comes after this command: the shell's own process becomes it.
  const last = sh.frames.length === 0 && Object.keys(sh.traps).length === 0 && !sh.interactive;
  if (redirects.length > 0) {
    const saved: [number, number][] = [];
    if (!last) push(sh, { t: 'restore', saved, vars: {}, flags: {} });
    if (!redirectOrFail(k, p, sh, redirects, last ? null : saved, false)) return RAN;
  }
  const more = assigned.length > 0 ? Object.fromEntries(assigned) : null;
  const path = plan.path || (more?.['PATH'] ?? getVar(sh, 'PATH') ?? DEFAULT_PATH);
  const command = findProgram(k, p, argv, path);
  if (typeof command === 'number') {
    sh.status = command === ENOENT || command === ENOTDIR ? 127 : 126;
    complain(k, p, sh, `${argv[0]}: ${argv[0] === '' ? 'Permission denied' : sh.status === 127 ? (sh.bash ? 'command not found' : 'not found') : errorMessage(command)}`);
    checkErrexit(k, p, sh);
    return RAN;
  }
  if (last) {
    p.ignored = ignoredByChildren(sh);
    become(k, p, command.program, command.argv, more ? { ...environment(sh), ...more } : environment(sh));
    return RAN;
  }
  const child = startProgram(k, p, sh, command.program, command.argv, more);
  if (sh.monitor) foreground(k, p, sh, [child], [plan.text || argv.join(' ')]);
  else push(sh, { t: 'wait', child: child.id });
  return RAN;
}

/** A text without `#!` is run by the shell itself. */
export function findProgram(k: Kernel, p: Process, argv: string[], path: string): { program: string; argv: string[] } | number {
  const command = resolveOn(k, p, argv, path);
  if (command !== ENOEXEC) return command;
  const file = which(k, p, argv[0]!, path);
  if (typeof file === 'number') return file;
  const text = readWhole(k, p, file);
  if (typeof text === 'number') return text;
  return text.slice(0, 128).includes('\0') ? EACCES : { program: 'sh', argv: ['sh', file, ...argv.slice(1)] };
}

/** `{ ..; } > f` and its like. */
export function stepRedirected(k: Kernel, p: Process, sh: Shell, f: Extract<Frame, { t: 'redirected' }>, node: Extract<Node, { t: 'redirected' }>): number {
  const redirects = expanding(k, p, sh, f, (expander) => expandTargets(expander, node.redirects));
  if (!redirects) return RAN;
  sh.frames.pop();
  const saved: [number, number][] = [];
  push(sh, { t: 'restore', saved, vars: {}, flags: {} });
  if (redirectOrFail(k, p, sh, redirects, saved, false)) pushNode(sh, f.s, node.body);
  return RAN;
}

function trace(k: Kernel, p: Process, sh: Shell, { argv, assigned }: Ready): void {
  emit(k, p, sh, 2, `${getVar(sh, 'PS4') ?? '+ '}${[...assigned.map(([name, value]) => `${name}=${quoteIfNeeded(value)}`), ...argv.map(quoteIfNeeded)].join(' ')}\n`);
}
