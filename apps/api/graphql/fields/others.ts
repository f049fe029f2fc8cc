import type { EventResolvers, NamespaceResolvers, NodeResolvers, ServicePortResolvers, ServiceResolvers } from '../generated/types.js';
import { metadataFields, namespaceOf } from './metadata.js';

export const eventFields: EventResolvers = {
  ...metadataFields,
  namespace: namespaceOf,
  source: ({ source }) => source ?? {},
};

export const namespaceFields: NamespaceResolvers = {
  ...metadataFields,
  deletionTimestamp: ({ metadata }) => metadata.deletionTimestamp,
  phase: ({ status }) => status?.phase ?? 'Active',
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
