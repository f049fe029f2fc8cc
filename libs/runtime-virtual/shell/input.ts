/** A shell that reads its commands from a descriptor: standard input, a script file, a terminal. One complete command at a time. */
import { fileOf, read } from '../kernel/descriptors.js';
import { beginEditing } from '../kernel/line-editor.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { RAN } from '../kernel/program.js';
import { unread } from '../kernel/unread.js';
import type { Process } from '../kernel/state.js';
import { emit } from './emit.js';
import { changedJobs } from './job-table.js';
import { beginExit } from './leave.js';
import { staysForJobs, STOPPED_JOBS } from './monitor.js';
import { parseScript } from './parse.js';
import { pushSource } from './state.js';
import type { Frame, Shell } from './state.js';
import { getVar } from './variables.js';

type Input = Extract<Frame, { t: 'input' }>;
const MAX_COMMAND = 1024 * 1024;

export function stepInput(k: Kernel, p: Process, sh: Shell, f: Input): number {
  if (sh.interactive && !f.prompted) {
    f.prompted = true;
    if (sh.monitor) emit(k, p, sh, 2, changedJobs(k, p, sh));
    const text = prompt(p, sh, f.text !== '');
    emit(k, p, sh, 2, text);
    const tty = fileOf(k, p, f.fd);
    if (tty?.kind === 'tty' && tty.ready.length === 0) beginEditing(tty, text);
    return RAN;
  }
  const data = read(k, p, f.fd);
  if (data === BLOCKED) return BLOCKED;
  if (typeof data === 'number' || data === '') {
    if (f.text === '') {
      if (staysForJobs(sh)) {
        f.prompted = false;
        emit(k, p, sh, 2, STOPPED_JOBS);
        return RAN;
      }
      if (sh.interactive) emit(k, p, sh, 2, '\n');
      beginExit(k, p, sh, sh.status);
      return RAN;
    }
    return run(sh, f);
  }
  // Only what belongs to this command is taken: the rest is for the command itself to read.
  const end = f.script ? data.length : data.indexOf('\n') + 1 || data.length;
  f.text += data.slice(0, end);
  if (end < data.length) unread(k, p, f.fd, data.slice(end));
  if (f.script) return RAN;
  f.prompted = false;
  if (!f.text.endsWith('\n')) return RAN;
  if (f.text.length < MAX_COMMAND && parseScript(f.text, sh.bash).incomplete) return RAN;
  return run(sh, f);
}

function run(sh: Shell, f: Input): number {
  const { text } = f;
  f.text = '';
  sh.warned >>= 1;
  if (text.trim() !== '') pushSource(sh, text);
  return RAN;
}

function prompt(p: Process, sh: Shell, more: boolean): string {
  const text = getVar(sh, more ? 'PS2' : 'PS1') ?? (more ? '> ' : sh.bash ? '\\u@\\h:\\w\\$ ' : '\\w \\$ ');
  const home = getVar(sh, 'HOME') ?? '';
  const cwd = home !== '/' && home !== '' && (p.cwd === home || p.cwd.startsWith(`${home}/`)) ? `~${p.cwd.slice(home.length)}` : p.cwd;
  return text
    .replaceAll('\\w', cwd)
    .replaceAll('\\W', cwd.split('/').pop() || '/')
    .replaceAll('\\$', p.uid === 0 ? '#' : '$')
    .replaceAll('\\u', p.uid === 0 ? 'root' : String(p.uid))
    .replaceAll('\\h', getVar(sh, 'HOSTNAME') ?? '')
    .replaceAll('\\n', '\n');
}
