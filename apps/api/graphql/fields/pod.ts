import { displayStatus, readyColumn, restartsColumn } from '#lifecycle';
import { effectiveLimits, effectiveRequests, resourcesText } from '#objects';
import type { PodResolvers } from '../generated/types.js';
import { podContainers } from './containers.js';
import { podLog } from '../operations/logs.js';
import { metadataFields } from './metadata.js';
import { podVolumes } from './volumes.js';

export const podFields: PodResolvers = {
  ...metadataFields,
  namespace: ({ metadata }) => metadata.namespace,
  generation: ({ metadata }) => metadata.generation,
  deletionTimestamp: ({ metadata }) => metadata.deletionTimestamp,
  deletionGracePeriodSeconds: ({ metadata }) => metadata.deletionGracePeriodSeconds,
  ownerReferences: ({ metadata }) => (metadata.ownerReferences ?? []).map((owner) => ({ ...owner, controller: owner.controller ?? false })),
  finalizers: ({ metadata }) => metadata.finalizers ?? [],
  terminationGracePeriodSeconds: ({ spec }) => spec.terminationGracePeriodSeconds,
  activeDeadlineSeconds: ({ spec }) => spec.activeDeadlineSeconds,
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
  podIPs: ({ status }) => (status.podIPs ?? []).flatMap(({ ip }) => (ip ? [ip] : [])),
  serviceAccountName: ({ spec }) => spec.serviceAccountName,
  effectiveResources: ({ spec }) => ({ requests: resourcesText(effectiveRequests(spec)), limits: resourcesText(effectiveLimits(spec)) }),
  volumes: (pod) => podVolumes(pod),
  hostIP: ({ status }) => status.hostIP,
  qosClass: ({ status }) => status.qosClass,
  startTime: ({ status }) => status.startTime,
  events: (pod, _args, { loaders }) => loaders.events.load(pod),
  timeline: (pod, _args, { loaders }) => loaders.timeline.load(pod),
  logs: (pod, args, { streams }) => podLog(streams, pod, args),
};
