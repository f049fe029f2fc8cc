import type { RuntimeEvent } from './port.js';

/** For runtimes: events wait here until their one consumer takes them. */
export class EventQueue implements AsyncIterable<RuntimeEvent> {
  private waiting: RuntimeEvent[] = [];
  private wake: (() => void) | undefined;
  private closed = false;

  push(podUid: string, type: RuntimeEvent['type'], id: string): void {
    this.waiting.push({ podUid, type, id });
    this.wake?.();
  }

  close(): void {
    this.closed = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RuntimeEvent> {
    for (;;) {
      const taken = this.waiting;
      this.waiting = [];
      yield* taken;
      if (this.waiting.length > 0) continue;
      if (this.closed) return;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
