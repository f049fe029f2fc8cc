/** Frames that wait: for children, for the output of a substitution, for room to write. */
import { read } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { OutOfMemory } from '../kernel/memory.js';
import { close } from '../kernel/open-files.js';
import { reap } from '../kernel/processes.js';
import { RAN } from '../kernel/program.js';
import { SIGINT } from '../kernel/signals.js';
import type { Process } from '../kernel/state.js';
import { emit, pour } from './emit.js';
import { collect, dropJob, jobOf, jobSignal, jobStatus, signalMessage } from './job-table.js';
import { checkErrexit } from './leave.js';
import { giveTerminal, resume } from './monitor.js';
import { push } from './state.js';
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

/** A job in the foreground, until it has ended or is stopped; then the terminal is the shell's again. */
export function stepForeground(k: Kernel, p: Process, sh: Shell, f: Of<'foreground'>): number {
  collect(k, p, sh);
  const job = sh.jobs.find(({ number }) => number === f.job);
  if (job?.state === 'running') return BLOCKED;
  sh.frames.pop();
  giveTerminal(k, p, p.group);
  if (!job) return RAN;
  sh.status = jobStatus(sh, job);
  if (job.state === 'stopped') return RAN;
  dropJob(sh, job);
  // Who is interrupted takes the rest of the line along.
  if (jobSignal(job) === SIGINT) p.pending |= 1 << SIGINT;
  const messages = job.members.map((member) => signalMessage(member.signal)).join('');
  checkErrexit(k, p, sh);
  if (messages !== '') emit(k, p, sh, 2, messages);
  return RAN;
}

/** `fg`: one job after another. */
export function stepResume(k: Kernel, p: Process, sh: Shell, f: Of<'resume'>): number {
  const number = f.jobs.shift();
  const job = sh.jobs.find((other) => other.number === number);
  if (!job) {
    sh.frames.pop();
    return RAN;
  }
  resume(k, p, sh, job, true);
  push(sh, { t: 'foreground', job: job.number });
  emit(k, p, sh, 1, `${job.members.map(({ text }) => text).join(' | ')}\n`);
  return RAN;
}

/** The builtin wait: for all jobs (or for the first of them to end), or one after another for those named. The last one's status. */
export function stepWaitFor(k: Kernel, p: Process, sh: Shell, f: Of<'waitfor'>): number {
  collect(k, p, sh);
  let messages = '';
  if (f.one) {
    const ended = sh.jobs.find((job) => job.state === 'done' && !job.told);
    if (!ended && sh.jobs.some((job) => job.state === 'running')) return BLOCKED;
    if (ended) ended.told = true;
    sh.status = ended ? jobStatus(sh, ended) : 127;
  } else if (!f.pids) {
    if (sh.jobs.some((job) => job.state === 'running')) return BLOCKED;
    for (const job of sh.jobs) job.told = true;
    sh.status = 0;
  } else {
    while (f.index < f.pids.length) {
      const job = jobOf(sh, f.pids[f.index]!);
      if (job?.state === 'running') {
        if (messages === '') return BLOCKED;
        emit(k, p, sh, 2, messages);
        return RAN;
      }
      sh.status = job ? jobStatus(sh, job) : 127;
      if (job) job.told = true;
      f.index++;
      messages += job ? signalMessage(jobSignal(job)) : '';
    }
  }
  sh.frames.pop();
  checkErrexit(k, p, sh);
  if (messages !== '') emit(k, p, sh, 2, messages);
  return RAN;
}
