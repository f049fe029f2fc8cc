/** ps, pidof, pgrep, pkill, killall, kill: the processes of the namespace. */
import { commandName, parentPid, processState, visible } from '../files/proc.js';
import { now } from '../kernel/kernel.js';
import { errorMessage } from '../kernel/errors.js';
import { kill as sendKill } from '../kernel/processes.js';
import { SIGNAL_NAMES, signalNumber } from '../kernel/signals.js';
import type { Process } from '../kernel/state.js';
import { compileRegex } from './regex.js';
import { complain, parseOptions } from './options.js';
import type { Io, Run } from './simple.js';
import { groupName, userName } from './users.js';

export const STEPS_A_SECOND = 1_000_000;

function cpuTime(p: Process): string {
  const seconds = Math.floor(p.steps / STEPS_A_SECOND);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function commandLine(p: Process): string {
  return p.zombie ? `[${commandName(p)}]` : p.argv.join(' ');
}

const COLUMNS: Record<string, { title: string; width: number; right?: boolean; text(io: Io, p: Process): string }> = {
  pid: { title: 'PID', width: 5, right: true, text: (_, p) => String(p.pid) },
  ppid: { title: 'PPID', width: 5, right: true, text: (io, p) => String(parentPid(io.k, p)) },
  pgid: { title: 'PGID', width: 5, right: true, text: (io, p) => String(io.k.box.processes[p.group]?.pid ?? p.pid) },
  user: { title: 'USER', width: 8, text: (io, p) => (userName(io.k, io.p, p.uid) ?? String(p.uid)).slice(0, 8) },
  group: { title: 'GROUP', width: 8, text: (io, p) => (groupName(io.k, io.p, p.gid) ?? String(p.gid)).slice(0, 8) },
  comm: { title: 'COMMAND', width: 16, text: (_, p) => commandName(p) },
  args: { title: 'COMMAND', width: 256, text: (_, p) => commandLine(p) },
  time: { title: 'TIME', width: 5, text: (_, p) => cpuTime(p).padStart(5) },
  etime: { title: 'ELAPSED', width: 7, text: (io, p) => elapsed(now(io.k) - p.startedAt) },
  stat: { title: 'STAT', width: 4, text: (_, p) => processState(p) },
  vsz: { title: 'VSZ', width: 6, right: true, text: (_, p) => String(Math.ceil(p.memory / 1024)) },
  rss: { title: 'RSS', width: 6, right: true, text: (_, p) => String(Math.ceil(p.memory / 1024)) },
  tty: { title: 'TT', width: 6, text: (_, p) => (p.tty > 0 ? '136,0' : '?') },
};

function elapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return seconds < 3600 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` : `${Math.floor(seconds / 3600)}h${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}`;
}

export const ps: Run = (io) => {
  const options = parseOptions({ ...io, argv: [io.argv[0]!, ...io.argv.slice(1).filter((arg) => /^-[oT]/.test(arg) || !arg.startsWith('-'))] }, 'o:T');
  if (!options) return 1;
  const asked = options.all['o']?.flatMap((list) => list.split(',')) ?? [];
  const unknown = asked.find((name) => !Object.hasOwn(COLUMNS, name.replace(/=.*/, '')));
  if (unknown !== undefined) return complain(io, `bad -o argument '${unknown}', supported arguments: ${Object.keys(COLUMNS).join(',')}`);
  const rows = visible(io.k, io.p);
  if (asked.length === 0) {
    io.out += 'PID   USER     TIME  COMMAND\n';
    for (const p of rows) {
      const user = (userName(io.k, io.p, p.uid) ?? String(p.uid)).slice(0, 8).padEnd(8);
      io.out += `${String(p.pid).padStart(5)} ${user} ${cpuTime(p).padStart(5)} ${commandLine(p)}\n`;
    }
    return 0;
  }
  const columns = asked.map((name) => ({ ...COLUMNS[name.replace(/=.*/, '')]!, ...(name.includes('=') ? { title: name.replace(/^.*?=/, '') } : {}) }));
  const line = (cells: string[]) => `${cells.map((cell, i) => (i === cells.length - 1 ? cell : columns[i]!.right ? cell.padStart(columns[i]!.width) : cell.padEnd(columns[i]!.width))).join(' ').trimEnd()}\n`;
  if (columns.some((column) => column.title !== '')) io.out += line(columns.map((column) => (column.right ? column.title.padEnd(column.width) : column.title)));
  for (const p of rows) io.out += line(columns.map((column) => column.text(io, p)));
  return 0;
};

function named(io: Io, name: string): Process[] {
  return visible(io.k, io.p).filter((p) => p !== io.p && !p.zombie && commandName(p) === name);
}

export const pidof: Run = (io) => {
  const options = parseOptions(io, 'so:');
  const found = (options?.rest ?? []).flatMap((name) => named(io, name)).map((p) => p.pid).reverse();
  if (found.length === 0) return 1;
  io.out += `${(options!.has('s') ? found.slice(0, 1) : found).join(' ')}\n`;
  return 0;
};

/** pgrep and pkill. */
function pick(io: Io, signals: boolean): number {
  let signal = 15;
  const argv = [...io.argv];
  if (signals && /^-[A-Z0-9]+$/.test(argv[1] ?? '')) signal = signalNumber(argv.splice(1, 1)[0]!.slice(1));
  const options = parseOptions({ ...io, argv }, 'flnovxas:P:u:');
  const [pattern] = options?.rest ?? [];
  if (!options || pattern === undefined || signal < 0) return 2;
  const expression = compileRegex(pattern, { extended: true });
  const found = visible(io.k, io.p).filter((p) => {
    if (p === io.p || p.zombie) return false;
    const text = options.has('f') ? p.argv.join(' ') : commandName(p);
    return (options.has('x') ? text === pattern : expression.test(text)) !== options.has('v');
  });
  for (const p of found) {
    if (signals) sendKill(io.k, io.p, p.pid, signal);
    else io.out += `${p.pid}${options.has('l') || options.has('a') ? ` ${options.has('a') ? p.argv.join(' ') : commandName(p)}` : ''}\n`;
  }
  return found.length > 0 ? 0 : 1;
}
export const pgrep: Run = (io) => pick(io, false);
export const pkill: Run = (io) => pick(io, true);

export const killall: Run = (io) => {
  const args = io.argv.slice(1);
  let signal = 15;
  if (args[0] === '-l') {
    io.out += `${SIGNAL_NAMES.slice(1).join(' ')}\n`;
    return 0;
  }
  while (/^-/.test(args[0] ?? '')) {
    const option = args.shift()!;
    if (option !== '-q') signal = signalNumber(option === '-s' ? (args.shift() ?? '') : option.slice(1));
  }
  if (signal < 0) return complain(io, 'bad signal name');
  let code = 0;
  for (const name of args) {
    const found = named(io, name);
    if (found.length === 0) code = complain(io, `${name}: no process killed`);
    for (const p of found) sendKill(io.k, io.p, p.pid, signal);
  }
  return code;
};

export const kill: Run = (io) => {
  const args = io.argv.slice(1);
  let signal = 15;
  if (args[0] === '-l') {
    if (args.length === 1) SIGNAL_NAMES.forEach((name, i) => i > 0 && (io.out += `${String(i).padStart(2)}) ${name}\n`));
    for (const arg of args.slice(1)) io.out += `${/^\d+$/.test(arg) ? (SIGNAL_NAMES[Number(arg) & 127] ?? arg) : signalNumber(arg)}\n`;
    return 0;
  }
  if (/^-./.test(args[0] ?? '')) {
    const option = args.shift()!;
    const name = option === '-s' ? (args.shift() ?? '') : option.slice(1);
    signal = signalNumber(name);
    if (signal < 0) return complain(io, `bad signal name '${name}'`);
  }
  if (args.length === 0) return complain(io, 'you need to specify whom to kill');
  let code = 0;
  for (const arg of args) {
    if (!/^-?\d+$/.test(arg)) code = complain(io, `invalid number '${arg}'`);
    else {
      const error = sendKill(io.k, io.p, Number(arg), signal);
      if (error < 0) code = complain(io, `can't kill pid ${arg}: ${errorMessage(error)}`);
    }
  }
  return code;
};
