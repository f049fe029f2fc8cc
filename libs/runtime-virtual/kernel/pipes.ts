/** Pipes: bounded queues of chunks, with the processes that wait for them. */
import type { Kernel } from './kernel.js';
import { newId, waitIn, wakeAll } from './kernel.js';
import { BLOCKED } from './errors.js';
import type { Bytes } from './machine.js';
import { PIPE_CAPACITY } from './state.js';
import type { Pipe, Process } from './state.js';

/** A pipe with the given number of reading and writing ends open. */
export function makePipe(k: Kernel, readers: number, writers: number, more: { link?: string; credits?: string } = {}): number {
  const id = newId(k);
  k.box.pipes[id] = { chunks: [], size: 0, readers, writers, waitRead: [], waitWrite: [], link: more.link ?? '', credits: more.credits ?? '' };
  return id;
}

/** One more end of a pipe that has a name; `there`: its pipe, 0 where there is none yet. Returns the pipe. */
export function joinFifo(k: Kernel, there: number, end: 'readers' | 'writers'): number {
  const id = k.box.pipes[there]?.fifo ? there : makePipe(k, 0, 0);
  const pipe = k.box.pipes[id]!;
  const fifo = (pipe.fifo ??= { reader: false, writer: false });
  if (end === 'readers') {
    if (pipe.writers === 0 && pipe.size === 0) fifo.writer = false;
    fifo.reader = true;
  } else {
    if (pipe.readers === 0) fifo.reader = false;
    fifo.writer = true;
  }
  pipe[end]++;
  wakeAll(k, end === 'readers' ? pipe.waitWrite : pipe.waitRead);
  return id;
}

/** Bytes, '' at the end, or BLOCKED (the process then waits for it). */
export function readPipe(k: Kernel, p: Process, id: number, max: number): Bytes | number {
  const pipe = k.box.pipes[id];
  if (!pipe) return '';
  if (pipe.size === 0) {
    if (pipe.writers === 0 && pipe.fifo?.writer !== false) return '';
    waitIn(pipe.waitRead, p);
    return BLOCKED;
  }
  return take(k, pipe, max);
}

export function take(k: Kernel, pipe: Pipe, max: number): Bytes {
  let data = pipe.chunks[0]!;
  if (data.length > max) {
    pipe.chunks[0] = data.slice(max);
    data = data.slice(0, max);
  } else pipe.chunks.shift();
  pipe.size -= data.length;
  if (pipe.credits !== '') k.core.outputs.push({ type: 'credit', of: pipe.credits, bytes: data.length });
  wakeAll(k, pipe.waitWrite);
  if (pipe.link !== '') k.core.drained(k, pipe.link, data.length);
  return data;
}

/** Adds bytes whatever the capacity: callers look at it first. Small pieces are put together. */
export function put(k: Kernel, pipe: Pipe, data: Bytes): void {
  const last = pipe.chunks.length - 1;
  if (last >= 0 && pipe.chunks[last]!.length + data.length <= 4096) pipe.chunks[last] += data;
  else pipe.chunks.push(data);
  pipe.size += data.length;
  wakeAll(k, pipe.waitRead);
}

/** How many bytes go in now; 0: full. */
export function room(pipe: Pipe): number {
  return Math.max(0, PIPE_CAPACITY - pipe.size);
}

/** Closes a reading or writing end. The pipe goes when both sides are gone. */
export function closePipeEnd(k: Kernel, id: number, end: 'readers' | 'writers'): void {
  const pipe = k.box.pipes[id];
  if (!pipe) return;
  pipe[end]--;
  if (pipe[end] === 0) wakeAll(k, end === 'readers' ? pipe.waitWrite : pipe.waitRead);
  if (pipe.readers <= 0 && pipe.writers <= 0) delete k.box.pipes[id];
}
