/** Turns what happened into writes of Event objects, so that they can go into the same commit as what caused them. */
import type { Clock } from '#clock';
import type { Event } from '#objects';
import type { Cause, Write } from '#store';
import { asObject, eventKey, makeEvent, repeatEvent } from './event-object.js';
import type { EventSource, EventToRecord } from './event-object.js';

export type { EventSource, EventToRecord };

export interface PreparedEvents {
  /** To be committed, by whoever prepared them. One write an event; equal ones are counted together. */
  writes: Write[];
  /** To be called when the writes have been committed: repetitions then count on. */
  committed(): void;
  /**
   * To be called when the commit failed: forgets the events that the store no longer has (they may have been expired or deleted),
   * so that the next `prepare` creates them anew.
   */
  rejected(): void;
}

/** As many as client-go remembers. Source: maxLruCacheEntries in events_cache.go. */
const MAX_REMEMBERED = 4096;

/**
 * One a component. A repetition of an event (same object, field, type, reason and message) updates `count` and `lastTimestamp` of the first.
 * Aggregation of merely similar events and the spam limit of client-go's EventCorrelator have their place in `prepare`.
 */
export class EventRecorder {
  /** The newest last. */
  private readonly remembered = new Map<string, Event>();

  constructor(
    private readonly source: EventSource,
    private readonly clock: Clock,
  ) {}

  prepare(events: EventToRecord[], cause: Cause): PreparedEvents {
    const now = this.clock.now();
    const merged = new Map<string, EventToRecord & { count: number }>();
    for (const event of events) {
      const key = eventKey(this.source, event);
      merged.set(key, { ...event, count: (merged.get(key)?.count ?? 0) + (event.count ?? 1) });
    }
    const made = [...merged].map(([key, event]) => {
      const former = this.remembered.get(key);
      return { key, former, event: former ? repeatEvent(former, event.count, event.at ?? now) : makeEvent(this.source, event, now) };
    });
    return {
      // Without `expect`: this recorder alone writes the event, so the one thing that can be wrong is that it is gone.
      writes: made.map(({ former, event }) => ({ op: former ? 'update' : 'create', object: asObject(event), cause })),
      committed: () => made.forEach(({ key, event }) => this.remember(key, event)),
      rejected: () => made.forEach(({ key }) => this.remembered.delete(key)),
    };
  }

  private remember(key: string, event: Event): void {
    this.remembered.delete(key);
    this.remembered.set(key, event);
    if (this.remembered.size <= MAX_REMEMBERED) return;
    const [oldest] = this.remembered.keys();
    this.remembered.delete(oldest!);
  }
}
