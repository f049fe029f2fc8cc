/** redis-cli: one command from the arguments, or one a line from standard input. */
import { fileOf, read, write } from '../../kernel/descriptors.js';
import { BLOCKED, ECONNREFUSED, errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { attach } from '../../kernel/open-files.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import type { Process } from '../../kernel/state.js';
import { resolveAll } from '../../net/resolve.js';
import { connect, connected } from '../../net/sockets.js';
import { readLine } from '../lines.js';
import type { Lines } from '../lines.js';
import { parseOptions } from '../options.js';
import { flush } from '../simple.js';
import { decode, encode, words } from './resp.js';
import type { Reply } from './resp.js';

interface CliState {
  host: string;
  port: number;
  fd: number;
  open: boolean;
  /** Commands still to be sent; null: they come from standard input. */
  commands: string[][] | null;
  lines: Lines;
  sending: string;
  received: string;
  waiting: number;
  /** How many answers are not shown: to AUTH. */
  silent: number;
  terminal: boolean;
  pending: [number, string][];
  code: number;
}

export const redisCli: Program<CliState> = {
  init(argv, p, k) {
    const s: CliState = {
      host: '127.0.0.1', port: 6379, fd: -1, open: false, commands: null, lines: { fd: 0, text: '', at: 0, ended: false, newline: true }, sending: '', received: '', waiting: 0, silent: 0,
      terminal: fileOf(k, p, 1)?.kind === 'tty', pending: [], code: -1,
    };
    const io = { k, p, argv, out: '', err: '' };
    const options = parseOptions(io, 'h:p:a:n:u:r:i:xc3', ['raw', 'no-raw', 'version', 'no-auth-warning', 'pass:', 'user:'], true);
    if (!options || options.has('version')) {
      s.pending.push(options ? [1, 'redis-cli 7.4.0\n'] : [2, io.err.split('\n')[0]! + '\n']);
      s.code = options ? 0 : 1;
      return s;
    }
    s.host = options.value('h') ?? s.host;
    s.port = Number(options.value('p') ?? 6379);
    if (options.has('no-raw')) s.terminal = true;
    if (options.rest.length > 0) s.commands = [options.rest];
    const password = options.value('a') ?? options.value('pass') ?? p.env['REDISCLI_AUTH'];
    if (password !== undefined) {
      s.sending = encode(['AUTH', password]);
      s.waiting = s.silent = 1;
    }
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    if (!s.open) return open(k, p, s);
    if (s.sending !== '') {
      const written = write(k, p, s.fd, s.sending);
      if (written === BLOCKED) return BLOCKED;
      if (written < 0) return broken(s);
      s.sending = s.sending.slice(written);
      return RAN;
    }
    return s.waiting > 0 ? receive(k, p, s) : next(k, p, s);
  },
};

function fail(s: CliState, why: string): number {
  s.pending.push([2, `Could not connect to Redis at ${s.host}:${s.port}: ${why}\n`]);
  s.code = 1;
  return RAN;
}

function broken(s: CliState): number {
  s.pending.push([2, 'Error: Server closed the connection\n']);
  s.code = 1;
  return RAN;
}

function open(k: Kernel, p: Process, s: CliState): number {
  if (s.fd < 0) {
    const [ip] = resolveAll(k, p, s.host);
    if (ip === undefined) return fail(s, 'Name or service not known');
    const id = connect(k, ip, s.port);
    if (id < 0) return fail(s, errorMessage(id));
    s.fd = attach(k, p, id, 3);
  }
  const file = fileOf(k, p, s.fd);
  const state = file?.kind === 'socket' ? connected(p, file) : ECONNREFUSED;
  if (state === BLOCKED) return BLOCKED;
  if (state < 0) return fail(s, errorMessage(state));
  s.open = true;
  return RAN;
}

function next(k: Kernel, p: Process, s: CliState): number {
  let command: string[] | undefined;
  if (s.commands) command = s.commands.shift();
  else {
    const line = readLine(k, p, s.lines);
    if (line === BLOCKED) return BLOCKED;
    if (typeof line === 'string') {
      command = words(line);
      if (command.length === 0) return RAN;
      if (/^(quit|exit)$/i.test(command[0]!)) command = undefined;
    }
  }
  if (!command) {
    s.code = 0;
    return RAN;
  }
  s.sending = encode(command);
  s.waiting = 1;
  return RAN;
}

function receive(k: Kernel, p: Process, s: CliState): number {
  const found = decode(s.received);
  if (!found) {
    const data = read(k, p, s.fd);
    if (data === BLOCKED) return BLOCKED;
    if (typeof data === 'number' || data === '') return broken(s);
    s.received += data;
    return RAN;
  }
  s.received = s.received.slice(found.next);
  s.waiting--;
  const failed = typeof found.value === 'object' && found.value !== null && 'error' in found.value;
  if (s.silent > 0 && !failed) s.silent--;
  else s.pending.push([1, `${s.terminal ? shown(found.value) : raw(found.value)}\n`]);
  return RAN;
}

function raw(reply: Reply): string {
  if (reply === null) return '';
  if (Array.isArray(reply)) return reply.map(raw).join('\n');
  if (typeof reply === 'object') return 'error' in reply ? `${reply.error}\n` : reply.status;
  return String(reply);
}

function shown(reply: Reply, indent = ''): string {
  if (reply === null) return '(nil)';
  if (typeof reply === 'number') return `(integer) ${reply}`;
  if (typeof reply === 'string') return JSON.stringify(reply);
  if (!Array.isArray(reply)) return 'error' in reply ? `(error) ${reply.error}` : reply.status;
  if (reply.length === 0) return '(empty array)';
  return reply.map((item, i) => `${i > 0 ? indent : ''}${i + 1}) ${shown(item, `${indent}   `)}`).join('\n');
}
