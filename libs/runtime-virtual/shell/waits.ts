/** Frames that wait: for children, for the output of a substitution, for room to write. */
import { read } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { OutOfMemory } from '../kernel/memory.js';
import { close } from '../kernel/open-files.js';
import { reap } from '../kernel/processes.js';
import { RAN } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { collect, jobOf, signalMessage } from './children.js';
import { emit, pour } from './emit.js';
import { checkErrexit } from './leave.js';
import type { Frame, Shell } from './state.js';

type Of<T extends Frame['t']> = Extract<Frame, { t: T }>;
const MAX_SUBSTITUTION = 16 * 1024 * 1024;

/** A foreground child. */
export function stepWait(k: Kernel, p: Process, sh: Shell, f: Of<'wait'>): number {
  const ended = reap(k, p, f.child);
  if (!ended) return BLOCKED;
  sh.frames.pop();
  sh.status = ended.code;
  const message = signalMessage(ended.signal);
  checkErrexit(k, p, sh);
  if (message !== '') emit(k, p, sh, 2, message);
  return RAN;
}

/** The children of a pipeline. */
export function stepWaitAll(k: Kernel, p: Process, sh: Shell, f: Of<'waitall'>): number {
  let waiting = false;
  let messages = '';
  f.children.forEach((child, i) => {
    if (f.statuses[i]! >= 0) return;
    const ended = reap(k, p, child);
    if (ended) {
      f.statuses[i] = ended.code;
      messages += signalMessage(ended.signal);
    } else waiting = true;
  });
  if (messages !== '') emit(k, p, sh, 2, messages);
  if (waiting) return messages === '' ? BLOCKED : RAN;
  sh.frames.splice(sh.frames.indexOf(f), 1);
  const failed = sh.pipefail ? f.statuses.filter((status) => status !== 0).pop() : undefined;
  sh.status = failed ?? f.statuses[f.statuses.length - 1]!;
  checkErrexit(k, p, sh);
  return RAN;
}

/** Collects what a command substitution prints; its result goes to the frame below. */
export function stepSubstitute(k: Kernel, p: Process, sh: Shell, f: Of<'substitute'>): number {
  const data = read(k, p, f.fd);
  if (data === BLOCKED) return BLOCKED;
  if (typeof data === 'string' && data !== '') {
    f.text += data.replaceAll('\0', '');
    if (f.text.length > MAX_SUBSTITUTION) throw new OutOfMemory('output of a substitution');
    return RAN;
  }
  const ended = reap(k, p, f.child);
  if (!ended) return BLOCKED;
  close(k, p, f.fd);
  sh.frames.pop();
  sh.substituted = ended.code;
  const message = signalMessage(ended.signal);
  let end = f.text.length;
  while (f.text[end - 1] === '\n') end--;
  const below = sh.frames[sh.frames.length - 1];
  if (below && 'subs' in below) below.subs.push(f.text.slice(0, end));
  if (message !== '') emit(k, p, sh, 2, message);
  return RAN;
}

export function stepEmit(k: Kernel, p: Process, sh: Shell, f: Of<'emit'>): number {
  sh.frames.pop();
  const rest = pour(k, p, sh, f.fd, f.text);
  if (rest === '') return RAN;
  sh.frames.push({ ...f, text: rest });
  return rest.length < f.text.length ? RAN : BLOCKED;
}

/** The builtin wait: for all jobs, or one after another for those named. The last one's status. */
export function stepWaitFor(k: Kernel, p: Process, sh: Shell, f: Of<'waitfor'>): number {
  collect(k, p, sh);
  let messages = '';
  if (!f.pids) {
    if (sh.jobs.some((job) => !job.done)) return BLOCKED;
    for (const job of sh.jobs) job.told = true;
    sh.status = 0;
  } else {
    while (f.index < f.pids.length) {
      const job = jobOf(sh, f.pids[f.index]!);
      if (job && !job.done) {
        if (messages === '') return BLOCKED;
        emit(k, p, sh, 2, messages);
        return RAN;
      }
      sh.status = job ? job.status : 127;
      if (job) job.told = true;
      f.index++;
      messages += signalMessage(job?.signal ?? 0);
    }
  }
  sh.frames.pop();
  checkErrexit(k, p, sh);
  if (messages !== '') emit(k, p, sh, 2, messages);
  return RAN;
}
