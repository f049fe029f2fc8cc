/** nc and telnet: standard input to a connection, the connection to standard output. */
import { fileOf, read, write } from '../kernel/descriptors.js';
import { BLOCKED, ECONNREFUSED, errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now, setTimer } from '../kernel/kernel.js';
import { attach, attachAt, close } from '../kernel/open-files.js';
import { spawn } from '../kernel/processes.js';
import { RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { resolveAll } from '../net/resolve.js';
import { openListener } from '../net/server.js';
import { accept, connect, connected, shutdown } from '../net/sockets.js';
import { resolveCommand } from '../files/executable.js';
import { becomeCommand } from './env.js';
import { flush } from './simple.js';

interface NcState {
  /** By which it was called. */
  name: string;
  ready: boolean;
  host: string;
  /** -s: where it listens. */
  source: string;
  port: number;
  listen: boolean;
  again: boolean;
  verbose: boolean;
  scan: boolean;
  command: string[];
  timeout: number;
  deadline: number;
  listener: number;
  fd: number;
  open: boolean;
  /** Read from standard input and not sent yet; and the other way. */
  toSend: string;
  toShow: string;
  inputEnded: boolean;
  pending: [number, string][];
  code: number;
}

export const nc: Program<NcState> = {
  init(argv) {
    const s: NcState = {
      name: argv[0]!.split('/').pop()!, ready: false, host: '', source: '', port: 0, listen: false, again: false, verbose: false, scan: false, command: [], timeout: 0, deadline: 0, listener: -1, fd: -1, open: false, toSend: '', toShow: '', inputEnded: false,
      pending: [], code: -1,
    };
    const args = argv.slice(1);
    const rest: string[] = [];
    while (args.length > 0) {
      const arg = args.shift()!;
      if (!/^-[a-z]/.test(arg)) {
        rest.push(arg);
        continue;
      }
      for (let i = 1; i < arg.length; i++) {
        const letter = arg[i]!;
        const value = () => arg.slice(i + 1) || (args.shift() ?? '');
        if (letter === 'l') s.listen = true;
        else if (letter === 'k') s.again = true;
        else if (letter === 'v') s.verbose = true;
        else if (letter === 'z') s.scan = true;
        else if (letter === 'u' && s.name === 'nc') return refuse(s, 'UDP is not in the virtual runtime: its sockets are TCP');
        else if (letter === 's') {
          s.source = value();
          break;
        } else if (letter === 'p' || letter === 'w') {
          if (letter === 'p') s.port = Number(value());
          else s.timeout = Number(value()) * 1000;
          break;
        } else if (letter === 'e') {
          s.command = [value(), ...args.splice(0)];
          break;
        }
      }
    }
    if (s.listen && s.port === 0) s.port = Number(rest.pop() ?? 0);
    if (!s.listen) {
      s.host = rest[0] ?? '';
      s.port = Number(rest[1] ?? (s.name === 'telnet' ? 23 : 0));
    }
    if (s.port === 0 || (!s.listen && s.host === '')) {
      s.pending.push([2, s.name === 'telnet' ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: telnet [-a] [-l USER] HOST [PORT]\n' : 'BusyBox v1.36.1 multi-call binary.\n\nUsage: nc [-l] [-p PORT] [-w SEC] [-zv] [IPADDR PORT] [-e PROG]\n']);
      s.code = 1;
    }
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    if (!s.ready) return begin(k, p, s);
    if (s.listen && s.fd < 0) return waitForOne(k, p, s);
    if (!s.open) return waitForOpen(k, p, s);
    return pump(k, p, s);
  },
};

function refuse(s: NcState, message: string): NcState {
  fail(s, message);
  return s;
}

function fail(s: NcState, message: string): number {
  s.pending.push([2, `${s.name}: ${message}\n`]);
  s.code = 1;
  return RAN;
}

function begin(k: Kernel, p: Process, s: NcState): number {
  s.ready = true;
  if (s.timeout > 0) s.deadline = now(k) + s.timeout;
  if (s.listen) {
    const address = s.source === '' ? '' : resolveAll(k, p, s.source)[0];
    if (address === undefined) return fail(s, `bad address '${s.source}'`);
    s.listener = openListener(k, p, s.port, address);
    return s.listener < 0 ? fail(s, `bind: ${errorMessage(s.listener)}`) : RAN;
  }
  const [ip] = resolveAll(k, p, s.host);
  if (ip === undefined) return fail(s, `bad address '${s.host}'`);
  const id = connect(k, ip, s.port);
  s.host = ip;
  if (id < 0) return fail(s, `can't connect to remote host (${ip}): ${errorMessage(id)}`);
  s.fd = attach(k, p, id, 3);
  return RAN;
}

function waitForOne(k: Kernel, p: Process, s: NcState): number {
  const listener = fileOf(k, p, s.listener);
  const id = listener?.kind === 'listener' ? accept(p, listener) : ECONNREFUSED;
  if (id === BLOCKED) return late(k, p, s) ?? BLOCKED;
  s.fd = attach(k, p, id, 3);
  s.open = true;
  if (!s.again) {
    close(k, p, s.listener);
    s.listener = -1;
  }
  if (s.command.length === 0) return RAN;
  if (!s.again) return hand(k, p, s);
  const command = resolveCommand(k, p, s.command, p.env);
  if (typeof command === 'number') return fail(s, `can't execute '${s.command[0]}': ${errorMessage(command)}`);
  const child = spawn(k, p, command.program, command.argv, p.env);
  for (const fd of child ? [0, 1, 2] : []) attachAt(k, child!, p.files[s.fd]!, fd);
  if (child) close(k, child, s.fd);
  close(k, p, s.fd);
  s.fd = -1;
  s.open = false;
  return RAN;
}

/** -e: the command gets the connection as its standard input and output. */
function hand(k: Kernel, p: Process, s: NcState): number {
  const { fd, command } = s;
  for (const standard of [0, 1, 2]) attachAt(k, p, p.files[fd]!, standard);
  close(k, p, fd);
  const said = becomeCommand(k, p, command, p.env);
  return said ? fail(s, said.err.replace(/^nc: /, '').trimEnd()) : RAN;
}

function waitForOpen(k: Kernel, p: Process, s: NcState): number {
  const socket = fileOf(k, p, s.fd);
  const state = socket?.kind === 'socket' ? connected(p, socket) : ECONNREFUSED;
  if (state === BLOCKED) return late(k, p, s) ?? BLOCKED;
  if (state < 0) return fail(s, `can't connect to remote host (${s.host}): ${errorMessage(state)}`);
  s.open = true;
  setTimer(k, p, 0);
  if (s.verbose) s.pending.push([2, `${s.host} (${s.host}:${s.port}) open\n`]);
  if (s.name === 'telnet') s.pending.push([1, `Connected to ${s.host}\n\nEntering character mode\nEscape character is '^]'.\n\n`]);
  if (s.scan) s.code = 0;
  else if (s.command.length > 0) return hand(k, p, s);
  return RAN;
}

function late(k: Kernel, p: Process, s: NcState): number | undefined {
  if (s.deadline === 0) return undefined;
  if (now(k) >= s.deadline) return fail(s, 'timed out');
  setTimer(k, p, s.deadline);
  return undefined;
}

/** Both directions, as far as each goes. */
function pump(k: Kernel, p: Process, s: NcState): number {
  let ran = false;
  if (s.toShow !== '') {
    const written = write(k, p, 1, s.toShow);
    if (written < 0 && written !== BLOCKED) return fail(s, errorMessage(written));
    if (written > 0) {
      s.toShow = s.toShow.slice(written);
      ran = true;
    }
  } else {
    const data = read(k, p, s.fd);
    if (data === '' || (typeof data === 'number' && data !== BLOCKED)) return 0;
    if (typeof data === 'string') {
      s.toShow = data;
      ran = true;
    }
  }
  if (s.toSend !== '') {
    const written = write(k, p, s.fd, s.toSend);
    if (written < 0 && written !== BLOCKED) return 1;
    if (written > 0) {
      s.toSend = s.toSend.slice(written);
      ran = true;
    }
  } else if (!s.inputEnded) {
    const data = read(k, p, 0);
    if (data === '' || (typeof data === 'number' && data !== BLOCKED)) {
      s.inputEnded = true;
      const socket = fileOf(k, p, s.fd);
      if (socket?.kind === 'socket') shutdown(k, socket);
      ran = true;
    } else if (typeof data === 'string') {
      s.toSend = data;
      ran = true;
    }
  }
  return ran ? RAN : BLOCKED;
}
