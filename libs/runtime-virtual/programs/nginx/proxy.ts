/** proxy_pass: a request is passed on, and its answer comes back piece by piece, no faster than the client takes it. */
import type { Kernel } from '../../kernel/kernel.js';
import { now } from '../../kernel/kernel.js';
import { ECONNREFUSED, errorMessage } from '../../kernel/errors.js';
import type { Process } from '../../kernel/state.js';
import { abandon, newFetch, parseUrl, stepFetch } from '../../net/fetch.js';
import { httpDate, REASONS } from '../../net/http.js';
import { errorPage, laterError } from './answer.js';
import { end, logAccess, logError, send } from './connection.js';
import type { Connection, Proxied, WorkerState } from './connection.js';
import { expand } from './variables.js';
import type { Exchange } from './variables.js';

const HOP = ['connection', 'host', 'keep-alive', 'te', 'transfer-encoding', 'upgrade', 'content-length', 'expect'];
const NOT_PASSED = ['connection', 'date', 'server', 'transfer-encoding', 'keep-alive', 'content-length', 'x-accel-expires', 'x-accel-redirect'];

export function beginProxy(k: Kernel, p: Process, s: WorkerState, c: Connection, x: Exchange, to: string, failed: string[] = []): void {
  const url = parseUrl(to);
  if (!url) return send(k, p, s, c, x, { ...errorPage(500, x), error: `invalid URL prefix in "${to}"` });
  x.proxyHost = /^\w+:\/\/([^/]*)/.exec(to)?.[1] ?? url.host;
  const servers = s.config.upstreams[url.host];
  let address = `${url.host}:${url.port}`;
  if (servers) {
    const left = servers.filter((server) => !failed.includes(server));
    const turn = s.turns[`$${url.host}`] ?? 0;
    s.turns[`$${url.host}`] = turn + 1;
    address = left[turn % left.length]!;
  }
  const target = { ...url, host: address.replace(/:\d+$/, ''), port: Number(address.slice(address.lastIndexOf(':') + 1)) };
  x.upstream = address;
  c.proxied = { x, fetch: newFetch(target, requestOf(k, x, url.path), x.request.method === 'HEAD'), to, failed: [...failed, address], deadline: now(k) + x.settings.proxyTimeout, chunked: false };
}

function requestOf(k: Kernel, x: Exchange, path: string): string {
  const set = x.settings.proxyHeaders.map(([name, value]) => [name, expand(k, value, x)] as const);
  const own = new Set(set.map(([name]) => name.toLowerCase()));
  const lines = [`${x.request.method} ${path} HTTP/1.0`];
  if (!own.has('host')) lines.push(`Host: ${x.proxyHost}`);
  if (!own.has('connection')) lines.push('Connection: close');
  for (const [name, value] of set) if (value !== '' && name.toLowerCase() !== 'upgrade') lines.push(`${name}: ${name.toLowerCase() === 'connection' ? 'close' : value}`);
  for (const [name, value] of Object.entries(x.request.headers)) if (!own.has(name) && !HOP.includes(name)) lines.push(`${name}: ${value}`);
  if (x.request.body !== '' || x.request.headers['content-length'] !== undefined) lines.push(`Content-Length: ${x.request.body.length}`);
  return `${lines.join('\r\n')}\r\n\r\n${x.request.body}`;
}

/** Whether anything could be done. Called while nothing waits to be sent to the client. */
export function stepProxy(k: Kernel, p: Process, s: WorkerState, c: Connection, proxied: Proxied): boolean {
  const { x, fetch } = proxied;
  const event = stepFetch(k, p, fetch);
  switch (event.type) {
    case 'blocked':
      if (now(k) < proxied.deadline) return false;
      return fail(k, p, s, c, proxied, 504, `upstream timed out (110: Connection timed out) while ${fetch.phase === 'connect' ? 'connecting to' : 'reading response header from'} upstream`);
    case 'resolved':
      x.upstream = `${fetch.ip}:${fetch.url.port}`;
      return true;
    case 'headers':
      c.sending = head(k, s, c, proxied);
      return true;
    case 'data':
      proxied.deadline = now(k) + x.settings.proxyTimeout;
      x.sent += event.data.length;
      c.sending = proxied.chunked ? `${event.data.length.toString(16)}\r\n${event.data}\r\n` : event.data;
      return true;
    case 'end':
      if (proxied.chunked) c.sending = '0\r\n\r\n';
      c.proxied = null;
      logAccess(k, p, s, x);
      if (c.sending === '' && !c.keep) end(k, p, c);
      return true;
    case 'error': {
      if (event.reason === 'name') return fail(k, p, s, c, proxied, 502, `${fetch.url.host} could not be resolved (3: Host not found)`);
      const message = event.reason === 'connect' ? `connect() failed (${-(event.error || ECONNREFUSED)}: ${errorMessage(event.error || ECONNREFUSED)}) while connecting to upstream` : 'upstream prematurely closed connection while reading response header from upstream';
      return fail(k, p, s, c, proxied, 502, message);
    }
    default:
      proxied.deadline = now(k) + x.settings.proxyTimeout;
      return true;
  }
}

function fail(k: Kernel, p: Process, s: WorkerState, c: Connection, proxied: Proxied, status: number, message: string): boolean {
  const { x, fetch } = proxied;
  abandon(k, p, fetch);
  const begun = fetch.status > 0 && fetch.phase === 'end' && x.status > 0;
  const where = fetch.ip === '' ? proxied.to : `http://${fetch.ip}:${fetch.url.port}${fetch.url.path}`;
  logError(k, p, s, c, x, 'error', message, where);
  c.proxied = null;
  if (begun) end(k, p, c);
  else {
    const servers = s.config.upstreams[parseUrl(proxied.to)?.host ?? ''] ?? [];
    if (servers.some((server) => !proxied.failed.includes(server))) beginProxy(k, p, s, c, x, proxied.to, proxied.failed);
    else send(k, p, s, c, x, laterError(k, p, s.config, x, status));
  }
  return true;
}

/** The head of the answer, as the client gets it. */
function head(k: Kernel, s: WorkerState, c: Connection, proxied: Proxied): string {
  const { x, fetch } = proxied;
  x.status = fetch.status;
  const bodiless = x.request.method === 'HEAD' || fetch.status === 204 || fetch.status === 304;
  const length = fetch.headers['content-length'];
  if (length === undefined && !bodiless) {
    if (x.request.version === 'HTTP/1.1') proxied.chunked = true;
    else c.keep = false;
  }
  const reason = fetch.statusLine.split(' ').slice(2).join(' ') || REASONS[fetch.status] || '';
  const lines = [`HTTP/1.1 ${fetch.status} ${reason}`, `Server: nginx${x.settings.serverTokens ? `/${s.version}` : ''}`, `Date: ${httpDate(now(k))}`];
  for (const line of fetch.rawHeaders) if (!NOT_PASSED.includes(line.slice(0, line.indexOf(':')).trim().toLowerCase())) lines.push(line);
  if (length !== undefined) lines.push(`Content-Length: ${length}`);
  if (proxied.chunked) lines.push('Transfer-Encoding: chunked');
  lines.push(`Connection: ${c.keep ? 'keep-alive' : 'close'}`);
  for (const { name, value } of x.settings.headers) lines.push(`${name}: ${expand(k, value, x)}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
