/**
 * Links carry a connection's bytes beyond its sandbox: to another pod on this thread, to the host (which routes to other threads and
 * nodes, port-forward and probes), or to a virtual web host. The first two belong to the machine, not to a pod's state: a pod that is
 * restored finds its outside connections reset.
 */
import { BLOCKED, ECONNRESET, EPIPE } from '../kernel/errors.js';
import type { Kernel } from '../kernel/kernel.js';
import { wakeAll } from '../kernel/kernel.js';
import type { Bytes } from '../kernel/machine.js';
import { put, room } from '../kernel/pipes.js';
import type { Socket } from '../kernel/state.js';
import { answerWeb } from './web.js';

export type Link = { kernel: Kernel; socket: number } & (
  | { kind: 'peer'; far: string }
  /** `window`: how many bytes the host takes now. */
  | { kind: 'host'; outgoing: boolean; window: number }
);

/** Links to virtual web hosts need no table: what was received so far stays in the socket's own pipe. */
export const WEB = 'web:';

export function socketOf(link: Link | undefined): Socket | undefined {
  const file = link && link.kernel.box.open[link.socket];
  return file?.kind === 'socket' ? file : undefined;
}

/** Sends bytes outwards: how many went, BLOCKED or EPIPE. */
export function sendLink(k: Kernel, socket: Socket, data: Bytes): number {
  const link = k.core.links.get(socket.link);
  if (socket.link.startsWith(WEB)) return sendWeb(k, socket, data);
  if (!link) return EPIPE;
  if (link.kind === 'host') {
    if (link.window <= 0) return BLOCKED;
    if (data.length > link.window) data = data.slice(0, link.window);
    link.window -= data.length;
    k.core.outputs.push(
      link.outgoing ? { type: 'remote-data', connection: socket.link, data } : { type: 'dialled', connection: socket.link, event: 'data', data },
    );
    return data.length;
  }
  const far = k.core.links.get(link.far);
  const end = socketOf(far);
  const pipe = far && end && far.kernel.box.pipes[end.rx];
  if (!pipe || pipe.readers <= 0) return EPIPE;
  const fits = room(pipe);
  if (fits === 0) return BLOCKED;
  put(far.kernel, pipe, fits < data.length ? data.slice(0, fits) : data);
  return Math.min(fits, data.length);
}

function sendWeb(k: Kernel, socket: Socket, data: Bytes): number {
  const tx = k.box.pipes[socket.tx]!;
  const rx = k.box.pipes[socket.rx]!;
  tx.chunks.push(data);
  const answer = answerWeb(k, socket.link.slice(WEB.length), tx.chunks.join(''));
  if (answer !== undefined) {
    tx.chunks = [];
    tx.readers = 0;
    rx.writers = 0;
    put(k, rx, answer);
  }
  return data.length;
}

/** Bytes that came in over a link. */
export function receive(link: Link, data: Bytes): void {
  const socket = socketOf(link);
  const pipe = socket && link.kernel.box.pipes[socket.rx];
  if (pipe && pipe.readers > 0) put(link.kernel, pipe, data);
}

/** The far end sends no more; `gone`: nor does it read any more. */
export function finish(link: Link, gone: boolean): void {
  const socket = socketOf(link);
  if (!socket) return;
  const rx = link.kernel.box.pipes[socket.rx];
  const tx = link.kernel.box.pipes[socket.tx];
  if (rx && rx.writers > 0) {
    rx.writers = 0;
    wakeAll(link.kernel, rx.waitRead);
  }
  if (gone && tx) {
    tx.readers = 0;
    wakeAll(link.kernel, tx.waitWrite);
  }
}

/** The connection is lost: what has come in can be read still, then reading and writing fail. */
export function reset(k: Kernel, socket: Socket): void {
  socket.status = 'failed';
  socket.error = ECONNRESET;
  const waiting = [socket.waiters, k.box.pipes[socket.rx]?.waitRead, k.box.pipes[socket.tx]?.waitWrite];
  for (const waiters of waiting) if (waiters) wakeAll(k, waiters);
}

/** After a restore: what led beyond the sandbox leads nowhere. */
export function resetAll(k: Kernel): void {
  for (const file of Object.values(k.box.open)) {
    if (file.kind === 'socket' && file.link !== '' && !file.link.startsWith(WEB) && !k.core.links.has(file.link)) reset(k, file);
  }
}

/** The machine gives up what leads out of a sandbox: the other sides are told. */
export function cutAll(k: Kernel): void {
  for (const [name, link] of k.core.links) if (link.kernel === k) cut(k, name, link);
}

function cut(k: Kernel, name: string, link: Link): void {
  k.core.links.delete(name);
  if (link.kind === 'host') {
    k.core.outputs.push(link.outgoing ? { type: 'remote-end', connection: name } : { type: 'dialled', connection: name, event: 'end' });
    return;
  }
  const far = k.core.links.get(link.far);
  const socket = socketOf(far);
  if (far && socket) reset(far.kernel, socket);
}

/** Our end is shut for writing, or (gone) closed. */
export function closeLink(k: Kernel, socket: Socket, gone: boolean): void {
  const link = k.core.links.get(socket.link);
  if (!link) return;
  if (link.kind === 'host' && !gone) {
    k.core.outputs.push(link.outgoing ? { type: 'remote-end', connection: socket.link } : { type: 'dialled', connection: socket.link, event: 'end' });
  }
  if (link.kind === 'peer') {
    const far = k.core.links.get(link.far);
    if (far) finish(far, gone);
  }
  if (gone) k.core.links.delete(socket.link);
}

/** The host takes so many bytes more. */
export function openWindow(link: Link, bytes: number): void {
  if (link.kind !== 'host') return;
  link.window += bytes;
  const socket = socketOf(link);
  const pipe = socket && link.kernel.box.pipes[socket.tx];
  if (pipe) wakeAll(link.kernel, pipe.waitWrite);
}

/** A process has read from a socket's pipe: the far end may have been waiting for room. */
export function drained(k: Kernel, name: string, bytes: number): void {
  const link = k.core.links.get(name);
  if (link?.kind === 'host') k.core.outputs.push({ type: 'credit', of: name, bytes });
  if (link?.kind !== 'peer') return;
  const far = k.core.links.get(link.far);
  const socket = socketOf(far);
  const pipe = far && socket && far.kernel.box.pipes[socket.tx];
  if (pipe) wakeAll(far.kernel, pipe.waitWrite);
}
