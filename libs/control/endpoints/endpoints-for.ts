/** A Service's Endpoints object: pure. Source: pkg/controller/endpoint/endpoints_controller.go, pkg/api/endpoints/util.go. */
import type * as core from 'kubernetes-types/core/v1.js';
import type { Pod, Service } from '#objects';
import { hostnameIn, isAddressable, isPodReady, targetPortOf } from './pod-address.js';

export interface WantedEndpoints {
  labels: Record<string, string>;
  annotations?: Record<string, string>;
  subsets: core.EndpointSubset[];
}

/** More are left out, and the object says so. */
const MAX_ADDRESSES = 1000;

/** `pods`: those that the Service selects. */
export function endpointsFor(service: Service, pods: Pod[]): WantedEndpoints {
  const unready = service.spec.publishNotReadyAddresses ?? false;
  const usable = pods.filter((pod) => isAddressable(pod) && (unready || !pod.metadata.deletionTimestamp)).sort(byAddress);
  const labels: Record<string, string> = { ...service.metadata.labels, 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' };
  if (service.spec.clusterIP === 'None') labels['service.kubernetes.io/headless'] = '';
  return {
    labels,
    ...(usable.length > MAX_ADDRESSES && { annotations: { 'endpoints.kubernetes.io/over-capacity': 'truncated' } }),
    subsets: subsetsOf(service, usable.slice(0, MAX_ADDRESSES), unready),
  };
}

/** Ports that have the very same pods behind them share a subset: with named target ports, pods may differ in their numbers. */
function subsetsOf(service: Service, pods: Pod[], unready: boolean): core.EndpointSubset[] {
  const byPort = new Map<string, { port?: core.EndpointPort; pods: Pod[] }>();
  const note = (pod: Pod, port?: core.EndpointPort) => {
    const key = JSON.stringify(port ?? null);
    const entry = byPort.get(key) ?? { port, pods: [] };
    entry.pods.push(pod);
    byPort.set(key, entry);
  };
  const ports = service.spec.ports ?? [];
  for (const pod of pods) {
    if (ports.length === 0) note(pod);
    for (const port of ports) {
      const number = targetPortOf(pod, port);
      if (number !== undefined) note(pod, portOf(port, number));
    }
  }
  const byPods = new Map<string, { ports: core.EndpointPort[]; pods: Pod[] }>();
  for (const { port, pods: behind } of byPort.values()) {
    const key = behind.map((pod) => pod.metadata.uid).join();
    const entry = byPods.get(key) ?? { ports: [], pods: behind };
    if (port) entry.ports.push(port);
    byPods.set(key, entry);
  }
  return [...byPods.values()].map(({ ports, pods }) => {
    const isReady = (pod: Pod) => unready || isPodReady(pod);
    const addresses = pods.filter(isReady).map((pod) => addressOf(service, pod));
    const notReadyAddresses = pods.filter((pod) => !isReady(pod)).map((pod) => addressOf(service, pod));
    return { ...(addresses.length > 0 && { addresses }), ...(notReadyAddresses.length > 0 && { notReadyAddresses }), ...(ports.length > 0 && { ports }) };
  });
}

function portOf(port: core.ServicePort, number: number): core.EndpointPort {
  const { name, protocol = 'TCP', appProtocol } = port;
  return { ...(name && { name }), port: number, protocol, ...(appProtocol && { appProtocol }) };
}

function addressOf(service: Service, pod: Pod): core.EndpointAddress {
  const { namespace, name, uid } = pod.metadata;
  const hostname = hostnameIn(pod, service);
  return { ip: pod.status.podIP!, ...(hostname && { hostname }), nodeName: pod.spec.nodeName, targetRef: { kind: 'Pod', namespace, name, uid } };
}

const byAddress = (a: Pod, b: Pod): number => compare(a.status.podIP!, b.status.podIP!) || compare(a.metadata.uid, b.metadata.uid);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
