/** wait, jobs, kill, trap, times: children and signals. */
import { ESRCH, errorMessage } from '../../kernel/errors.js';
import { kill as sendKill } from '../../kernel/processes.js';
import { SIGNAL_NAMES, signalNumber } from '../../kernel/signals.js';
import { collect, jobLine } from '../children.js';
import { singleQuote } from '../quote.js';
import { push, ShellError } from '../state.js';
import type { Job } from '../state.js';
import { applyTraps } from '../traps.js';
import type { Builtin, Call } from './types.js';
import { say } from './types.js';

/** The job that %n, %% or %- stands for. Throws ShellError where there is none. */
function jobNamed(call: Call, text: string): Job {
  const { jobs } = call.sh;
  const current = text === '%%' || text === '%+' || text === '%';
  const job = current ? jobs[jobs.length - 1] : text === '%-' ? jobs[jobs.length - 2] : jobs.find((other) => other.number === Number(text.slice(1)));
  if (!job) throw new ShellError(`${call.argv[0]}: line ${call.sh.file ? call.sh.line : 0}: ${current ? 'No current job' : `${text}: no such job`}`);
  return job;
}

/** The pid that a job or a number stands for. */
function pidOf(call: Call, text: string): number | undefined {
  if (text.startsWith('%')) return jobNamed(call, text).pids[0];
  return /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** fg and bg of a shell without job control. */
function noControl(call: Call): number {
  const job = jobNamed(call, call.argv[1] ?? '%%');
  say(call, `job ${job.number} not created under job control`);
  return 2;
}

function wait(call: Call): number | undefined {
  const { sh, argv } = call;
  const pids = argv.length > 1 ? argv.slice(1).map((arg) => childNamed(call, arg)) : null;
  push(sh, { t: 'waitfor', pids, index: 0 });
  return undefined;
}

function childNamed(call: Call, text: string): number {
  const pid = pidOf(call, text);
  if (pid === undefined) throw new ShellError(`wait: line ${call.sh.file ? call.sh.line : 0}: Illegal number: ${text}`);
  return pid;
}

function jobs(call: Call): number {
  const { k, p, sh } = call;
  collect(k, p, sh);
  for (const job of [...sh.jobs].reverse()) call.out += call.argv.includes('-p') ? `${job.pids[0]}\n` : jobLine(sh, job);
  sh.jobs = sh.jobs.filter((job) => !job.done);
  return 0;
}

export function kill(call: Call): number {
  const { k, p } = call;
  const args = call.argv.slice(1);
  if (args[0] === '-l' || args[0] === '-L') {
    if (args[1] === undefined) SIGNAL_NAMES.forEach((name, i) => i > 0 && (call.out += `${String(i).padStart(2)}) ${name}\n`));
    else for (const arg of args.slice(1)) call.out += /^\d+$/.test(arg) ? `${SIGNAL_NAMES[Number(arg) & 127] ?? arg}\n` : `${signalNumber(arg)}\n`;
    return 0;
  }
  let signal = 15;
  const first = args[0] ?? '';
  if (/^-[^-]/.test(first) && args.length > 0) {
    const name = first === '-s' ? (args.splice(0, 1), args[0]!) : first.slice(1);
    signal = signalNumber(name ?? '');
    if (signal < 0) {
      call.err += `sh: bad signal name '${name}'\n`;
      return 1;
    }
    args.shift();
  }
  if (args[0] === '--') args.shift();
  if (args.length === 0) {
    call.err += 'sh: you need to specify whom to kill\n';
    return 1;
  }
  let code = 0;
  for (const arg of args) {
    const pid = pidOf(call, arg);
    if (pid === undefined) {
      call.err += `sh: invalid number '${arg}'\n`;
      code = 1;
      continue;
    }
    const error = sendKill(k, p, pid, signal);
    if (error < 0) {
      call.err += `sh: can't kill pid ${pid}: ${errorMessage(error === 0 ? ESRCH : error)}\n`;
      code = 1;
    }
  }
  return code;
}

function trap(call: Call): number {
  const { p, sh } = call;
  const args = call.argv.slice(call.argv[1] === '--' ? 2 : 1);
  if (args.length === 0) {
    for (const name of Object.keys(sh.traps).sort((a, b) => SIGNAL_NAMES.indexOf(a) - SIGNAL_NAMES.indexOf(b))) {
      call.out += `trap -- ${singleQuote(String(sh.traps[name]))} ${name}\n`;
    }
    return 0;
  }
  const reset = args.length === 1 || /^\d+$/.test(args[0]!) || args[0] === '-';
  const action = reset ? undefined : args[0]!;
  const names = args.length === 1 ? args : /^\d+$/.test(args[0]!) ? args : args.slice(1);
  let code = 0;
  for (const text of names) {
    const signal = signalNumber(text);
    if (signal < 0) {
      say(call, `${text}: invalid signal specification`);
      code = 1;
      continue;
    }
    const { [SIGNAL_NAMES[signal]!]: _, ...others } = sh.traps;
    sh.traps = action === undefined ? others : { ...others, [SIGNAL_NAMES[signal]!]: action };
  }
  applyTraps(p, sh);
  return code;
}

export const jobControl: Record<string, Builtin> = {
  wait: { run: wait },
  fg: { run: noControl },
  bg: { run: noControl },
  jobs: { run: jobs },
  kill: { run: kill },
  trap: { special: true, run: trap },
  times: {
    special: true,
    run(call) {
      call.out += '0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n';
      return 0;
    },
  },
};
