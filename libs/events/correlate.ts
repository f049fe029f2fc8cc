/**
 * What keeps one object from filling the store with events. Times are those of the events, on their subject's clock.
 * Source: EventCorrelator in staging/src/k8s.io/client-go/tools/record/events_cache.go.
 */
import { eventKey } from './event-object.js';
import type { EventSource, EventToRecord } from './event-object.js';
import { remember } from './remember.js';

/** So many events that differ in their message alone are told one by one, within so long. */
const MOST_SIMILAR = 10;
const SIMILAR_MS = 600_000;
const COMBINED = '(combined from similar events): ';

const BURST = 25;
/** After that, one in five minutes. */
const REFILL_MS = 300_000;

/** All events of a source about one object. */
export function objectKey({ component, host }: EventSource, { about }: EventToRecord): string {
  return JSON.stringify([component, host, about.kind, about.namespace, about.name, about.uid, about.apiVersion]);
}

interface Similar {
  messages: Set<string>;
  lastAt: number;
}

export class SimilarEvents {
  private readonly known = new Map<string, Similar>();

  /** For one commit: what it has seen is kept once it is committed. */
  begin(): { combine(source: EventSource, event: EventToRecord, at: number): { key: string; message: string }; committed(): void } {
    const seen = new Map<string, Similar>();
    return {
      combine: (source, event, at) => {
        const { type, reason, message } = event;
        const key = JSON.stringify([objectKey(source, event), type, reason]);
        const before = seen.get(key) ?? this.known.get(key);
        const messages = before && at - before.lastAt <= SIMILAR_MS ? new Set(before.messages) : new Set<string>();
        messages.add(message);
        const many = messages.size >= MOST_SIMILAR;
        // Of those there are too many of, it is enough to know that.
        if (many) messages.delete(messages.values().next().value!);
        seen.set(key, { messages, lastAt: at });
        return many ? { key, message: COMBINED + message } : { key: eventKey(source, event), message };
      },
      committed: () => {
        for (const [key, similar] of seen) remember(this.known, key, similar);
      },
    };
  }
}

interface Bucket {
  tokens: number;
  at: number;
}

export class SpamLimit {
  private readonly buckets = new Map<string, Bucket>();

  /** For one commit: what it takes is gone once it is committed. */
  begin(): { take(key: string, count: number, at: number): number; committed(): void } {
    const taken = new Map<string, Bucket>();
    return {
      /** How many of `count` events may be told. */
      take: (key, count, at) => {
        const before = taken.get(key) ?? this.buckets.get(key) ?? { tokens: BURST, at };
        const tokens = Math.min(BURST, before.tokens + Math.max(0, at - before.at) / REFILL_MS);
        const allowed = Math.min(count, Math.floor(tokens));
        taken.set(key, { tokens: tokens - allowed, at });
        return allowed;
      },
      committed: () => {
        for (const [key, bucket] of taken) remember(this.buckets, key, bucket);
      },
    };
  }
}
