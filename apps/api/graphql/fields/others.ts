import { podTime, rowOfClock } from '#clock';
import { namespaceExpiry } from '#objects';
import { as } from '../operations/queries.js';
import type { PodObject } from '../objects.js';
import type { AppliedObjectResolvers, ClockResolvers, EventResolvers, NamespaceResolvers, NodeResolvers, ServicePortResolvers, ServiceResolvers } from '../generated/types.js';
import { metadataFields, namespaceOf } from './metadata.js';

export const eventFields: EventResolvers = {
  ...metadataFields,
  namespace: namespaceOf,
  source: ({ source }) => source ?? {},
};

const { labels: _labels, annotations: _annotations, ...clockMetadata } = metadataFields;

export const clockFields: ClockResolvers = {
  ...clockMetadata,
  namespace: namespaceOf,
  rate: ({ spec }) => spec.rate,
  paused: ({ spec }) => spec.paused,
  now: (clock, _args, { now }) => new Date(podTime(rowOfClock(clock), now())).toISOString(),
  realBase: ({ status }) => status.realBase,
  virtualBase: ({ status }) => status.virtualBase,
  stepTo: ({ status }) => status.step?.to,
};

export const namespaceFields: NamespaceResolvers = {
  ...metadataFields,
  deletionTimestamp: ({ metadata }) => metadata.deletionTimestamp,
  phase: ({ status }) => status?.phase ?? 'Active',
  expiresAt: (namespace) => {
    const at = namespaceExpiry(namespace);
    return at === undefined ? null : new Date(at).toISOString();
  },
};

export const appliedFields: AppliedObjectResolvers = {
  apiVersion: ({ object }) => object.apiVersion,
  kind: ({ object }) => object.kind,
  namespace: ({ object }) => object.metadata.namespace,
  name: ({ object }) => object.metadata.name ?? '',
  pod: ({ object }) => (object.kind === 'Pod' ? as<PodObject>(object) : null),
  manifest: ({ object }) => object,
};

export const nodeFields: NodeResolvers = {
  ...metadataFields,
  ready: ({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false,
  unschedulable: ({ spec }) => spec?.unschedulable ?? false,
  conditions: ({ status }) => status?.conditions ?? [],
  addresses: ({ status }) => status?.addresses ?? [],
  capacity: ({ status }) => status?.capacity ?? {},
  allocatable: ({ status }) => status?.allocatable ?? {},
  podCIDR: ({ spec }) => spec?.podCIDR,
};

export const serviceFields: ServiceResolvers = {
  ...metadataFields,
  namespace: namespaceOf,
  type: ({ spec }) => spec.type ?? 'ClusterIP',
  clusterIP: ({ spec }) => spec.clusterIP,
  externalName: ({ spec }) => spec.externalName,
  selector: ({ spec }) => spec.selector ?? {},
  ports: ({ spec }) => spec.ports ?? [],
};

export const servicePortFields: ServicePortResolvers = {
  protocol: ({ protocol }) => protocol ?? 'TCP',
  targetPort: ({ targetPort }) => (targetPort === undefined ? null : String(targetPort)),
};
