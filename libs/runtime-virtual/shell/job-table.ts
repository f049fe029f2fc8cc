/** A shell's jobs: what it started in the background, and under job control also what runs in the foreground and may be stopped. */
import type { Kernel } from '../kernel/kernel.js';
import { reap } from '../kernel/processes.js';
import { SIGINT, SIGNAL_MESSAGES, SIGPIPE } from '../kernel/signals.js';
import type { Process } from '../kernel/state.js';
import type { Job, Member, Shell } from './state.js';

/** The last in `sh.jobs` is the current one. A new job comes before those that are stopped, a stopped one is the current one. */
function place(sh: Shell, job: Job): void {
  const jobs = sh.jobs.filter((other) => other !== job);
  let at = jobs.length;
  if (job.state !== 'stopped') while (at > 0 && jobs[at - 1]!.state === 'stopped') at--;
  jobs.splice(at, 0, job);
  sh.jobs = jobs;
}

/** Notes children as a job. Their texts are known only under job control. */
export function addJob(k: Kernel, p: Process, sh: Shell, children: Process[], texts: string[]): Job {
  collect(k, p, sh);
  if (!sh.monitor) sh.jobs = sh.jobs.filter((job) => job.state !== 'done' || !job.told);
  const taken = new Set(sh.jobs.map((job) => job.number));
  let number = 1;
  while (taken.has(number)) number++;
  const members = children.map((child, i): Member => ({ id: child.id, pid: child.pid, text: sh.monitor ? texts[i]! : '', ended: false, status: 0, signal: 0, stop: 0 }));
  const job: Job = { number, members, state: 'running', control: sh.monitor, changed: false, told: false };
  place(sh, job);
  return job;
}

export function dropJob(sh: Shell, job: Job): void {
  sh.jobs = sh.jobs.filter((other) => other !== job);
}

/** The job goes on, in the foreground or background. */
export function continued(sh: Shell, job: Job): void {
  job.state = 'running';
  for (const member of job.members) member.stop = 0;
  place(sh, job);
}

/** Looks what has become of the children: those that have ended are reaped; under job control, stopped ones are noticed. */
export function collect(k: Kernel, p: Process, sh: Shell): void {
  for (const job of sh.jobs.slice()) {
    if (job.state === 'done' || !lookAt(k, p, sh, job)) continue;
    if (job.members.some((member) => !member.ended && member.stop === 0)) job.state = 'running';
    else {
      job.state = job.members.every((member) => member.ended) ? 'done' : 'stopped';
      job.changed = true;
      if (job.state === 'stopped') place(sh, job);
    }
  }
}

function lookAt(k: Kernel, p: Process, sh: Shell, job: Job): boolean {
  let changed = false;
  for (const member of job.members) {
    const child = k.box.processes[member.id];
    // A subshell that runs `jobs` knows its parent's, and cannot wait for them.
    if (member.ended || (child && child.parent !== p.id)) continue;
    const ended = reap(k, p, member.id);
    if (ended) Object.assign(member, { ended: true, status: ended.code, signal: ended.signal, stop: 0 });
    else if (sh.monitor && child && child.stopped !== 0 && member.stop === 0) member.stop = child.stopped;
    else continue;
    changed = true;
  }
  return changed;
}

/** 128 and the signal where it is stopped. */
export function jobStatus(sh: Shell, job: Job): number {
  const statusOf = (member: Member) => (member.stop ? 128 + member.stop : member.status);
  const failed = sh.pipefail ? job.members.filter((member) => statusOf(member) !== 0).pop() : undefined;
  return statusOf(failed ?? job.members[job.members.length - 1]!);
}

/** What ended the last of its processes; 0: it exited. */
export function jobSignal(job: Job): number {
  return job.members[job.members.length - 1]!.signal;
}

export function jobOf(sh: Shell, pid: number): Job | undefined {
  return sh.jobs.find((job) => job.members.some((member) => member.pid === pid));
}

const words = (signal: number) => SIGNAL_MESSAGES[signal] ?? `Signal ${signal}`;

/** As `jobs` and a prompt show it; `pids`: with a line for each of its processes. */
export function jobLine(sh: Shell, job: Job, pids = false): string {
  const at = sh.jobs.length - 1 - sh.jobs.indexOf(job);
  const last = job.members[job.members.length - 1]!;
  const stop = job.members.find((member) => member.stop !== 0)?.stop ?? 0;
  const done = last.signal ? words(last.signal) : last.status === 0 ? 'Done' : `Done(${last.status})`;
  const state = job.state === 'running' ? 'Running' : job.state === 'stopped' ? words(stop) : done;
  const number = `[${job.number}]`;
  const head = `${number}${at === 0 ? '+' : at === 1 ? '-' : ' '}  `;
  const first = `${head}${pids ? `${job.members[0]!.pid} ` : ''}${state}`;
  const lines = [`${first.padEnd(32)} ${job.members[0]!.text}`];
  for (const { pid, text } of job.members.slice(1)) {
    if (pids) lines.push(`\n${`${' '.repeat(head.length)}${pid} `.padEnd(32)} | ${text}`);
    else lines.push(` | ${text}`);
  }
  return `${lines.join('')}\n`;
}

/** Before a prompt: which jobs have ended or stopped. */
export function changedJobs(k: Kernel, p: Process, sh: Shell): string {
  collect(k, p, sh);
  const changed = [...sh.jobs].reverse().filter((job) => job.changed);
  let text = '';
  for (const job of changed) text += tell(sh, job);
  return text;
}

/** A job's line; one that has ended is forgotten with it. */
export function tell(sh: Shell, job: Job, pids = false): string {
  const line = jobLine(sh, job, pids);
  job.changed = false;
  if (job.state === 'done') dropJob(sh, job);
  return line;
}

/** What the shell says when a signal has ended its foreground child. */
export function signalMessage(signal: number): string {
  if (signal === 0 || signal === SIGINT || signal === SIGPIPE) return '';
  return `${words(signal)}\n`;
}
