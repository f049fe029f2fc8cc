/** A pod as an endpoint. Source: staging/src/k8s.io/endpointslice/util, pkg/controller/endpoint. */
import { ownValue } from '#objects';
import type { Pod, Service, ServicePort } from '#objects';

/** An empty selector selects nothing: its Service's endpoints are somebody else's business. */
export function selects(service: Service, labels: Record<string, string>): boolean {
  const selector = Object.entries(service.spec.selector ?? {});
  return selector.length > 0 && selector.every(([name, value]) => ownValue(labels, name) === value);
}

export const isPodReady = (pod: Pod): boolean => pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;

/** Whether the pod has an address that may be used, now or when it is ready. */
export function isAddressable(pod: Pod): boolean {
  const { phase, podIP } = pod.status ?? {};
  return !!podIP && phase !== 'Failed' && phase !== 'Succeeded';
}

/** Everything of a pod that endpoints may depend on and that can change, but for its labels. */
export function addressSignature(pod: Pod): string {
  if (!isAddressable(pod)) return '';
  return [pod.status.podIP, isPodReady(pod), !!pod.metadata.deletionTimestamp, pod.spec.nodeName].join(' ');
}

/** The number that a Service's port has on this pod: as given, or that of the container port so named. Undefined: the pod has none. */
export function targetPortOf(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target;
  const protocol = port.protocol ?? 'TCP';
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  for (const container of [...pod.spec.containers, ...sidecars]) {
    const named = container.ports?.find((one) => one.name === target && (one.protocol ?? 'TCP') === protocol);
    if (named) return named.containerPort;
  }
  return /^\d+$/.test(target) ? Number(target) : undefined;
}

/** The pod's own name in the Service's domain, when it asks for one. */
export function hostnameIn(pod: Pod, service: Service): string | undefined {
  const { hostname, subdomain } = pod.spec;
  return hostname && subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace ? hostname : undefined;
}
