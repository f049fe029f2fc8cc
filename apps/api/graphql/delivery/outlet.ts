/** A message, or bytes that are written as they are. */
export type Data = string | Buffer;

/** Where a connection's text goes: a websocket, an HTTP response. */
export interface Sink {
  /** False: the connection is closed. */
  readonly open: boolean;
  /** Bytes that the network has not taken yet. */
  readonly buffered: number;
  write(data: Data): void;
  /** Groups what is written until `uncork` into as few packets as possible. */
  cork(): void;
  uncork(): void;
}

/** Bytes that may wait in a connection's buffer. */
const HIGH_WATER = 128 * 1024;

/**
 * Writes to a connection no more than the network takes. Operations that have to wait take turns, one message each: however much one of them has to
 * say, the others are heard. What is written in one turn of the event loop leaves together.
 */
export class Outlet {
  private readonly queue: { data: Data; sent: () => void }[] = [];
  private corked = false;

  constructor(private readonly sink: Sink) {}

  /** Resolves when the text has been written; at once where there is room. On a closed connection it resolves too: nobody is there to be told. */
  send(data: Data): Promise<void> | void {
    if (!this.sink.open) return;
    if (this.queue.length === 0 && this.sink.buffered <= HIGH_WATER) return this.write(data);
    return new Promise((resolve) => this.queue.push({ data, sent: resolve }));
  }

  /** Resolves when there is room for another text. */
  room(): Promise<void> | void {
    return this.send('');
  }

  /** The network has taken what was written, or the connection has closed. */
  drained(): void {
    while (this.queue.length > 0 && (!this.sink.open || this.sink.buffered <= HIGH_WATER)) {
      const { data, sent } = this.queue.shift()!;
      if (this.sink.open) this.write(data);
      sent();
    }
  }

  get waiting(): number {
    return this.queue.length;
  }

  private write(data: Data): void {
    if (data === '') return;
    if (!this.corked) {
      this.corked = true;
      this.sink.cork();
      setImmediate(() => {
        this.corked = false;
        this.sink.uncork();
      });
    }
    this.sink.write(data);
  }
}
