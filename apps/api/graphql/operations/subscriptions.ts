import type { Resources } from '#apiserver';
import type { ChangeType, SubscriptionEventsArgs, SubscriptionPodChangesArgs } from '../generated/types.js';
import type { EventObject, PodObject } from '../objects.js';
import { followChanges, type ObjectChange } from './changes.js';
import { EVENTS, PODS } from './kinds.js';
import { eventSelector } from './queries.js';

/** What the schema's PodChange and EventChange are read from. */
export interface PodMessage {
  type: ChangeType;
  cursor: string;
  pod?: PodObject;
}
export interface EventMessage {
  type: ChangeType;
  cursor: string;
  event?: EventObject;
}

export const podChanges = (resources: Resources, args: SubscriptionPodChangesArgs): AsyncGenerator<ObjectChange<PodObject>> =>
  followChanges<PodObject>(resources, PODS, { namespace: args.namespace, ...selection(args) }, args.after);

export const eventChanges = (resources: Resources, args: SubscriptionEventsArgs): AsyncGenerator<ObjectChange<EventObject>> =>
  followChanges<EventObject>(resources, EVENTS, { namespace: args.namespace, ...selection({ fieldSelector: eventSelector(args) }) }, args.after);

export const podMessage = ({ type, cursor, object }: ObjectChange<PodObject>): PodMessage => ({ type, cursor, pod: object });
export const eventMessage = ({ type, cursor, object }: ObjectChange<EventObject>): EventMessage => ({ type, cursor, event: object });

const selection = (args: { name?: string | null; labelSelector?: string | null; fieldSelector?: string | null }) => ({
  ...(args.name && { name: args.name }),
  ...(args.labelSelector && { labelSelector: args.labelSelector }),
  ...(args.fieldSelector && { fieldSelector: args.fieldSelector }),
});
