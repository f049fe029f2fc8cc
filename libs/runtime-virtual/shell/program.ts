/** sh as a program of the kernel: how it starts, and its step. */
import { readWhole } from '../files/stat.js';
import { ENOENT, errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import type { Program } from '../kernel/program.js';
import { RAN } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { openPath, READ } from '../files/open.js';
import { attach } from '../kernel/open-files.js';
import { runCommand } from './command.js';
import { complain, complaint, emit } from './emit.js';
import { stepInput } from './input.js';
import { beginExit, checkErrexit, leave, unwind } from './leave.js';
import { setMonitor } from './monitor.js';
import { stepRead } from './read.js';
import { EXPORTED, newShell, push, pushSource, ShellError } from './state.js';
import type { Frame, Shell } from './state.js';
import { stepStructure } from './structure.js';
import { applyTraps, runTraps } from './traps.js';
import { stepEmit, stepForeground, stepResume, stepSubstitute, stepWait, stepWaitAll, stepWaitFor } from './waits.js';
import { isName } from './variables.js';

/** Where programs are looked for by a shell that was given no PATH. */
const FIRST_PATH = '/sbin:/usr/sbin:/bin:/usr/bin';

function setFirst(shell: Shell, name: string, value: string): void {
  shell.vars[name] = value;
  shell.flags[name] = EXPORTED;
}

export const sh: Program<Shell> = {
  init(argv, p, k) {
    const shell = newShell(argv[0] ?? 'sh', p.pid, now(k));
    for (const name of Object.keys(p.env)) {
      if (!isName(name)) continue;
      shell.vars[name] = p.env[name]!;
      shell.flags[name] = EXPORTED;
    }
    shell.vars['PWD'] = p.cwd;
    shell.flags['PWD'] = EXPORTED;
    shell.vars['SHLVL'] = String((Number(shell.vars['SHLVL']) || 0) + 1);
    shell.flags['SHLVL'] = EXPORTED;
    if (shell.vars['PATH'] === undefined) setFirst(shell, 'PATH', FIRST_PATH);
    shell.vars['PS1'] ??= p.program === 'bash' ? '\\u@\\h:\\w\\$ ' : '\\w \\$ ';
    shell.vars['PS2'] ??= '> ';
    shell.vars['PS4'] ??= '+ ';
    shell.vars['IFS'] = ' \t\n';
    shell.vars['OPTIND'] = '1';
    shell.vars['PPID'] = String(k.box.processes[p.parent]?.pid ?? 0);
    shell.bash = p.program === 'bash';
    shell.deaf = p.ignored;
    applyTraps(p, shell);
    try {
      begin(k, p, shell, argv);
    } catch (error) {
      fail(k, p, shell, error);
    }
    return shell;
  },
  step(k, p, shell) {
    try {
      return stepShell(k, p, shell);
    } catch (error) {
      fail(k, p, shell, error);
      return RAN;
    }
  },
};

/** Options, then: -c text, a script's path, or standard input. */
function begin(k: Kernel, p: Process, shell: Shell, argv: string[]): void {
  let i = 1;
  let text: string | undefined;
  let interactive = false;
  let fromInput = false;
  let command = false;
  for (; i < argv.length && /^[-+]./.test(argv[i]!); i++) {
    if (argv[i] === '--') {
      i++;
      break;
    }
    for (const letter of argv[i]!.slice(1)) {
      if (letter === 'c') command = true;
      else if (letter === 'i') interactive = true;
      else if (letter === 's') fromInput = true;
      else if (letter === 'o') i++;
      else if (letter !== 'l' && !shell.options.includes(letter)) shell.options += letter;
    }
    if (argv[i] === 'pipefail') shell.pipefail = true;
  }
  if (command) {
    text = argv[i++];
    if (text === undefined) throw new ShellError('-c requires an argument');
    if (argv[i] !== undefined) shell.name = argv[i++]!;
    shell.params = argv.slice(i);
    shell.options += 'c';
    return pushSource(shell, text);
  }
  const file = fromInput ? undefined : argv[i++];
  shell.params = argv.slice(i);
  if (file !== undefined) return runFile(k, p, shell, file);
  shell.options += 's';
  shell.interactive = interactive || (p.tty > 0 && p.files[0] === p.tty);
  push(shell, { t: 'input', fd: 0, text: '', prompted: false, script: false });
  if (!shell.interactive) return;
  const error = setMonitor(k, p, shell, true);
  applyTraps(p, shell);
  if (error !== '') complain(k, p, shell, error);
}

function runFile(k: Kernel, p: Process, shell: Shell, file: string): void {
  const found = readWhole(k, p, file);
  if (typeof found === 'number') {
    throw new ShellError(`can't open '${file}'${found === ENOENT ? ': No such file or directory' : `: ${errorMessage(found)}`}`, found === ENOENT ? 2 : 2);
  }
  const id = openPath(k, p, file, READ);
  if (id < 0) throw new ShellError(`can't open '${file}': ${errorMessage(id)}`);
  shell.name = file;
  shell.file = true;
  push(shell, { t: 'input', fd: attach(k, p, id, 10), text: '', prompted: false, script: true });
}

function stepShell(k: Kernel, p: Process, shell: Shell): number {
  if (p.pending && runTraps(k, p, shell)) return RAN;
  const frame = shell.frames[shell.frames.length - 1];
  if (!frame) return finish(shell);
  switch (frame.t) {
    case 'wait':
      return stepWait(k, p, shell, frame);
    case 'waitall':
      return stepWaitAll(k, p, shell, frame);
    case 'foreground':
      return stepForeground(k, p, shell, frame);
    case 'resume':
      return stepResume(k, p, shell, frame);
    case 'substitute':
      return stepSubstitute(k, p, shell, frame);
    case 'emit':
      return stepEmit(k, p, shell, frame);
    case 'waitfor':
      return stepWaitFor(k, p, shell, frame);
    case 'read':
      return stepRead(k, p, shell, frame);
    case 'input':
      return stepInput(k, p, shell, frame);
    case 'program':
      return stepProgram(k, p, shell, frame);
    case 'run':
      shell.frames.pop();
      return runCommand(k, p, shell, { argv: frame.argv, assigned: [], redirects: [], functions: frame.functions, path: frame.path, text: '' });
    case 'status':
      shell.frames.pop();
      shell.status = frame.status;
      return RAN;
    case 'failed':
      shell.frames.pop();
      shell.status = frame.status;
      if (frame.exit) beginExit(k, p, shell, frame.status);
      return RAN;
    case 'call':
      shell.frames.pop();
      leave(k, p, shell, frame);
      checkErrexit(k, p, shell);
      return RAN;
    case 'restore':
    case 'eval':
    case 'sourced':
    case 'trap':
      shell.frames.pop();
      leave(k, p, shell, frame);
      return RAN;
    default:
      return stepStructure(k, p, shell, frame);
  }
}

/** A builtin that takes more than one step. */
function stepProgram(k: Kernel, p: Process, shell: Shell, frame: Extract<Frame, { t: 'program' }>): number {
  const result = k.core.programs[frame.program]!.step(k, p, frame.state);
  if (result < 0) return result;
  shell.frames.pop();
  shell.status = result;
  checkErrexit(k, p, shell);
  return RAN;
}

function finish(shell: Shell): number {
  const action = shell.traps['EXIT'];
  if (typeof action !== 'string' || action === '' || shell.exiting) return shell.status & 255;
  shell.exiting = true;
  push(shell, { t: 'status', status: shell.status });
  pushSource(shell, action);
  return RAN;
}

/** An error of the script's: said, and the end of a shell that is not interactive. Anything else is a fault of ours. */
function fail(k: Kernel, p: Process, shell: Shell, error: unknown): void {
  if (!(error instanceof ShellError)) throw error;
  if (p.zombie) return;
  const line = error.named ? `${shell.name}: ${error.message}\n` : complaint(shell, error.message);
  if (shell.interactive) unwind(k, p, shell, 1);
  else beginExit(k, p, shell, error.status);
  shell.status = error.status;
  emit(k, p, shell, 2, line);
}
