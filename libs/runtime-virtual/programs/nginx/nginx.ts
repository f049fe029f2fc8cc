/** nginx: a master process that reads the configuration and handles signals, and a worker that serves. */
import { APPEND, CREATE, openPath, TRUNCATE, WRITE } from '../../files/open.js';
import { readWhole } from '../../files/stat.js';
import { write } from '../../kernel/descriptors.js';
import { BLOCKED, errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { now, setTimer } from '../../kernel/kernel.js';
import { attach, close } from '../../kernel/open-files.js';
import { fork, kill, reap, sendSignal } from '../../kernel/processes.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import { SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 } from '../../kernel/signals.js';
import type { Process } from '../../kernel/state.js';
import { openListener } from '../../net/server.js';
import { ANY } from '../../net/sockets.js';
import { mkdir } from '../folders.js';
import { flush } from '../simple.js';
import { formatTime } from '../times.js';
import type { Config } from './config.js';
import type { WorkerState } from './connection.js';
import { readConfig } from './read.js';
import { ConfigError } from './syntax.js';
import { nginxWorker } from './worker.js';


const TRIES = 5;
const RETRY_MS = 500;

interface MasterState {
  file: string;
  globals: string;
  config: Config | null;
  listeners: [string, number][];
  logs: [string, number][];
  /** 0: none. */
  worker: number;
  /** Workers of earlier configurations that still answer their last requests. */
  old: number[];
  tries: number;
  retryAt: number;
  started: boolean;
  stopping: boolean;
  pending: [number, string][];
  code: number;
}

const bits = (...signals: number[]) => signals.reduce((mask, signal) => mask | (1 << signal), 0);
const version = (p: Process) => p.env['NGINX_VERSION']?.match(/^\d+\.\d+\.\d+$/)?.[0] ?? '1.29.0';
const stamp = (k: Kernel, p: Process, level: string, text: string) => `${formatTime(now(k), '%Y/%m/%d %H:%M:%S')} [${level}] ${p.pid}#${p.pid}: ${text}\n`;
const USAGE = `Usage: nginx [-?hvVtTq] [-s signal] [-p prefix]
             [-e filename] [-c filename] [-g directives]

Options:
  -?,-h         : this help
  -v            : show version and exit
  -V            : show version and configure options then exit
  -t            : test configuration and exit
  -T            : test configuration, dump it and exit
  -q            : suppress non-error messages during configuration testing
  -s signal     : send signal to a master process: stop, quit, reopen, reload
  -c filename   : set configuration file (default: /etc/nginx/nginx.conf)
  -g directives : set global directives out of configuration file

`;

export const nginx: Program<MasterState> = {
  catches: bits(SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGCHLD),
  init(argv, p, k) {
    const s: MasterState = { file: '/etc/nginx/nginx.conf', globals: '', config: null, listeners: [], logs: [], worker: 0, old: [], tries: 0, retryAt: 0, started: false, stopping: false, pending: [], code: -1 };
    let test = '';
    let signal = '';
    const args = argv.slice(1);
    for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
      if (!arg.startsWith('-')) return fail(s, `invalid option: "${arg}"`);
      for (let i = 1; i < arg.length; i++) {
        const letter = arg[i]!;
        if ('tT'.includes(letter)) test = letter;
        else if ('vV?h'.includes(letter)) return say(s, 2, `nginx version: nginx/${version(p)}\n${'?h'.includes(letter) ? USAGE : ''}`, 0);
        else if ('scgpe'.includes(letter)) {
          const value = arg.slice(i + 1) || args.shift();
          if (value === undefined) return fail(s, `option "-${letter}" requires parameter`);
          if (letter === 's') signal = value;
          else if (letter === 'c') s.file = value.startsWith('/') ? value : `/etc/nginx/${value}`;
          else if (letter === 'g') s.globals = value;
          break;
        } else if (letter !== 'q') return fail(s, `invalid option: "${letter}"`);
      }
    }
    if (!['', 'stop', 'quit', 'reload', 'reopen'].includes(signal)) return fail(s, `invalid option: "-s ${signal}"`);
    return load(k, p, s, test, signal);
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    if (!s.started) return start(k, p, s);
    return supervise(k, p, s);
  },
};

function say(s: MasterState, fd: number, text: string, code: number): MasterState {
  s.pending.push([fd, text]);
  s.code = code;
  return s;
}
const fail = (s: MasterState, message: string) => say(s, 2, `nginx: ${message}\n`, 1);

/** Reads the configuration, whatever it is for. */
function load(k: Kernel, p: Process, s: MasterState, test: string, signal: string): MasterState {
  try {
    s.config = readConfig(k, p, s.file, s.globals);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    s.pending.push([2, stamp(k, p, 'emerg', error.message)]);
    return say(s, 2, `nginx: [emerg] ${error.message}\n${test === '' ? '' : `nginx: configuration file ${s.file} test failed\n`}`, 1);
  }
  for (const warning of s.config.warnings) s.pending.push([2, `${stamp(k, p, 'warn', warning)}nginx: [warn] ${warning}\n`]);
  if (test !== '') {
    say(s, 2, `nginx: the configuration file ${s.file} syntax is ok\nnginx: configuration file ${s.file} test is successful\n`, 0);
    const text = readWhole(k, p, s.file);
    if (test === 'T' && typeof text === 'string') s.pending.push([1, `# configuration file ${s.file}:\n${text}\n`]);
  }
  return signal === '' ? s : tell(k, p, s, signal);
}

/** nginx -s: a signal to the master that wrote the pid file. */
function tell(k: Kernel, p: Process, s: MasterState, word: string): MasterState {
  const signal = { stop: SIGTERM, quit: SIGQUIT, reload: SIGHUP, reopen: SIGUSR1 }[word]!;
  const path = s.config!.pid;
  const pid = readWhole(k, p, path);
  s.pending.push([2, stamp(k, p, 'notice', 'signal process started')]);
  if (typeof pid !== 'string') return fail(s, `[error] open() "${path}" failed (2: No such file or directory)`);
  if (!/^\d+\s*$/.test(pid)) return fail(s, `[error] invalid PID number "${pid.trim()}" in "${path}"`);
  if (kill(k, p, Number(pid), signal) < 0) return fail(s, `[alert] kill(${pid.trim()}, ${signal}) failed (3: No such process)`);
  s.code = 0;
  return s;
}

/** Binds the ports; where one is taken, tries five times, as nginx does. */
function start(k: Kernel, p: Process, s: MasterState): number {
  if (now(k) < s.retryAt) {
    setTimer(k, p, s.retryAt);
    return BLOCKED;
  }
  const refused = bind(k, p, s);
  if (refused !== '') {
    s.pending.push([2, `${stamp(k, p, 'emerg', refused)}nginx: [emerg] ${refused}\n`]);
    s.retryAt = now(k) + RETRY_MS;
    if (++s.tries < TRIES) return RAN;
    s.pending.push([2, `${stamp(k, p, 'emerg', 'still could not bind()')}nginx: [emerg] still could not bind()\n`]);
    s.code = 1;
    return RAN;
  }
  s.started = true;
  if (s.config!.daemon) {
    const daemon = fork(k, p, 'nginx', p.argv, structuredClone(s), 0);
    if (!daemon) return 1;
    daemon.caught = nginx.catches!;
    s.code = 0;
    return RAN;
  }
  return RAN;
}

/** Opens what the configuration listens on and logs to; closes what it does not. '' or why a port can't be had. */
function bind(k: Kernel, p: Process, s: MasterState): string {
  const config = s.config!;
  const listens = config.servers.flatMap((server) => server.listens);
  // Where a port is had at all addresses, single ones of it are served from there.
  const own = listens.filter(({ ip, port }) => ip === ANY || !listens.some((other) => other.ip === ANY && other.port === port));
  const wanted = [...new Set(own.map(({ ip, port }) => `${ip}:${port}`))];
  const gone = s.listeners.filter(([at]) => !wanted.includes(at));
  const fresh: [string, number][] = [];
  for (const at of wanted) {
    if (s.listeners.some(([other]) => other === at)) continue;
    const port = Number(at.slice(at.lastIndexOf(':') + 1));
    const fd = openListener(k, p, port, at.slice(0, at.lastIndexOf(':')));
    if (fd < 0) {
      for (const [, opened] of fresh) close(k, p, opened);
      return `bind() to ${at} failed (${-fd}: ${errorMessage(fd)})`;
    }
    fresh.push([at, fd]);
  }
  for (const [, fd] of gone) close(k, p, fd);
  s.listeners = [...s.listeners.filter((listener) => !gone.includes(listener)), ...fresh];
  openLogs(k, p, s);
  return '';
}

function openLogs(k: Kernel, p: Process, s: MasterState): void {
  const config = s.config!;
  const all = config.servers.flatMap((server) => [server.settings, ...below(server.locations)]).flatMap(({ accessLogs }) => accessLogs.map(({ path }) => path));
  for (const path of new Set([config.errorLog, ...all])) {
    if (path === '' || s.logs.some(([name]) => name === path)) continue;
    const id = openPath(k, p, path, WRITE | CREATE | APPEND);
    if (id > 0) s.logs.push([path, attach(k, p, id, 3)]);
  }
}

function below(locations: Config['servers'][number]['locations']): Config['servers'][number]['settings'][] {
  return locations.flatMap((location) => [location.settings, ...below(location.locations)]);
}

function supervise(k: Kernel, p: Process, s: MasterState): number {
  if (s.worker === 0 && !s.stopping) {
    writePid(k, p, s.config!.pid);
    if (!p.argv[0]!.startsWith('nginx: ')) p.argv = [`nginx: master process ${p.argv.join(' ')}`];
    startWorker(k, p, s);
  }
  const signals = p.pending;
  p.pending = 0;
  if (signals & bits(SIGTERM, SIGINT, SIGQUIT)) {
    s.stopping = true;
    const graceful = (signals & bits(SIGTERM, SIGINT)) === 0;
    for (const id of [s.worker, ...s.old]) {
      const worker = k.box.processes[id];
      if (worker) sendSignal(k, worker, graceful ? SIGQUIT : SIGTERM);
    }
  } else if (signals & bits(SIGHUP)) {
    reload(k, p, s);
    return RAN;
  }
  s.old = s.old.filter((id) => reap(k, p, id) === undefined);
  if (s.worker !== 0 && reap(k, p, s.worker)) {
    s.worker = 0;
    if (!s.stopping) return RAN;
  }
  if (s.stopping && s.worker === 0 && s.old.length === 0) s.code = 0;
  return s.code === 0 ? RAN : BLOCKED;
}

/** A configuration that is wrong leaves everything as it is. */
function reload(k: Kernel, p: Process, s: MasterState): void {
  const before = s.config;
  const complain = (message: string) => s.pending.push([2, stamp(k, p, 'emerg', message)]);
  try {
    s.config = readConfig(k, p, s.file, s.globals);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complain(error.message);
    return;
  }
  const refused = bind(k, p, s);
  if (refused !== '') {
    s.config = before;
    complain(refused);
    return;
  }
  const worker = k.box.processes[s.worker];
  s.old.push(s.worker);
  startWorker(k, p, s);
  if (worker) sendSignal(k, worker, SIGQUIT);
}

function writePid(k: Kernel, p: Process, path: string): void {
  mkdir({ k, p, argv: ['mkdir', '-p', path.slice(0, path.lastIndexOf('/'))], out: '', err: '' });
  const id = openPath(k, p, path, WRITE | CREATE | TRUNCATE, 0o644);
  if (id < 0) return;
  const fd = attach(k, p, id, 3);
  write(k, p, fd, `${p.pid}\n`);
  close(k, p, fd);
}

function startWorker(k: Kernel, p: Process, s: MasterState): void {
  const state: WorkerState = { config: s.config!, listeners: s.listeners.slice(), logs: s.logs.slice(), version: version(p), connections: [], served: 0, turns: {}, quitting: false };
  const worker = fork(k, p, 'nginx-worker', ['nginx: worker process'], state);
  if (!worker) return;
  worker.caught = nginxWorker.catches!;
  worker.uid = p.uid === 0 ? 101 : p.uid;
  worker.gid = p.gid === 0 ? 101 : p.gid;
  s.worker = worker.id;
}
