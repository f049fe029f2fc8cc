/** nginx: serves the files below /usr/share/nginx/html on port 80. A master process that handles signals, and one worker that serves. */
import { mkdir } from './folders.js';
import { CREATE, openPath, TRUNCATE, WRITE } from '../files/open.js';
import { readWhole } from '../files/stat.js';
import { write } from '../kernel/descriptors.js';
import { errorMessage } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { now } from '../kernel/kernel.js';
import { attach, close } from '../kernel/open-files.js';
import { fork, kill, reap, sendSignal } from '../kernel/processes.js';
import { BLOCKED, RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1 } from '../kernel/signals.js';
import type { Process } from '../kernel/state.js';
import { contentType } from '../net/content-types.js';
import { httpDate, response } from '../net/http.js';
import type { Request } from '../net/http.js';
import { openListener, stepServer } from '../net/server.js';
import type { Connection, Server } from '../net/server.js';
import { serveFile } from './httpd.js';
import { flush } from './simple.js';
import { formatTime } from './times.js';

const CONFIG = '/etc/nginx/nginx.conf';
const PID_FILE = '/run/nginx.pid';
const ROOT = '/usr/share/nginx/html';
const INDEX = ['index.html', 'index.htm'];

interface MasterState {
  listener: number;
  worker: number;
  pending: [number, string][];
  code: number;
}
interface WorkerState extends Server {
  log: number;
}

const bits = (...signals: number[]) => signals.reduce((mask, signal) => mask | (1 << signal), 0);
const version = (p: Process) => p.env['NGINX_VERSION']?.match(/^[\d.]+$/)?.[0] ?? '1.29.0';

export const nginx: Program<MasterState> = {
  catches: bits(SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGCHLD),
  init(argv, p, k) {
    const s: MasterState = { listener: -1, worker: 0, pending: [], code: -1 };
    const args = argv.slice(1);
    if (args.includes('-v') || args.includes('-V')) s.pending.push([2, `nginx version: nginx/${version(p)}\n`]);
    else if (args.includes('-t')) s.pending.push([2, `nginx: the configuration file ${CONFIG} syntax is ok\nnginx: configuration file ${CONFIG} test is successful\n`]);
    else if (args.includes('-s')) return tell(k, p, s, args[args.indexOf('-s') + 1] ?? '');
    else return s;
    s.code = 0;
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    if (s.listener < 0) return begin(k, p, s);
    if (p.pending) {
      const signals = p.pending;
      p.pending = 0;
      if (signals & bits(SIGTERM, SIGINT, SIGQUIT)) {
        const worker = k.box.processes[s.worker];
        if (worker) sendSignal(k, worker, SIGTERM);
        s.code = 0;
        return RAN;
      }
    }
    if (reap(k, p, s.worker)) startWorker(k, p, s);
    return BLOCKED;
  },
};

/** nginx -s: a signal to the master that wrote the pid file. */
function tell(k: Kernel, p: Process, s: MasterState, word: string): MasterState {
  const signal = { stop: SIGTERM, quit: SIGQUIT, reload: SIGHUP, reopen: SIGUSR1 }[word];
  const pid = readWhole(k, p, PID_FILE);
  s.code = 1;
  if (signal === undefined) s.pending.push([2, `nginx: invalid option: "-s ${word}"\n`]);
  else if (typeof pid !== 'string' || pid.trim() === '') s.pending.push([2, `nginx: [error] open() "${PID_FILE}" failed (2: No such file or directory)\n`]);
  else if (kill(k, p, Number(pid), signal) < 0) s.pending.push([2, `nginx: [alert] kill(${pid.trim()}, ${signal}) failed (3: No such process)\n`]);
  else {
    s.code = 0;
    s.pending.push([2, `${formatTime(now(k), '%Y/%m/%d %H:%M:%S')} [notice] ${p.pid}#${p.pid}: signal process started\n`]);
  }
  return s;
}

function begin(k: Kernel, p: Process, s: MasterState): number {
  const fd = openListener(k, p, 80);
  if (fd < 0) {
    s.pending.push([2, `${formatTime(now(k), '%Y/%m/%d %H:%M:%S')} [emerg] ${p.pid}#${p.pid}: bind() to 0.0.0.0:80 failed (98: ${errorMessage(fd)})\nnginx: [emerg] bind() to 0.0.0.0:80 failed (98: ${errorMessage(fd)})\n`]);
    s.code = 1;
    return RAN;
  }
  s.listener = fd;
  mkdir({ k, p, argv: ['mkdir', '-p', '/run'], out: '', err: '' });
  const id = openPath(k, p, PID_FILE, WRITE | CREATE | TRUNCATE, 0o644);
  if (id > 0) {
    const pidFile = attach(k, p, id, 3);
    write(k, p, pidFile, `${p.pid}\n`);
    close(k, p, pidFile);
  }
  p.argv = [`nginx: master process ${p.argv.join(' ')}`];
  startWorker(k, p, s);
  return RAN;
}

function startWorker(k: Kernel, p: Process, s: MasterState): void {
  const state: WorkerState = { listeners: [s.listener], connections: [], log: -1 };
  const worker = fork(k, p, 'nginx-worker', ['nginx: worker process'], state);
  if (!worker) return;
  worker.uid = p.uid === 0 ? 101 : p.uid;
  worker.gid = p.gid === 0 ? 101 : p.gid;
  s.worker = worker.id;
}

export const nginxWorker: Program<WorkerState> = {
  init: () => ({ listeners: [], connections: [], log: -1 }),
  step(k, p, s) {
    return stepServer(k, p, s, (request, connection) => answer(k, p, request, connection));
  },
};

function errorPage(p: Process, status: number, reason: string): string {
  return `<html>\r\n<head><title>${status} ${reason}</title></head>\r\n<body>\r\n<center><h1>${status} ${reason}</h1></center>\r\n<hr><center>nginx/${version(p)}</center>\r\n</body>\r\n</html>\r\n`;
}

function answer(k: Kernel, p: Process, request: Request, connection: Connection): { response: string; keep: boolean } {
  const keep = request.version === 'HTTP/1.1' ? request.headers['connection']?.toLowerCase() !== 'close' : request.headers['connection']?.toLowerCase() === 'keep-alive';
  const base = { Server: `nginx/${version(p)}`, Date: httpDate(now(k)) };
  const tail = { Connection: keep ? 'keep-alive' : 'close' };
  let status = 405;
  let body = errorPage(p, 405, 'Not Allowed');
  let extra: Record<string, string> = { 'Content-Type': 'text/html' };
  if (request.method === '') [status, body] = [400, errorPage(p, 400, 'Bad Request')];
  else if (request.method === 'GET' || request.method === 'HEAD') {
    const found = serveFile(k, p, ROOT, request.target, INDEX);
    ({ status } = found);
    if (status === 200) {
      ({ body } = found);
      const etag = `"${Math.floor(found.mtime / 1000).toString(16)}-${body.length.toString(16)}"`;
      extra = { 'Content-Type': contentType(found.path), 'Last-Modified': httpDate(found.mtime), ETag: etag, 'Accept-Ranges': 'bytes' };
    } else {
      const reasons: Record<number, string> = { 301: 'Moved Permanently', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found' };
      body = errorPage(p, status, reasons[status]!);
      if (status === 301) extra['Location'] = `http://${request.headers['host'] ?? 'localhost'}${request.target}/`;
    }
    if (status === 403 || status === 404) {
      const why = status === 404 ? `open() "${found.path}" failed (2: No such file or directory)` : `directory index of "${found.path}" is forbidden`;
      write(k, p, 2, `${formatTime(now(k), '%Y/%m/%d %H:%M:%S')} [error] ${p.pid}#${p.pid}: *1 ${why}, client: ${connection.from}, server: localhost, request: "${request.method} ${request.target} ${request.version}", host: "${request.headers['host'] ?? ''}"\n`);
    }
  }
  const quoted = (name: string) => request.headers[name] ?? '-';
  const line = `${connection.from} - - [${formatTime(now(k), '%d/%b/%Y:%H:%M:%S +0000')}] "${request.method} ${request.target} ${request.version}" ${status} ${request.method === 'HEAD' ? 0 : body.length} "${quoted('referer')}" "${quoted('user-agent')}" "${quoted('x-forwarded-for')}"\n`;
  // The log of a container goes to its stdout; where that is full, the line is lost rather than the server stopped.
  write(k, p, 1, line);
  return { response: response(status, { ...base, ...extra, ...tail }, body, request.method), keep };
}
