import { causes, defaultService, validateService, validateServiceUpdate } from '#objects';
import type { FieldCause, KubeObject, Service, ServicePort } from '#objects';
import type { KindRow } from './row.js';
import { nameCauses } from './validation.js';

const asService = (object: KubeObject): Service => object as Service;

export const service: KindRow = {
  kind: 'Service',
  group: '',
  version: 'v1',
  resource: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  subresources: ['status'],
  definition: 'io.k8s.api.core.v1.Service',
  hasStatus: true,
  hasGeneration: false,
  returnsDeleted: true,
  defaults: defaulted,
  prepareCreate(object) {
    defaulted(object);
    object.status = { loadBalancer: {} };
  },
  prepareUpdate: (next, current) => keepAllocated(asService(next), asService(current)),
  validate: (object) => [...nameCauses(object, 'dns1035'), ...validateService(asService(object)), ...oneFamily(asService(object))],
  validateUpdate: (next, current) => validateServiceUpdate(asService(next), asService(current)),
};

/** clusterIP and clusterIPs say the same; either may be given. */
function defaulted(object: KubeObject): void {
  const item = asService(object);
  defaultService(item);
  const { spec } = item;
  if (spec.type === 'ExternalName') return;
  if (!spec.clusterIP && spec.clusterIPs?.[0]) spec.clusterIP = spec.clusterIPs[0];
  if (spec.clusterIP) spec.clusterIPs ??= [spec.clusterIP];
}

/** An update that leaves out what was allocated keeps it. Source: patchAllocatedValues in pkg/registry/core/service/storage. */
function keepAllocated(next: Service, current: Service): void {
  next.spec ??= {};
  const { spec } = next;
  const wantsAddress = (spec.type ?? 'ClusterIP') !== 'ExternalName';
  if (wantsAddress && current.spec.type !== 'ExternalName' && !spec.clusterIP && !spec.clusterIPs?.length) {
    const { clusterIP, clusterIPs } = current.spec;
    Object.assign(spec, { ...(clusterIP && { clusterIP }), ...(clusterIPs && { clusterIPs }) });
  }
  // What became an ExternalName gives its address back.
  if (!wantsAddress && spec.clusterIP === current.spec.clusterIP) {
    delete spec.clusterIP;
    delete spec.clusterIPs;
  }
  const hasNodePorts = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  const before = new Map((current.spec.ports ?? []).map((port) => [portId(port), port.nodePort]));
  for (const port of spec.ports ?? []) {
    const old = before.get(portId(port));
    if (hasNodePorts && !port.nodePort && old) port.nodePort = old;
    // What is no longer of a type with node ports, but says nothing else, loses them.
    if (!hasNodePorts && port.nodePort && port.nodePort === old) delete port.nodePort;
  }
}

const portId = ({ protocol = 'TCP', port }: ServicePort): string => `${protocol}/${port}`;

/** Two addresses that Kubernetes would allow are one too many here. */
const oneFamily = ({ spec: { clusterIPs = [] } }: Service): FieldCause[] =>
  clusterIPs.length === 2 ? [causes.invalid('spec.clusterIPs', clusterIPs, 'only one address family (IPv4) is served')] : [];
