import type { Clock } from '#clock';
import type { Endpoints, KubeObject, Service } from '#objects';
import type { ContainerRuntime, ServiceEntry } from '#runtime';
import type { Change } from '#store';

/** Changes of Services come in bursts; the runtime gets the whole table, so it gets it once a burst. */
const QUIET_MS = 20;

/** Keeps the runtime's table of Services as the change log has them. */
export class ServiceTable {
  private readonly services = new Map<string, Service>();
  private readonly endpoints = new Map<string, Endpoints>();
  private table: ServiceEntry[] = [];
  private cancel: (() => void) | undefined;

  constructor(
    private readonly runtime: Pick<ContainerRuntime, 'setServices'>,
    private readonly clock: Clock,
  ) {}

  start(objects: KubeObject[]): void {
    this.services.clear();
    this.endpoints.clear();
    for (const object of objects) this.put(object);
    this.publish();
  }

  apply(change: Change): void {
    const { kind, namespace, name } = change.key;
    if (kind !== 'Service' && kind !== 'Endpoints') return;
    if (change.type === 'DELETED') (kind === 'Service' ? this.services : this.endpoints).delete(`${namespace}/${name}`);
    else this.put(change.object);
    this.cancel ??= this.clock.at(this.clock.now() + QUIET_MS, () => {
      this.cancel = undefined;
      this.publish();
    });
  }

  stop(): void {
    this.cancel?.();
  }

  /** As the runtime has it. */
  get current(): readonly ServiceEntry[] {
    return this.table;
  }

  private put(object: KubeObject): void {
    const name = `${object.metadata.namespace}/${object.metadata.name}`;
    if (object.kind === 'Service') this.services.set(name, object as unknown as Service);
    else this.endpoints.set(name, object as unknown as Endpoints);
  }

  private publish(): void {
    this.table = [...this.services].map(([name, service]) => serviceEntry(service, this.endpoints.get(name)));
    this.runtime.setServices(this.table);
  }
}

/** A Service and its ready addresses, as DNS and routing need them. */
export function serviceEntry(service: Service, endpoints: Endpoints | undefined): ServiceEntry {
  const { spec, metadata, status } = service;
  const ingress = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  return {
    namespace: metadata.namespace,
    name: metadata.name,
    ip: spec.clusterIP ?? '',
    externalIPs: [...(spec.externalIPs ?? []), ...ingress],
    ...(spec.sessionAffinity === 'ClientIP' && { affinitySeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800 }),
    endpoints: (endpoints?.subsets ?? []).flatMap(({ addresses = [] }) => addresses.map(({ ip, hostname }) => ({ ip, ...(hostname && { hostname }) }))),
    externalName: spec.type === 'ExternalName' ? spec.externalName : undefined,
    ports: (spec.ports ?? []).map((port) => ({
      name: port.name ?? '',
      protocol: port.protocol ?? 'TCP',
      port: port.port,
      nodePort: port.nodePort,
      targets: (endpoints?.subsets ?? []).flatMap((subset) => {
        const target = subset.ports?.find((one) => (one.name ?? '') === (port.name ?? '') && (one.protocol ?? 'TCP') === (port.protocol ?? 'TCP'));
        return target ? (subset.addresses ?? []).map(({ ip }) => ({ ip, port: target.port })) : [];
      }),
    })),
  };
}
