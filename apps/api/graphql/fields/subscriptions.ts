import type { SubscriptionResolvers } from '../generated/types.js';
import type { ObjectChange } from '../operations/changes.js';
import { podLogs, type LogMessage } from '../operations/pod-logs.js';
import { clockChanges, eventChanges, podChanges } from '../operations/subscriptions.js';
import type { ClockObject, EventObject, PodObject } from '../objects.js';

/** What each subscription reads, and how a message of it is shown. Every message has a `cursor`, and `live` (server/subscribe.ts). */
export const subscriptionFields: SubscriptionResolvers = {
  podChanges: {
    subscribe: (_root, args, context) => podChanges(context, args),
    resolve: ({ type, cursor, object, cause }: ObjectChange<PodObject>) => ({ type, cursor, pod: object, why: cause }),
  },
  events: {
    subscribe: (_root, args, context) => eventChanges(context, args),
    resolve: ({ type, cursor, object }: ObjectChange<EventObject>) => ({ type, cursor, event: object }),
  },
  podLogs: {
    subscribe: (_root, args, context) => podLogs(context, args),
    resolve: ({ cursor, container, run, lines }: LogMessage) => ({ cursor, container, run, lines }),
  },
  clockChanges: {
    subscribe: (_root, args, context) => clockChanges(context, args),
    resolve: ({ type, cursor, object }: ObjectChange<ClockObject>) => ({ type, cursor, clock: object }),
  },
};
