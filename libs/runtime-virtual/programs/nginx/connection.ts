/** A client's connection to a worker, what is sent on it, and what is logged. */
import { write } from '../../kernel/descriptors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { now } from '../../kernel/kernel.js';
import { close } from '../../kernel/open-files.js';
import type { Process } from '../../kernel/state.js';
import type { Fetch } from '../../net/fetch.js';
import { httpDate, response } from '../../net/http.js';
import { formatTime } from '../times.js';
import type { Answer } from './answer.js';
import { COMBINED } from './config.js';
import type { Config } from './config.js';
import { expand, logLine } from './variables.js';
import type { Exchange } from './variables.js';

export interface Connection {
  /** -1: closed. */
  fd: number;
  id: number;
  received: string;
  sending: string;
  keep: boolean;
  from: string;
  fromPort: number;
  /** Where it came in. */
  ip: string;
  port: number;
  proxied: Proxied | null;
}

export interface WorkerState {
  config: Config;
  /** Address:port and descriptor. */
  listeners: [string, number][];
  /** Path and descriptor. */
  logs: [string, number][];
  version: string;
  connections: Connection[];
  served: number;
  /** Whose turn it is in each upstream. */
  turns: Record<string, number>;
  quitting: boolean;
}

/** A request that was passed on. */
export interface Proxied {
  x: Exchange;
  fetch: Fetch;
  /** The URL that is passed on to, as proxy_pass wrote it. */
  to: string;
  /** Addresses of the upstream that failed. */
  failed: string[];
  deadline: number;
  /** The client is sent pieces with their length. */
  chunked: boolean;
}

export function end(k: Kernel, p: Process, c: Connection): void {
  if (c.proxied && c.proxied.fetch.fd >= 0) close(k, p, c.proxied.fetch.fd);
  c.proxied = null;
  close(k, p, c.fd);
  c.fd = -1;
}

/** Sends an answer of nginx's own. */
export function send(k: Kernel, p: Process, s: WorkerState, c: Connection, x: Exchange, given: Answer): void {
  if (given.error !== '') logError(k, p, s, c, x, 'error', given.error);
  if (given.status === 444) return end(k, p, c);
  const added = x.settings.headers.filter((header) => header.always || [200, 201, 204, 206, 301, 302, 303, 304, 307, 308].includes(given.status));
  const headers: Record<string, string> = {
    Server: `nginx${x.settings.serverTokens ? `/${s.version}` : ''}`, Date: httpDate(now(k)), ...given.headers, Connection: c.keep ? 'keep-alive' : 'close',
    ...Object.fromEntries(added.map(({ name, value }) => [name, expand(k, value, x)])),
  };
  x.status = given.status;
  x.sent = x.request.method === 'HEAD' ? 0 : given.body.length;
  c.sending = response(given.status, headers, given.body, x.request.method);
  logAccess(k, p, s, x);
}

/** A container's log is its stdout: where that is full, the line is lost rather than the server stopped. */
function log(k: Kernel, p: Process, s: WorkerState, path: string, line: string): void {
  const fd = s.logs.find(([name]) => name === path)?.[1];
  if (fd !== undefined) write(k, p, fd, line);
}

export function logAccess(k: Kernel, p: Process, s: WorkerState, x: Exchange): void {
  for (const { path, format } of x.settings.accessLogs) log(k, p, s, path, logLine(k, s.config.logFormats[format] ?? COMBINED, x));
}

export function logError(k: Kernel, p: Process, s: WorkerState, c: Connection, x: Exchange, level: string, message: string, upstream = ''): void {
  const { request } = x;
  const more = `${upstream && `, upstream: "${upstream}"`}${request.headers['host'] === undefined ? '' : `, host: "${request.headers['host']}"`}`;
  const where = `client: ${c.from}, server: ${x.server.names[0] ?? ''}, request: "${request.method} ${request.target} ${request.version}"${more}`;
  log(k, p, s, s.config.errorLog, `${formatTime(now(k), '%Y/%m/%d %H:%M:%S')} [${level}] ${p.pid}#${p.pid}: *${c.id} ${message}, ${where}\n`);
}
