/** HTTP servers in one process: a listening socket and a table of connections, any of which may wake it. */
import { fileOf, read, write } from '../kernel/descriptors.js';
import { BLOCKED } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { attach, close } from '../kernel/open-files.js';
import { RAN } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { parseRequest } from './http.js';
import type { Request } from './http.js';
import { accept, listen } from './sockets.js';

export interface Connection {
  fd: number;
  received: string;
  sending: string;
  keep: boolean;
  /** The peer's address. */
  from: string;
}

export interface Server {
  /** Descriptors of listening sockets. */
  listeners: number[];
  connections: Connection[];
}

export type Handler = (request: Request, connection: Connection) => { response: string; keep: boolean };

const MAX_REQUEST = 8 * 1024 * 1024;

/** The descriptor of a new listening socket, or an errno. */
export function openListener(k: Kernel, p: Process, port: number, address?: string): number {
  const id = listen(k, port, address);
  return id < 0 ? id : attach(k, p, id, 3);
}

/** One round over everything that can go on. RAN when something did, else BLOCKED (and then anything of it wakes the process). */
export function stepServer(k: Kernel, p: Process, server: Server, handle: Handler): number {
  let ran = false;
  for (const fd of server.listeners) {
    const listener = fileOf(k, p, fd);
    if (listener?.kind !== 'listener') continue;
    const id = accept(p, listener);
    if (id < 0) continue;
    const socket = k.box.open[id];
    server.connections.push({ fd: attach(k, p, id, 3), received: '', sending: '', keep: true, from: socket?.kind === 'socket' ? socket.remoteIp : '' });
    ran = true;
  }
  for (const connection of server.connections) if (stepConnection(k, p, connection, handle)) ran = true;
  if (server.connections.some((connection) => connection.fd < 0)) server.connections = server.connections.filter((connection) => connection.fd >= 0);
  return ran ? RAN : BLOCKED;
}

function stepConnection(k: Kernel, p: Process, c: Connection, handle: Handler): boolean {
  if (c.sending !== '') {
    const written = write(k, p, c.fd, c.sending.length > 65_536 ? c.sending.slice(0, 65_536) : c.sending);
    if (written === BLOCKED) return false;
    c.sending = written < 0 ? '' : c.sending.slice(written);
    if (written < 0 || (c.sending === '' && !c.keep)) end(k, p, c);
    return true;
  }
  const data = read(k, p, c.fd);
  if (data === BLOCKED) return false;
  if (typeof data === 'number' || data === '') {
    end(k, p, c);
    return true;
  }
  c.received += data;
  const request = parseRequest(c.received);
  if (!request) {
    if (c.received.length > MAX_REQUEST) end(k, p, c);
    return true;
  }
  c.received = '';
  const { response, keep } = handle(request, c);
  c.sending = response;
  c.keep = keep;
  return true;
}

function end(k: Kernel, p: Process, c: Connection): void {
  close(k, p, c.fd);
  c.fd = -1;
}
