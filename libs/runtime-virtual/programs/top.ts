/** uptime, free, top: how the sandbox and its node are doing. */
import { parentPid, processState, visible } from '../files/proc.js';
import { fileOf, read } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now, setTimer } from '../kernel/kernel.js';
import { loadText, memoryFigures, uptimeSeconds } from '../kernel/node-figures.js';
import { endProcess } from '../kernel/processes.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { SIGINT, SIGTERM } from '../kernel/signals.js';
import type { Process, Terminal } from '../kernel/state.js';
import { complain, parseOptions, usage } from './options.js';
import { commandLine, STEPS_A_SECOND } from './ps.js';
import { flush } from './simple.js';
import type { Io, Run } from './simple.js';
import { formatTime } from './times.js';
import { userName } from './users.js';

export const uptime: Run = (io) => {
  const minutes = Math.floor(uptimeSeconds(io.k) / 60);
  const days = Math.floor(minutes / 1440);
  const within = minutes % 1440;
  const hours = within < 60 ? `${within} min` : `${String(Math.floor(within / 60)).padStart(2)}:${String(within % 60).padStart(2, '0')}`;
  io.out += ` ${formatTime(now(io.k), '%H:%M:%S')} up ${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${hours},  0 users,  load average: ${loadText(io.k, ', ')}\n`;
  return 0;
};

const UNITS: Record<string, number> = { b: 1 / 1024, k: 1, m: 1024, g: 1024 * 1024 };

export const free: Run = (io) => {
  const options = parseOptions(io, 'bkmghtlcs:');
  if (!options) return 1;
  const { total, used, free: left, shared, cached } = memoryFigures(io.k);
  const human = (kb: number) => (kb < 1024 ? `${kb}K` : kb < 1024 * 1024 ? `${(kb / 1024).toFixed(1)}M` : `${(kb / 1024 / 1024).toFixed(1)}G`);
  const unit = UNITS[['b', 'm', 'g'].find((letter) => options.has(letter)) ?? 'k']!;
  const cell = (kb: number) => (options.has('h') ? human(kb) : String(Math.floor(kb / unit))).padStart(12);
  const row = (title: string, ...cells: number[]) => `${title.padEnd(7)}${cells.map(cell).join('')}\n`;
  io.out += '              total        used        free      shared  buff/cache   available\n';
  io.out += row('Mem:', total, used, left, shared, cached, left + cached) + row('Swap:', 0, 0, 0);
  if (options.has('t')) io.out += row('Total:', total, used, left);
  return 0;
};

interface TopState {
  ready: boolean;
  batch: boolean;
  /** How many are still shown; -1: no end. */
  left: number;
  delay: number;
  nextAt: number;
  /** Steps of each process, by its id, and when they were counted. */
  before: Record<number, number>;
  countedAt: number;
  /** Its keys are looked at: standard input has not ended. */
  keys: boolean;
  pending: [number, string][];
  code: number;
}

const SCREEN_ROWS = 24;

export const top: Program<TopState> = {
  catches: (1 << SIGINT) | (1 << SIGTERM),
  init: () => ({ ready: false, batch: false, left: -1, delay: 5000, nextAt: 0, before: {}, countedAt: 0, keys: true, pending: [], code: -1 }),
  step(k, p, s) {
    if (p.pending) {
      const signal = p.pending & (1 << SIGINT) ? SIGINT : SIGTERM;
      setRaw(k, p, false);
      endProcess(k, p, 128 + signal, signal);
      return BLOCKED;
    }
    const waiting = flush(k, p, s.pending);
    if (waiting !== 0) return waiting;
    if (s.code >= 0) {
      setRaw(k, p, false);
      return s.code;
    }
    if (!s.ready) {
      begin(k, p, s);
      return RAN;
    }
    if (now(k) >= s.nextAt && s.left !== 0) {
      const io: Io = { k, p, argv: p.argv, out: '', err: '' };
      frame(io, s);
      s.pending.push([1, io.out]);
      if (s.left > 0) s.left--;
      s.nextAt = now(k) + s.delay;
      if (s.left === 0) s.code = 0;
      return RAN;
    }
    const key = s.keys ? read(k, p, 0) : BLOCKED;
    if (key === BLOCKED) {
      setTimer(k, p, s.nextAt);
      return BLOCKED;
    }
    if (typeof key === 'number' || key === '') s.keys = false;
    else if (/[qQ]/.test(key)) s.code = 0;
    else s.nextAt = now(k);
    return RAN;
  },
};

function begin(k: Kernel, p: Process, s: TopState): void {
  s.ready = true;
  const io: Io = { k, p, argv: p.argv, out: '', err: '' };
  const options = parseOptions(io, 'bHmd:n:');
  const [delay, count] = [Number(options?.value('d') ?? 5), Number(options?.value('n') ?? -1)];
  if (options && (!(delay >= 0) || !Number.isInteger(count) || count === 0)) complain(io, `invalid number '${options.value(delay >= 0 ? 'n' : 'd')}'`);
  else if (options && options.rest.length > 0) usage(io, 'top [-b] [-n COUNT] [-d SECONDS]');
  if (io.err !== '') {
    s.pending.push([2, io.err]);
    s.code = 1;
    return;
  }
  s.batch = options!.has('b');
  s.left = count;
  s.delay = Math.max(100, delay * 1000);
  if (s.batch) s.keys = false;
  else setRaw(k, p, true);
}

function terminal(k: Kernel, p: Process): Terminal | undefined {
  const file = fileOf(k, p, 0);
  return file?.kind === 'tty' ? file : undefined;
}

function setRaw(k: Kernel, p: Process, raw: boolean): void {
  const tty = terminal(k, p);
  if (tty) tty.raw = raw;
}

function frame(io: Io, s: TopState): void {
  const { k, p } = io;
  const rows = visible(k, p);
  const seconds = s.countedAt > 0 ? (now(k) - s.countedAt) / 1000 : uptimeSeconds(k);
  const percent = (own: Process) => (seconds <= 0 ? 0 : Math.min(100, ((own.steps - (s.before[own.id] ?? 0)) / STEPS_A_SECOND / seconds) * 100));
  const busy = Math.min(100, rows.reduce((sum, own) => sum + percent(own), 0) / k.core.node.cpus);
  const { total, used, free: left, shared, cached } = memoryFigures(k);
  const share = (value: number) => `${String(Math.round(value)).padStart(3)}%`;
  const tty = terminal(k, p);
  if (!s.batch && tty) io.out += '\x1b[H\x1b[J';
  io.out += `Mem: ${used}K used, ${left}K free, ${shared}K shrd, 0K buff, ${cached}K cached\n`;
  io.out += `CPU: ${share(busy)} usr   0% sys   0% nic ${share(100 - busy)} idle   0% io   0% irq   0% sirq\n`;
  io.out += `Load average: ${loadText(k, ' ')} ${k.box.ready.length + 1}/${rows.length} ${k.box.namespaces[p.namespace]!.lastPid}\n`;
  io.out += '  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND\n';
  const shown = [...rows].sort((a, b) => percent(b) - percent(a) || a.pid - b.pid).slice(0, s.batch || !tty ? undefined : Math.max(1, (tty.rows || SCREEN_ROWS) - 5));
  for (const own of shown) {
    const user = (userName(k, p, own.uid) ?? String(own.uid)).slice(0, 8).padEnd(8);
    const kb = Math.ceil(own.memory / 1024);
    io.out += `${String(own.pid).padStart(5)} ${String(parentPid(k, own)).padStart(5)} ${user} ${processState(own).padEnd(4)} ${String(kb).padStart(5)} ${share((kb / total) * 100)}   0 ${share(percent(own))} ${commandLine(own)}\n`;
  }
  s.before = Object.fromEntries(rows.map((own) => [own.id, own.steps]));
  s.countedAt = now(k);
}
