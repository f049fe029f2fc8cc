/** A Service's EndpointSlices: pure. Source: staging/src/k8s.io/endpointslice (reconciler.go, utils.go). */
import { createHash } from 'node:crypto';
import type * as discovery from 'kubernetes-types/discovery/v1.js';
import type { ObjectMeta, Pod, Service } from '#objects';
import { hostnameIn, isAddressable, isPodReady, targetPortOf } from './pod-address.js';

export interface WantedSlice {
  metadata: Pick<ObjectMeta, 'name' | 'namespace' | 'labels' | 'ownerReferences'>;
  addressType: 'IPv4';
  endpoints: discovery.Endpoint[];
  ports: discovery.EndpointPort[];
}

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
export const MANAGED_BY = 'endpointslice-controller.k8s.io';

/** Source: --max-endpoints-per-slice. */
const MAX_ENDPOINTS = 100;

/** `pods`: those that the Service selects. There is always one slice at least. */
export function endpointSlicesFor(service: Service, pods: Pod[]): WantedSlice[] {
  const byPorts = new Map<string, { ports: discovery.EndpointPort[]; endpoints: discovery.Endpoint[] }>();
  for (const pod of pods.filter(isAddressable).sort((a, b) => (a.metadata.uid < b.metadata.uid ? -1 : 1))) {
    const ports = portsOf(service, pod);
    const key = JSON.stringify(ports);
    const entry = byPorts.get(key) ?? { ports, endpoints: [] };
    entry.endpoints.push(endpointOf(service, pod));
    byPorts.set(key, entry);
  }
  const contents: Pick<WantedSlice, 'endpoints' | 'ports'>[] = [];
  for (const { ports, endpoints } of byPorts.values()) {
    for (let from = 0; from < endpoints.length; from += MAX_ENDPOINTS) contents.push({ ports, endpoints: endpoints.slice(from, from + MAX_ENDPOINTS) });
  }
  if (contents.length === 0) contents.push({ ports: [], endpoints: [] });
  return contents.map((content, index) => ({ metadata: metadataOf(service, index), addressType: 'IPv4', ...content }));
}

function portsOf(service: Service, pod: Pod): discovery.EndpointPort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPortOf(pod, port);
    if (number === undefined) return [];
    return [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP', ...(port.appProtocol && { appProtocol: port.appProtocol }) }];
  });
}

function endpointOf(service: Service, pod: Pod): discovery.Endpoint {
  const { namespace, name, uid, deletionTimestamp } = pod.metadata;
  const serving = isPodReady(pod);
  const terminating = !!deletionTimestamp;
  const ready = (service.spec.publishNotReadyAddresses ?? false) || (serving && !terminating);
  const hostname = hostnameIn(pod, service);
  return {
    addresses: [pod.status.podIP!],
    conditions: { ready, serving, terminating },
    ...(hostname && { hostname }),
    targetRef: { kind: 'Pod', namespace, name, uid },
    nodeName: pod.spec.nodeName,
  };
}

function metadataOf(service: Service, index: number): WantedSlice['metadata'] {
  const { name, namespace, uid, labels } = service.metadata;
  // Kubernetes draws the suffix; drawn from the Service it needs no search, and two writers cannot make two of it.
  const suffix = createHash('sha256').update(`${uid}/${index}`).digest('hex').slice(0, 5);
  return {
    name: `${name}-${suffix}`,
    namespace,
    labels: {
      ...labels,
      [SERVICE_NAME_LABEL]: name,
      [MANAGED_BY_LABEL]: MANAGED_BY,
      ...(service.spec.clusterIP === 'None' && { 'service.kubernetes.io/headless': '' }),
    },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true }],
  };
}
