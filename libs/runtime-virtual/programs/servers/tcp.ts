/** Servers of other protocols than HTTP: one process, a listening socket and a table of connections. */
import { fileOf, read, write } from '../../kernel/descriptors.js';
import { BLOCKED } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { attach, close } from '../../kernel/open-files.js';
import { RAN } from '../../kernel/program.js';
import type { Process } from '../../kernel/state.js';
import { accept } from '../../net/sockets.js';

export interface TcpConnection {
  /** -1: closed. */
  fd: number;
  received: string;
  sending: string;
  /** Closed once all is sent. */
  closing: boolean;
}

const MAX_RECEIVED = 1024 * 1024;

/** One round over everything that can go on. `handle` takes what it can off `received` and adds to `sending`. */
export function stepTcp(k: Kernel, p: Process, listeners: number[], connections: TcpConnection[], handle: (c: TcpConnection) => void): number {
  let ran = false;
  for (const listener of listeners) {
    const file = fileOf(k, p, listener);
    const id = file?.kind === 'listener' ? accept(p, file) : BLOCKED;
    if (id <= 0) continue;
    connections.push({ fd: attach(k, p, id, 3), received: '', sending: '', closing: false });
    ran = true;
  }
  for (const c of connections) if (stepOne(k, p, c, handle)) ran = true;
  for (let i = connections.length - 1; i >= 0; i--) if (connections[i]!.fd < 0) connections.splice(i, 1);
  return ran ? RAN : BLOCKED;
}

function stepOne(k: Kernel, p: Process, c: TcpConnection, handle: (c: TcpConnection) => void): boolean {
  if (c.sending !== '') {
    const written = write(k, p, c.fd, c.sending.slice(0, 65_536));
    if (written === BLOCKED) return false;
    c.sending = written < 0 ? '' : c.sending.slice(written);
    if (written < 0) c.closing = true;
    return true;
  }
  if (c.closing) {
    close(k, p, c.fd);
    c.fd = -1;
    return true;
  }
  const data = read(k, p, c.fd);
  if (data === BLOCKED) return false;
  if (typeof data === 'number' || data === '' || c.received.length > MAX_RECEIVED) c.closing = true;
  else {
    c.received += data;
    handle(c);
  }
  return true;
}
