import type { Clock } from '#clock';
import { slowClient } from '../server/errors.js';
import type { Deliverable, Feed, Listener } from './feed.js';
import { SharedResult } from './spliced.js';

/** What may wait for one subscriber. */
export interface DeliveryLimits {
  /** Characters of text of changes that may wait for a subscriber who has caught up. With more it is too slow, and is closed. */
  slowClientBytes: number;
  /** How long a subscriber who is being told the state, or what it missed, may take nothing at all (ms). */
  stallMs: number;
}

/** Characters of the state, or of what was missed, that are made ready before the client takes them. */
const READY_BYTES = 256 * 1024;

/**
 * What has to be delivered to one subscriber, in order. The state and what was missed are read from a source of its own, as fast as the client takes them; once it has
 * caught up it hears the feed that it shares with others. What happens now is not held back: it waits here (the texts are shared with all who wait for them), and a client for which too much waits is closed with its last
 * cursor: nothing is ever skipped.
 */
export class Delivery<T extends Deliverable> implements AsyncGenerator<SharedResult>, Listener {
  private readonly waiting: SharedResult[] = [];
  private bytes = 0;
  private started = false;
  private ended = false;
  private failure?: { error: unknown };
  /** The cursor of the newest message that the client's connection has taken. */
  private delivered?: string;
  private taker?: { resolve(result: IteratorResult<SharedResult>): void; reject(error: unknown): void };
  private roomMade: () => void = () => undefined;

  constructor(
    private readonly source: AsyncIterator<T>,
    private readonly textOf: (message: T) => string | Promise<string>,
    private readonly limits: DeliveryLimits,
    private readonly clock: Clock,
    private readonly onEnd: () => void,
    private readonly feed?: Feed<T>,
  ) {}

  next(): Promise<IteratorResult<SharedResult>> {
    if (!this.started) {
      this.started = true;
      void this.pump();
    }
    const result = this.waiting.shift();
    if (result) {
      this.bytes -= result.text.length;
      if (this.bytes < READY_BYTES) this.roomMade();
      this.delivered = result.cursor;
      return Promise.resolve({ done: false, value: result });
    }
    if (this.failure) {
      const { error } = this.failure;
      this.failure = undefined;
      return Promise.reject(error as Error);
    }
    if (this.ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => (this.taker = { resolve, reject }));
  }

  async return(): Promise<IteratorResult<SharedResult>> {
    this.waiting.length = 0;
    await this.end();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<SharedResult>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  private async pump(): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.source.next();
        if (done || this.ended) break;
        const made = this.textOf(value);
        const text = typeof made === 'string' ? made : await made;
        if (this.ended) break;
        const result = new SharedResult(text, value.cursor);
        if (value.live) this.push(result);
        else if (await this.room()) this.hand(result);
        else this.tooSlow();
        if (this.ended) break;
        if (value.caughtUp && this.feed?.join(this, value.cursor)) return void (await this.source.return?.());
      }
      await this.end();
    } catch (error) {
      await this.end({ error });
    }
  }

  /** What happens now, from the source or the feed. */
  push(result: SharedResult): void {
    if (this.ended) return;
    if (this.hasRoomFor(result.text)) this.hand(result);
    else this.tooSlow();
  }

  /** The feed has ended. */
  stop(failure?: { error: unknown }): void {
    this.end(failure).catch(() => undefined);
  }

  private tooSlow(): void {
    // What waits comes again, from the cursor on.
    this.waiting.length = 0;
    this.stop({ error: slowClient(this.delivered) });
  }

  private hasRoomFor(text: string): boolean {
    return this.waiting.length === 0 || this.bytes + text.length <= this.limits.slowClientBytes;
  }

  /** Waits until the client has taken enough. False: it takes nothing. */
  private async room(): Promise<boolean> {
    while (this.bytes >= READY_BYTES && !this.ended) {
      const before = this.delivered;
      await new Promise<void>((resolve) => {
        const cancel = this.clock.at(this.clock.now() + this.limits.stallMs, resolve);
        this.roomMade = () => {
          cancel();
          resolve();
        };
      });
      if (this.delivered === before && this.bytes >= READY_BYTES) return this.ended;
    }
    return true;
  }

  private hand(result: SharedResult): void {
    if (this.ended) return;
    const { taker } = this;
    if (taker) {
      this.taker = undefined;
      this.delivered = result.cursor;
      taker.resolve({ done: false, value: result });
    } else {
      this.waiting.push(result);
      this.bytes += result.text.length;
    }
  }

  private async end(failure?: { error: unknown }): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    const { taker } = this;
    this.taker = undefined;
    if (failure && taker) taker.reject(failure.error);
    else {
      this.failure = failure;
      taker?.resolve({ done: true, value: undefined });
    }
    this.roomMade();
    this.feed?.leave(this);
    this.onEnd();
    await this.source.return?.();
  }
}
