/** nginx's worker process: one table of connections, any of which may wake it. */
import { fileOf, read, write } from '../../kernel/descriptors.js';
import { BLOCKED } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { setTimer } from '../../kernel/kernel.js';
import { attach, close } from '../../kernel/open-files.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import { SIGINT, SIGQUIT, SIGTERM } from '../../kernel/signals.js';
import type { Process } from '../../kernel/state.js';
import { parseRequest } from '../../net/http.js';
import type { Request } from '../../net/http.js';
import { accept } from '../../net/sockets.js';
import { decide, errorPage } from './answer.js';
import { end, send } from './connection.js';
import type { Connection, WorkerState } from './connection.js';
import { beginProxy, stepProxy } from './proxy.js';
import { findServer, normalize } from './route.js';
import type { Exchange } from './variables.js';

const MAX_REQUEST = 8 * 1024 * 1024;

export const nginxWorker: Program<WorkerState> = {
  catches: (1 << SIGTERM) | (1 << SIGINT) | (1 << SIGQUIT),
  init: () => {
    throw new Error('an nginx worker is only made by its master');
  },
  step(k, p, s) {
    if (p.pending) {
      if (p.pending & ((1 << SIGTERM) | (1 << SIGINT))) return 0;
      p.pending = 0;
      quit(k, p, s);
    }
    let ran = false;
    for (const [, fd] of s.listeners) if (takeConnection(k, p, s, fd)) ran = true;
    for (const connection of s.connections) if (connection.fd >= 0 && stepConnection(k, p, s, connection)) ran = true;
    if (s.connections.some(({ fd }) => fd < 0)) s.connections = s.connections.filter(({ fd }) => fd >= 0);
    if (s.quitting && s.connections.length === 0) return 0;
    if (ran) return RAN;
    const deadlines = s.connections.flatMap(({ proxied }) => (proxied ? [proxied.deadline] : []));
    setTimer(k, p, deadlines.length > 0 ? Math.min(...deadlines) : 0);
    return BLOCKED;
  },
};

/** Takes no more connections; those that wait for a request are closed, the others get their answer. */
function quit(k: Kernel, p: Process, s: WorkerState): void {
  s.quitting = true;
  for (const [, fd] of s.listeners) close(k, p, fd);
  s.listeners = [];
  for (const connection of s.connections) {
    connection.keep = false;
    if (connection.sending === '' && !connection.proxied) end(k, p, connection);
  }
}

function takeConnection(k: Kernel, p: Process, s: WorkerState, fd: number): boolean {
  const listener = fileOf(k, p, fd);
  if (listener?.kind !== 'listener') return false;
  const id = accept(p, listener);
  if (id < 0) return false;
  const socket = k.box.open[id];
  if (socket?.kind !== 'socket') return false;
  const { remoteIp: from, remotePort: fromPort, localIp: ip, localPort: port } = socket;
  s.connections.push({ fd: attach(k, p, id, 3), id: ++s.served, received: '', sending: '', keep: true, from, fromPort, ip, port, proxied: null });
  return true;
}

/** Whether anything could be done. */
function stepConnection(k: Kernel, p: Process, s: WorkerState, c: Connection): boolean {
  if (c.sending !== '') {
    const written = write(k, p, c.fd, c.sending.length > 65_536 ? c.sending.slice(0, 65_536) : c.sending);
    if (written === BLOCKED) return false;
    c.sending = written < 0 ? '' : c.sending.slice(written);
    if (written < 0 || (c.sending === '' && !c.keep && !c.proxied)) end(k, p, c);
    return true;
  }
  if (c.proxied) return stepProxy(k, p, s, c, c.proxied);
  const request = parseRequest(c.received);
  if (request) {
    c.received = '';
    answer(k, p, s, c, request);
    return true;
  }
  const data = read(k, p, c.fd);
  if (data === BLOCKED) return false;
  if (typeof data === 'number' || data === '' || c.received.length > MAX_REQUEST) end(k, p, c);
  else c.received += data;
  return true;
}

function answer(k: Kernel, p: Process, s: WorkerState, c: Connection, request: Request): void {
  const wish = request.headers['connection']?.toLowerCase();
  c.keep = !s.quitting && (request.version === 'HTTP/1.1' ? wish !== 'close' : wish === 'keep-alive');
  const host = (request.headers['host'] ?? '').toLowerCase().replace(/:\d+$/, '');
  const server = findServer(s.config, c.ip, c.port, host)!;
  const at = normalize(request.target);
  const x: Exchange = {
    request, uri: at?.uri ?? '/', args: at?.args ?? '', host: host || (server.names[0] ?? ''), ip: c.ip, port: c.port, from: c.from, fromPort: c.fromPort, server, maps: s.config.maps, settings: server.settings, captures: [], variables: {},
    status: 0, sent: 0, version: s.version, proxyHost: '', upstream: '',
  };
  if (request.method === '' || !at || (request.version === 'HTTP/1.1' && request.headers['host'] === undefined)) {
    c.keep = false;
    return send(k, p, s, c, x, errorPage(400, x));
  }
  const outcome = decide(k, p, s.config, x);
  if (outcome.kind === 'proxy') beginProxy(k, p, s, c, x, outcome.to);
  else send(k, p, s, c, x, outcome.answer);
}
