import type { Resources } from '#apiserver';
import type { Cause } from '#store';
import type { ChangeType, SubscriptionClockChangesArgs, SubscriptionEventsArgs, SubscriptionPodChangesArgs } from '../generated/types.js';
import type { ClockObject, EventObject, PodObject } from '../objects.js';
import { followChanges, type ObjectChange } from './changes.js';
import { CLOCKS, EVENTS, PODS } from './kinds.js';
import { eventSelector } from './queries.js';

/** What the schema's PodChange, EventChange and ClockChange are read from. */
export interface PodMessage {
  type: ChangeType;
  cursor: string;
  pod?: PodObject;
  why?: Cause;
}
export interface EventMessage {
  type: ChangeType;
  cursor: string;
  event?: EventObject;
}

export interface ClockMessage {
  type: ChangeType;
  cursor: string;
  clock?: ClockObject;
}

export const clockChanges = (resources: Resources, args: SubscriptionClockChangesArgs): AsyncGenerator<ObjectChange<ClockObject>> =>
  followChanges<ClockObject>(resources, CLOCKS, { namespace: args.namespace }, args.after);

export const podChanges = (resources: Resources, args: SubscriptionPodChangesArgs): AsyncGenerator<ObjectChange<PodObject>> =>
  followChanges<PodObject>(resources, PODS, { namespace: args.namespace, ...selection(args) }, args.after);

export const eventChanges = (resources: Resources, args: SubscriptionEventsArgs): AsyncGenerator<ObjectChange<EventObject>> =>
  followChanges<EventObject>(resources, EVENTS, { namespace: args.namespace, ...selection({ fieldSelector: eventSelector(args) }) }, args.after);

export const podMessage = ({ type, cursor, object, cause }: ObjectChange<PodObject>): PodMessage => ({ type, cursor, pod: object, why: cause });
export const clockMessage = ({ type, cursor, object }: ObjectChange<ClockObject>): ClockMessage => ({ type, cursor, clock: object });
export const eventMessage = ({ type, cursor, object }: ObjectChange<EventObject>): EventMessage => ({ type, cursor, event: object });

const selection = (args: { name?: string | null; labelSelector?: string | null; fieldSelector?: string | null }) => ({
  ...(args.name && { name: args.name }),
  ...(args.labelSelector && { labelSelector: args.labelSelector }),
  ...(args.fieldSelector && { fieldSelector: args.fieldSelector }),
});
