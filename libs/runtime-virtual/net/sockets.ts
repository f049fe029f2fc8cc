/** TCP as programs see it: listen, accept, connect. Within a sandbox a connection is two pipes; beyond it a link carries the bytes. */
import { EADDRINUSE, EADDRNOTAVAIL, BLOCKED, ECONNREFUSED, ECONNRESET, EHOSTUNREACH, EPIPE } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { newId, waitIn, wakeAll } from '../kernel/kernel.js';
import { STREAM_WINDOW } from '../kernel/machine.js';
import type { Bytes } from '../kernel/machine.js';
import { closePipeEnd, makePipe, put, readPipe, room } from '../kernel/pipes.js';
import type { OpenFile, Process, Socket } from '../kernel/state.js';
import { closeLink, sendLink, WEB } from './links.js';
import { isIp } from '#runtime';

type Listener = Extract<OpenFile, { kind: 'listener' }>;
const BACKLOG = 128;
const FIRST_PORT = 32_768;
const LAST_PORT = 60_999;

export function isLocal(k: Kernel, ip: string): boolean {
  return ip.startsWith('127.') || ip === '0.0.0.0' || ip === '::1' || ip === k.box.init.ip;
}

export function ephemeralPort(k: Kernel): number {
  k.box.nextPort = k.box.nextPort >= LAST_PORT || k.box.nextPort < FIRST_PORT ? FIRST_PORT : k.box.nextPort + 1;
  return k.box.nextPort;
}

/** All addresses of the sandbox. */
export const ANY = '0.0.0.0';

/** An address to bind to as the port table has it. Pods have IPv4 alone: IPv6's own words stand for those of IPv4. */
function bindable(ip: string): string {
  return ip === '' || ip === '*' || ip === '::' || ip === '[::]' ? ANY : ip === '::1' || ip === '[::1]' ? '127.0.0.1' : ip;
}

/** A socket that listens at an address of the sandbox (ANY: at all): the open file's id, EADDRINUSE or EADDRNOTAVAIL. Port 0: any that is free. */
export function listen(k: Kernel, port: number, address = ANY): number {
  const ip = bindable(address);
  if (!isLocal(k, ip)) return EADDRNOTAVAIL;
  if (port === 0) port = ephemeralPort(k);
  // As Linux has it: all addresses of a port and any single one of them exclude each other.
  const taken = ip === ANY ? Object.keys(k.box.ports).some((key) => key.endsWith(`:${port}`)) : k.box.ports[`${ip}:${port}`] ?? k.box.ports[`${ANY}:${port}`];
  if (taken) return EADDRINUSE;
  const id = newId(k);
  k.box.open[id] = { kind: 'listener', ip, port, pending: [], waiters: [], refs: 0 };
  k.box.ports[`${ip}:${port}`] = id;
  return id;
}

/** The open file of the next connection, or BLOCKED. */
export function accept(p: Process, listener: Listener): number {
  const next = listener.pending.shift();
  if (next !== undefined) return next;
  waitIn(listener.waiters, p);
  return BLOCKED;
}

type Ends = Pick<Socket, 'localIp' | 'localPort' | 'remoteIp' | 'remotePort'>;

function newSocket(k: Kernel, rx: number, tx: number, ends: Ends, more: Partial<Socket> = {}): number {
  const id = newId(k);
  k.box.open[id] = { kind: 'socket', rx, tx, ...ends, link: '', status: 'open', error: 0, waiters: [], refs: 0, ...more };
  return id;
}

/** A connection that comes in at an address and a port: gives the listener its end. Returns the pipes, or undefined: refused. */
export function incoming(k: Kernel, ends: Ends, link: string): { socket: number; rx: number; tx: number } | undefined {
  const { ports } = k.box;
  const listener = k.box.open[ports[`${ends.localIp}:${ends.localPort}`] ?? ports[`${ANY}:${ends.localPort}`] ?? 0];
  if (listener?.kind !== 'listener' || listener.pending.length >= BACKLOG) return undefined;
  const rx = makePipe(k, 1, 1, { link });
  const tx = makePipe(k, 1, 1, { link });
  const socket = newSocket(k, rx, tx, ends, { link });
  listener.pending.push(socket);
  wakeAll(k, listener.waiters);
  return { socket, rx, tx };
}

/** Begins a connection. Returns the open file's id, or an errno where it is refused at once. */
export function connect(k: Kernel, ip: string, port: number): number {
  const localPort = ephemeralPort(k);
  if (isLocal(k, ip)) {
    const to = bindable(ip) === ANY ? '127.0.0.1' : bindable(ip);
    const from = to === k.box.init.ip ? to : '127.0.0.1';
    const server = incoming(k, { localIp: to, localPort: port, remoteIp: from, remotePort: localPort }, '');
    if (server) return newSocket(k, server.tx, server.rx, { localIp: from, localPort, remoteIp: to, remotePort: port });
    // The node's address has ports beside those of this sandbox: other pods on its network, node ports.
    if (!k.box.init.hostNetwork || ip !== k.box.init.ip) return ECONNREFUSED;
  }
  const target = k.core.routes.route(ip, port, k.box.init.ip, k.core.realNow) ?? { ip, port };
  if (target === 'refused') return ECONNREFUSED;
  if (target.ip !== ip && isLocal(k, target.ip)) return connect(k, target.ip, target.port);
  if (!isIp(target.ip)) return EHOSTUNREACH;
  const web = k.core.names.webAt(target.ip);
  if (web !== undefined && target.port !== 80 && target.port !== 443) return ECONNREFUSED;
  const link = web === undefined ? `${k.box.init.id}#${newId(k)}` : `${WEB}${web}`;
  const rx = makePipe(k, 1, 1, { link });
  const tx = makePipe(k, 1, 1, { link });
  const id = newSocket(k, rx, tx, { localIp: k.box.init.ip, localPort, remoteIp: ip, remotePort: port }, { link, status: 'connecting' });
  if (web !== undefined) settle(k, k.box.open[id] as Socket, 0);
  else connectLink(k, id, link, target);
  return id;
}

/** Connects a socket that is being made to where the route leads: another pod on this thread, or the host's routing. */
function connectLink(k: Kernel, id: number, name: string, target: { ip: string; port: number }): void {
  const socket = k.box.open[id] as Socket;
  const other = k.core.byIp.get(target.ip);
  if (!other) {
    k.core.links.set(name, { kernel: k, socket: id, kind: 'host', outgoing: true, window: STREAM_WINDOW });
    k.core.outputs.push({ type: 'connect-out', connection: name, fromIp: k.box.init.ip, ip: target.ip, port: target.port });
    return;
  }
  const far = `${name}/in`;
  const server = incoming(other, { localIp: target.ip, localPort: target.port, remoteIp: k.box.init.ip, remotePort: socket.localPort }, far);
  if (!server) return settle(k, socket, ECONNREFUSED);
  k.core.links.set(name, { kernel: k, socket: id, kind: 'peer', far });
  k.core.links.set(far, { kernel: other, socket: server.socket, kind: 'peer', far: name });
  settle(k, socket, 0);
}

/** 0 when the connection is open, BLOCKED while it is being made, or why it failed. */
export function connected(p: Process, socket: Socket): number {
  if (socket.status === 'open') return 0;
  if (socket.status === 'failed') return socket.error;
  waitIn(socket.waiters, p);
  return BLOCKED;
}

export function settle(k: Kernel, socket: Socket, error: number): void {
  if (socket.status !== 'connecting') return;
  socket.status = error === 0 ? 'open' : 'failed';
  socket.error = error;
  wakeAll(k, socket.waiters);
}

export function readSocket(k: Kernel, p: Process, socket: Socket, max: number): Bytes | number {
  const state = connected(p, socket);
  if (state === ECONNRESET && (k.box.pipes[socket.rx]?.size ?? 0) > 0) return readPipe(k, p, socket.rx, max);
  return state === 0 ? readPipe(k, p, socket.rx, max) : state;
}

export function writeSocket(k: Kernel, p: Process, socket: Socket, data: Bytes): number {
  const state = connected(p, socket);
  if (state !== 0) return state;
  const pipe = k.box.pipes[socket.tx];
  if (!pipe || pipe.readers <= 0) return EPIPE;
  if (socket.link !== '') {
    const sent = sendLink(k, socket, data);
    if (sent === BLOCKED) waitIn(pipe.waitWrite, p);
    return sent;
  }
  const fits = room(pipe);
  if (fits === 0) {
    waitIn(pipe.waitWrite, p);
    return BLOCKED;
  }
  put(k, pipe, fits < data.length ? data.slice(0, fits) : data);
  return Math.min(fits, data.length);
}

/** shutdown(SHUT_WR): the far end sees the end of what was sent. */
export function shutdown(k: Kernel, socket: Socket): void {
  const pipe = k.box.pipes[socket.tx];
  if (!pipe || pipe.writers <= 0) return;
  if (socket.link !== '') closeLink(k, socket, false);
  closePipeEnd(k, socket.tx, 'writers');
}

export function closeSocket(k: Kernel, socket: Socket): void {
  shutdown(k, socket);
  if (socket.link !== '') {
    closeLink(k, socket, true);
    closePipeEnd(k, socket.tx, 'readers');
    closePipeEnd(k, socket.rx, 'writers');
  }
  closePipeEnd(k, socket.rx, 'readers');
}

export function closeListener(k: Kernel, listener: Listener): void {
  delete k.box.ports[`${listener.ip}:${listener.port}`];
  for (const id of listener.pending) {
    const socket = k.box.open[id];
    delete k.box.open[id];
    if (socket?.kind === 'socket') closeSocket(k, socket);
  }
}
