/** Turns what happened into writes of Event objects, so that they can go into the same commit as what caused them. */
import type { Clock } from '#clock';
import type { Event } from '#objects';
import type { Cause, Write } from '#store';
import { SimilarEvents, SpamLimit, objectKey } from './correlate.js';
import { asObject, makeEvent, repeatEvent } from './event-object.js';
import { remember } from './remember.js';
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

/**
 * One a component. A repetition of an event (same object, field, type, reason and message) updates `count` and `lastTimestamp` of the first;
 * events that differ in their message alone become one after the tenth; and an object has so many events, and then one now and then.
 */
export class EventRecorder {
  /** The newest last. */
  private readonly remembered = new Map<string, Event>();
  private readonly similar = new SimilarEvents();
  private readonly limit = new SpamLimit();

  constructor(
    private readonly source: EventSource,
    private readonly clock: Clock,
  ) {}

  prepare(events: EventToRecord[], cause: Cause): PreparedEvents {
    const now = this.clock.now();
    const merged = new Map<string, Counted>();
    const similar = this.similar.begin();
    const limit = this.limit.begin();
    for (const event of events) {
      const at = event.at ?? now;
      const combined = similar.combine(this.source, event, at);
      const count = limit.take(objectKey(this.source, event), event.count ?? 1, at);
      if (count === 0) continue;
      const before = merged.get(combined.key)?.count ?? 0;
      merged.set(combined.key, { ...event, message: combined.message, count: before + count });
    }
    const made = [...merged].map(([key, event]) => {
      const former = this.remembered.get(key);
      return { key, former, event: former ? repeatEvent(former, event, event.at ?? now) : makeEvent(this.source, event, now) };
    });
    return {
      // Without `expect`: this recorder alone writes the event, so the one thing that can be wrong is that it is gone.
      writes: made.map(({ former, event }) => ({ op: former ? 'update' : 'create', object: asObject(event), cause })),
      committed: () => {
        similar.committed();
        limit.committed();
        for (const { key, event } of made) remember(this.remembered, key, event);
      },
      rejected: () => made.forEach(({ key }) => this.remembered.delete(key)),
    };
  }
}

type Counted = EventToRecord & { count: number };
