import type { Resolvers } from '../generated/types.js';
import { causeFields, podStepFields, spanFields } from './history.js';
import { containerFields, containerStateFields } from './containers.js';
import { appliedFields, clockFields, eventFields, namespaceFields, nodeFields, serviceFields, servicePortFields } from './others.js';
import { podFields } from './pod.js';
import { subscriptionFields } from './subscriptions.js';

/** How the fields of every type are read off the objects; plain functions, so that Nest does not stand behind every field of every message. */
export const typeResolvers: Resolvers = {
  Pod: podFields,
  AppliedObject: appliedFields,
  Cause: causeFields,
  Span: spanFields,
  PodHistoryEntry: podStepFields,
  Clock: clockFields,
  Container: containerFields,
  ContainerState: containerStateFields,
  Event: eventFields,
  Namespace: namespaceFields,
  Node: nodeFields,
  Service: serviceFields,
  ServicePort: servicePortFields,
  Subscription: subscriptionFields,
};
