/** timeout, time, watch: programs that start a child and wait for it and for the clock. */
import { resolveCommand } from '../files/executable.js';
import { ENOENT, errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now, setTimer } from '../kernel/kernel.js';
import { endProcess, reap, sendSignal, spawn } from '../kernel/processes.js';
import { BLOCKED, RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { SIGKILL, signalNumber } from '../kernel/signals.js';
import type { Process } from '../kernel/state.js';
import { flush } from './simple.js';
import { duration } from './sleep.js';

interface TimeoutState {
  child: number;
  endsAt: number;
  killAfter: number;
  signal: number;
  sent: boolean;
  startedAt: number;
  pending: [number, string][];
  code: number;
}

const fresh = (): TimeoutState => ({ child: 0, endsAt: 0, killAfter: 0, signal: 15, sent: false, startedAt: 0, pending: [], code: -1 });

/** Starts the command as a child; a message and a code where that fails. */
export function startChild(k: Kernel, p: Process, argv: string[], state: { child: number; pending: [number, string][]; code: number }): void {
  const command = resolveCommand(k, p, argv, p.env);
  const name = p.argv[0]!.split('/').pop()!;
  if (typeof command === 'number') {
    state.code = command === ENOENT ? 127 : 126;
    state.pending.push([2, `${name}: can't execute '${argv[0]}': ${errorMessage(command)}\n`]);
    return;
  }
  const child = spawn(k, p, command.program, command.argv, p.env);
  if (child) state.child = child.id;
  else {
    state.code = 125;
    state.pending.push([2, `${name}: vfork: Resource temporarily unavailable\n`]);
  }
}

export const timeout: Program<TimeoutState> = {
  init: fresh,
  step(k, p, s) {
    if (s.code >= 0) {
      const left = flush(k, p, s.pending);
      return left === 0 ? s.code : left;
    }
    if (s.child === 0) {
      begin(k, p, s);
      return RAN;
    }
    const ended = reap(k, p, s.child);
    if (ended) {
      setTimer(k, p, 0);
      // The real one becomes the command, and watches it from a child: whoever waits sees what ended the command.
      if (ended.signal === 0) return ended.code;
      endProcess(k, p, ended.code, ended.signal);
      return BLOCKED;
    }
    if (now(k) < s.endsAt) {
      setTimer(k, p, s.endsAt);
      return BLOCKED;
    }
    const child = k.box.processes[s.child];
    if (child) sendSignal(k, child, s.sent ? SIGKILL : s.signal);
    s.endsAt = s.killAfter > 0 && !s.sent ? now(k) + s.killAfter : 8_640_000_000_000_000;
    s.sent = true;
    return RAN;
  },
};

function begin(k: Kernel, p: Process, s: TimeoutState): void {
  const argv = p.argv.slice(1);
  const fail = (message: string) => {
    s.code = 125;
    s.pending.push([2, `timeout: ${message}\n`]);
  };
  while (/^-./.test(argv[0] ?? '')) {
    const option = argv.shift()!;
    const value = option.length > 2 ? option.slice(2) : argv.shift();
    if (option[1] === 's') s.signal = signalNumber(value ?? '');
    else if (option[1] === 'k') s.killAfter = duration(value ?? '') ?? 0;
    else return fail(`invalid option -- '${option.slice(1)}'`);
  }
  if (s.signal < 0) return fail('bad signal name');
  const ms = duration(argv[0] ?? '');
  if (argv.length < 2) return fail('usage: timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS');
  if (ms === undefined) return fail(`invalid number '${argv[0]}'`);
  s.endsAt = now(k) + ms;
  startChild(k, p, argv.slice(1), s);
}

export const time: Program<TimeoutState> = {
  init: fresh,
  step(k, p, s) {
    if (s.code >= 0) {
      const left = flush(k, p, s.pending);
      return left === 0 ? s.code : left;
    }
    if (s.child === 0) {
      s.startedAt = now(k);
      startChild(k, p, p.argv.slice(p.argv[1]?.startsWith('-') ? 2 : 1), s);
      return RAN;
    }
    const ended = reap(k, p, s.child);
    if (!ended) return BLOCKED;
    const seconds = (now(k) - s.startedAt) / 1000;
    const text = (value: number) => `${Math.floor(value / 60)}m ${(value % 60).toFixed(2)}s`;
    s.pending.push([2, p.argv.includes('-p') ? `real ${seconds.toFixed(2)}\nuser 0.00\nsys 0.00\n` : `real\t${text(seconds)}\nuser\t${text(0)}\nsys\t${text(0)}\n`]);
    s.code = ended.code;
    return RAN;
  },
};

/** Runs a command every two seconds until it is stopped. */
export const watch: Program<TimeoutState> = {
  init: fresh,
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    if (now(k) < s.endsAt) {
      setTimer(k, p, s.endsAt);
      return BLOCKED;
    }
    if (s.child === 0) {
      const argv = p.argv.slice(1);
      let seconds = 2;
      while (/^-/.test(argv[0] ?? '')) {
        const option = argv.shift()!;
        if (option.startsWith('-n')) seconds = Number(option.slice(2) || argv.shift());
      }
      s.killAfter = (seconds > 0 ? seconds : 2) * 1000;
      startChild(k, p, ['sh', '-c', argv.join(' ')], s);
      return RAN;
    }
    const ended = reap(k, p, s.child);
    if (!ended) return BLOCKED;
    s.child = 0;
    s.endsAt = now(k) + s.killAfter;
    return RAN;
  },
};
