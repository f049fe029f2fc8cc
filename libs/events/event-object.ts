/** Event objects of core/v1. Source: staging/src/k8s.io/client-go/tools/record (event.go, events_cache.go). */
import { randomInt, randomUUID } from 'node:crypto';
import { toTime } from '#objects';
import type { Event, KubeObject, ObjectMeta, ObjectReference } from '#objects';

export interface EventSource {
  /** Who reports: kubelet, default-scheduler .. */
  component: string;
  /** The node's name, for those that run on one. */
  host?: string;
}

export interface EventToRecord {
  about: ObjectReference;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  /** How often it has happened since it was last recorded. Default: 1. */
  count?: number;
  /** When, as its subject's clock has it; epoch ms. Default: now. */
  at?: number;
}

/** What an event is about. `fieldPath` names a part of it, such as spec.containers{app}. */
export function referenceTo(object: { apiVersion: string; kind: string; metadata: ObjectMeta }, fieldPath?: string): ObjectReference {
  const { namespace, name, uid, resourceVersion } = object.metadata;
  return { kind: object.kind, namespace, name, uid, apiVersion: object.apiVersion, resourceVersion, ...(fieldPath && { fieldPath }) };
}

/** Two events with one key are one that has happened twice. */
export function eventKey(source: EventSource, { about, type, reason, message }: EventToRecord): string {
  return JSON.stringify([source.component, source.host, about.kind, about.namespace, about.name, about.uid, about.apiVersion, about.fieldPath, type, reason, message]);
}

let lastNanos = 0n;

/**
 * As client-go, names end in the time in nanoseconds. Ours has none: the digits below the millisecond are random, which keeps names of
 * different processes apart, and rise within one process: so what is listed by name stands in the order in which it happened.
 */
function nextNanos(now: number): bigint {
  const made = BigInt(Math.floor(now)) * 1_000_000n + BigInt(randomInt(100_000));
  lastNanos = made > lastNanos ? made : lastNanos + BigInt(randomInt(1, 1_000));
  return lastNanos;
}

const MAX_NAME = 253;

/** Events about objects without a namespace stand in `default`. `now`: epoch ms. */
export function makeEvent(source: EventSource, event: EventToRecord, now: number): Event {
  const { about, type, reason, message, count = 1 } = event;
  const at = toTime(event.at ?? now);
  const suffix = nextNanos(now).toString(16);
  const made = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${(about.name ?? '').slice(0, MAX_NAME - suffix.length - 1)}.${suffix}`,
      namespace: about.namespace || 'default',
      uid: randomUUID(),
      creationTimestamp: at,
    },
    involvedObject: about,
    reason,
    message,
    source,
    firstTimestamp: at,
    lastTimestamp: at,
    count,
    type,
    eventTime: null,
    reportingComponent: source.component,
    reportingInstance: source.host ?? '',
  };
  return made as unknown as Event;
}

/** The same event, once more; one that stands for several says what the last of them did. `at`: epoch ms. */
export function repeatEvent(event: Event, { message, count = 1 }: Pick<EventToRecord, 'message' | 'count'>, at: number): Event {
  return { ...event, message, count: (event.count ?? 1) + count, lastTimestamp: toTime(at) } as Event;
}

export const asObject = (event: Event): KubeObject => event as unknown as KubeObject;
