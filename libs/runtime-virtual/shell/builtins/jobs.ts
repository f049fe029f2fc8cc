/** wait, jobs, kill, trap, times: children and signals. */
import { errorMessage } from '../../kernel/errors.js';
import { kill as sendKill } from '../../kernel/processes.js';
import { SIGNAL_NAMES, signalNumber } from '../../kernel/signals.js';
import { collect, tell } from '../job-table.js';
import { resume } from '../monitor.js';
import { singleQuote } from '../quote.js';
import { push, ShellError, where } from '../state.js';
import type { Job } from '../state.js';
import { applyTraps } from '../traps.js';
import { optionsOf } from './options.js';
import type { Builtin, Call } from './types.js';
import { say } from './types.js';

const wrong = ({ argv, sh }: Call, message: string) => new ShellError(`${argv[0]}: ${where(sh)}${message}`);

/** The job that %n, %%, %-, %text or %?text stands for; without a name the current one. Throws ShellError where there is none. */
function jobNamed(call: Call, text = '%%', control = false): Job {
  const { jobs } = call.sh;
  const name = text.slice(1);
  const missing = () => wrong(call, `${text}: no such job`);
  if (!text.startsWith('%')) throw missing();
  let job: Job | undefined;
  if (name === '' || name === '%' || name === '+' || name === '-') {
    job = jobs[jobs.length - (name === '-' ? 2 : 1)];
    if (!job) throw wrong(call, name === '-' ? 'No previous job' : 'No current job');
  } else if (/^\d+$/.test(name)) job = jobs.find((other) => other.number === Number(name));
  else {
    const fitting = jobs.filter(({ members }) => (name.startsWith('?') ? members[0]!.text.includes(name.slice(1)) : members[0]!.text.startsWith(name)));
    if (fitting.length > 1) throw wrong(call, `${text}: ambiguous`);
    job = fitting[0];
  }
  if (!job) throw missing();
  if (control && !job.control) throw wrong(call, `job ${call.argv[1] ?? '(null)'} not created under job control`);
  return job;
}

/** The pids that a job or a number stands for; -n: a process group. */
function pidsOf(call: Call, text: string): number[] | undefined {
  if (text.startsWith('%')) {
    const { control, members } = jobNamed(call, text);
    return control ? [-members[0]!.pid] : members.map(({ pid }) => pid);
  }
  return /^-?\d+$/.test(text) ? [Number(text)] : undefined;
}

const named = ({ argv }: Call): (string | undefined)[] => {
  const names = argv.slice(argv[1] === '--' ? 2 : 1);
  return names.length > 0 ? names : [undefined];
};

function fg(call: Call): number | undefined {
  const jobs = named(call).map((name) => jobNamed(call, name, true).number);
  push(call.sh, { t: 'resume', jobs });
  return undefined;
}

function bg(call: Call): number {
  const { k, p, sh } = call;
  for (const name of named(call)) {
    const job = jobNamed(call, name, true);
    call.out += `[${job.number}] ${job.members.map(({ text }) => text).join(' | ')}\n`;
    if (job.state !== 'done') resume(k, p, sh, job, false);
  }
  return 0;
}

function wait(call: Call): number | undefined {
  const { sh } = call;
  const { options, rest: args } = optionsOf(call, 'n');
  const one = options.length > 0;
  const pids = args.length > 0 ? args.map((arg) => childNamed(call, arg)) : null;
  push(sh, { t: 'waitfor', pids, index: 0, one: one && !pids });
  return undefined;
}

function childNamed(call: Call, text: string): number {
  const pid = text.startsWith('%') ? jobNamed(call, text).members.at(-1)!.pid : /^\d+$/.test(text) ? Number(text) : undefined;
  if (pid === undefined) throw wrong(call, `Illegal number: ${text}`);
  return pid;
}

function jobs(call: Call): number {
  const { k, p, sh } = call;
  const { options, rest: names } = optionsOf(call, 'lp');
  const pids = options.some(([letter]) => letter === 'l');
  const leaders = options.some(([letter]) => letter === 'p');
  collect(k, p, sh);
  const shown = names.length > 0 ? names.map((name) => jobNamed(call, name)) : [...sh.jobs].reverse();
  for (const job of shown) call.out += leaders ? `${job.members[0]!.pid}\n` : tell(sh, job, pids);
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
  const targets = args.map((arg) => [arg, pidsOf(call, arg)] as const);
  for (const [arg, pids] of targets) {
    if (!pids) {
      call.err += `sh: invalid number '${arg}'\n`;
      code = 1;
      continue;
    }
    for (const pid of pids) {
      const error = sendKill(k, p, pid, signal);
      if (error >= 0) continue;
      call.err += `sh: can't kill pid ${pid}: ${errorMessage(error)}\n`;
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
    const name = text === 'ERR' ? text : SIGNAL_NAMES[signal];
    if (name === undefined) {
      say(call, `${text}: invalid signal specification`);
      code = 1;
      continue;
    }
    const { [name]: _, ...others } = sh.traps;
    sh.traps = action === undefined ? others : { ...others, [name]: action };
  }
  applyTraps(p, sh);
  return code;
}

export const jobControl: Record<string, Builtin> = {
  wait: { run: wait },
  fg: { run: fg },
  bg: { run: bg },
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
