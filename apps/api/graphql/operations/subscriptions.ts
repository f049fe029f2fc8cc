import type { SubscriptionClockChangesArgs, SubscriptionEventsArgs, SubscriptionPodChangesArgs } from '../generated/types.js';
import type { ClockObject, EventObject, PodObject } from '../objects.js';
import type { GraphqlContext } from '../server/context.js';
import { followChanges, type Followed } from './changes.js';
import { CLOCKS, EVENTS, PODS } from './kinds.js';
import { eventSelector } from './queries.js';

export const clockChanges = ({ resources, following }: GraphqlContext, args: SubscriptionClockChangesArgs): Followed<ClockObject> =>
  followChanges<ClockObject>(resources, CLOCKS, { namespace: args.namespace }, args.after, following);

export const podChanges = ({ resources, following }: GraphqlContext, args: SubscriptionPodChangesArgs): Followed<PodObject> =>
  followChanges<PodObject>(resources, PODS, { namespace: args.namespace, ...selection(args) }, args.after, following);

export const eventChanges = ({ resources, following }: GraphqlContext, args: SubscriptionEventsArgs): Followed<EventObject> =>
  followChanges<EventObject>(resources, EVENTS, { namespace: args.namespace, ...selection({ fieldSelector: eventSelector(args) }) }, args.after, following);

const selection = (args: { name?: string | null; labelSelector?: string | null; fieldSelector?: string | null }) => ({
  ...(args.name && { name: args.name }),
  ...(args.labelSelector && { labelSelector: args.labelSelector }),
  ...(args.fieldSelector && { fieldSelector: args.fieldSelector }),
});
