import { Duplex } from 'node:stream';
import { STREAM_WINDOW, type Bytes } from '../kernel/machine.js';
import { Outflow } from './flow.js';
import type { ThreadLink } from './thread-link.js';

/** A connection into a sandbox as a Node stream. When the pod's side ends, so does this one. */
export class ConnectionStream extends Duplex {
  readonly outflow: Outflow;
  private uncredited = 0;

  constructor(
    private readonly thread: ThreadLink,
    private readonly connection: string,
    private readonly forget: () => void,
  ) {
    super({ readableHighWaterMark: STREAM_WINDOW, writableHighWaterMark: STREAM_WINDOW, allowHalfOpen: false });
    this.outflow = new Outflow((data) => thread.send({ type: 'sendDialled', connection, data }));
  }

  deliver(data: Bytes): void {
    this.uncredited += data.length;
    if (this.push(Buffer.from(data, 'latin1'))) this._read();
  }

  override _read(): void {
    if (this.uncredited > 0) this.thread.send({ type: 'credit', of: this.connection, bytes: this.uncredited });
    this.uncredited = 0;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.outflow.write(chunk.toString('latin1'), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.thread.send({ type: 'endDialled', connection: this.connection });
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.writableFinished) this.thread.send({ type: 'endDialled', connection: this.connection });
    this.outflow.close(error);
    this.forget();
    done(error);
  }
}
