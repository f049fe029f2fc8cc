import { displayStatus, readyColumn, restartsColumn } from '#lifecycle';
import type { PodResolvers } from '../generated/types.js';
import { podContainers } from './containers.js';
import { metadataFields } from './metadata.js';

export const podFields: PodResolvers = {
  ...metadataFields,
  namespace: ({ metadata }) => metadata.namespace,
  generation: ({ metadata }) => metadata.generation,
  deletionTimestamp: ({ metadata }) => metadata.deletionTimestamp,
  deletionGracePeriodSeconds: ({ metadata }) => metadata.deletionGracePeriodSeconds,
  restartPolicy: ({ spec }) => spec.restartPolicy ?? 'Always',
  phase: ({ status }) => status.phase ?? 'Unknown',
  displayStatus: (pod, _args, { now }) => displayStatus(pod, now()),
  ready: (pod) => readyColumn(pod),
  // The column is the number, or the number and when: "3 (10s ago)".
  restarts: (pod, _args, { now }) => Number.parseInt(restartsColumn(pod, now()), 10),
  reason: ({ status }) => status.reason,
  message: ({ status }) => status.message,
  conditions: ({ status }) => status.conditions ?? [],
  containers: (pod) => podContainers(pod),
  nodeName: ({ spec }) => spec.nodeName,
  node: ({ spec }, _args, { loaders }) => (spec.nodeName ? loaders.node.load(spec.nodeName) : null),
  podIP: ({ status }) => status.podIP,
  hostIP: ({ status }) => status.hostIP,
  qosClass: ({ status }) => status.qosClass,
  startTime: ({ status }) => status.startTime,
  events: (pod, _args, { loaders }) => loaders.events.load(pod),
};
