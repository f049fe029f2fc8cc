import { SharedResult } from './spliced.js';

/** A message before it is text. */
export interface Deliverable {
  cursor: string;
  /** It happens now: it is not waited for the client to have room for it. */
  live: boolean;
  /** All that there is up to its cursor has been told: who got it may go on by the feed. */
  caughtUp?: boolean;
}

/** One of those who hear a feed. */
export interface Listener {
  push(result: SharedResult): void;
  /** The feed has ended: with an error, or because there is nothing more. */
  stop(failure?: { error: unknown }): void;
}

/** What happens now, read and made into text once for all who subscribe alike and have caught up. It runs while somebody hears it. */
export class Feed<T extends Deliverable> {
  /** And up to where each of them has been told everything. */
  private readonly listeners = new Map<Listener, number>();
  private source?: AsyncGenerator<T>;
  private last = 0;

  /** `from`: what follows a cursor. */
  constructor(
    private readonly from: (cursor: string) => AsyncGenerator<T>,
    private readonly textOf: (message: T) => string | Promise<string>,
  ) {}

  /** `cursor`: up to where the listener has been told everything. False: the feed has gone on beyond that; catch up, and try again. */
  join(listener: Listener, cursor: string): boolean {
    const position = Number(cursor);
    if (this.source && this.last > position) return false;
    this.listeners.set(listener, position);
    if (!this.source) {
      this.last = position;
      this.source = this.from(cursor);
      void this.run(this.source);
    }
    return true;
  }

  leave(listener: Listener): void {
    if (!this.listeners.delete(listener) || this.listeners.size > 0) return;
    const { source } = this;
    this.source = undefined;
    // It is not heard any more; how it ends says nothing to anybody.
    source?.return(undefined).catch(() => undefined);
  }

  private async run(source: AsyncGenerator<T>): Promise<void> {
    try {
      for await (const message of source) {
        const made = this.textOf(message);
        const text = typeof made === 'string' ? made : await made;
        // Everybody has left meanwhile; perhaps others have begun a feed anew.
        if (this.source !== source) return;
        this.tell(new SharedResult(text, message.cursor));
      }
      this.end(source);
    } catch (error) {
      this.end(source, { error });
    }
  }

  private tell(result: SharedResult): void {
    const position = Number(result.cursor);
    // A heartbeat comes under the cursor of the change before it; it is new all the same.
    const isNew = position > this.last ? (told: number) => told < position : (told: number) => told === position;
    for (const [listener, told] of this.listeners) if (isNew(told)) {
      this.listeners.set(listener, position);
      listener.push(result);
    }
    this.last = position;
  }

  private end(source: AsyncGenerator<T>, failure?: { error: unknown }): void {
    if (this.source !== source) return;
    this.source = undefined;
    const all = [...this.listeners.keys()];
    this.listeners.clear();
    for (const listener of all) listener.stop(failure);
  }
}
