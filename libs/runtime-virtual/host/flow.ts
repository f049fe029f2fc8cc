/**
 * Node streams at the edge of the kernel's windows (kernel/machine.ts, STREAM_WINDOW): bytes come in only as fast as the consumer takes
 * them, and go out only as fast as the process reads them.
 */
import { Readable, Writable } from 'node:stream';
import { STREAM_WINDOW, type Bytes } from '../kernel/machine.js';

/** Output of a process as a Readable. `taken()` of a chunk is called when the consumer has room for the next. */
export class Inflow extends Readable {
  private held: (() => void)[] = [];

  constructor() {
    super({ highWaterMark: STREAM_WINDOW });
  }

  deliver(data: Bytes, taken: () => void): void {
    if (this.destroyed || this.readableEnded) return taken();
    this.held.push(taken);
    if (this.push(Buffer.from(data, 'latin1'))) this.release();
  }

  end(): void {
    if (!this.destroyed) this.push(null);
  }

  /** Calls `then` when all that was delivered has been read, or will not be. To be called before end(). */
  whenTaken(then: () => void): void {
    if (this.readableLength === 0 || this.destroyed) then();
    else this.once('close', then);
  }

  override _read(): void {
    this.release();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.release();
    callback(error);
  }

  private release(): void {
    const held = this.held;
    this.held = [];
    for (const taken of held) taken();
  }
}

/** Cuts what is written to fit the window and holds it back until there is credit. */
export class Outflow {
  private window = STREAM_WINDOW;
  private readonly queue: { data: Bytes; done: (error?: Error | null) => void }[] = [];

  constructor(private readonly send: (data: Bytes) => void) {}

  write(data: Bytes, done: (error?: Error | null) => void): void {
    this.queue.push({ data, done });
    this.drain();
  }

  credit(bytes: number): void {
    this.window += bytes;
    this.drain();
  }

  /** The other side is gone: what waits is given up. */
  close(error: Error | null): void {
    for (const { done } of this.queue.splice(0)) done(error);
  }

  private drain(): void {
    for (let next = this.queue[0]; next && (this.window > 0 || next.data.length === 0); next = this.queue[0]) {
      const piece = next.data.slice(0, this.window);
      this.window -= piece.length;
      next.data = next.data.slice(piece.length);
      if (piece.length > 0) this.send(piece);
      if (next.data.length > 0) continue;
      this.queue.shift();
      next.done();
    }
  }
}

/** stdin of a process as a Writable over an Outflow. */
export function stdinStream(outflow: Outflow, close: () => void): Writable {
  return new Writable({
    highWaterMark: STREAM_WINDOW,
    write: (chunk: Buffer, _encoding, done) => outflow.write(chunk.toString('latin1'), done),
    final: (done) => {
      close();
      done();
    },
    destroy: (error, done) => {
      outflow.close(error);
      done(error);
    },
  });
}
