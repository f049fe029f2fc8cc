/** Keeps a Service's Endpoints and EndpointSlices as its pods are. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '#clock';
import { toTime } from '#objects';
import type { KubeObject, Pod, Service } from '#objects';
import type { Cause, Store, Write } from '#store';
import { endpointSlicesFor, MANAGED_BY, MANAGED_BY_LABEL, SERVICE_NAME_LABEL } from './endpoint-slices-for.js';
import { endpointsFor } from './endpoints-for.js';
import { ingressOf } from './load-balancer.js';
import { selects } from './pod-address.js';

export class EndpointsKeeper {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** @throws StoreError CONFLICT when another wrote them meanwhile: to be tried again */
  async keep(namespace: string, name: string): Promise<void> {
    const [service, endpoints] = await Promise.all([
      this.store.get({ kind: 'Service', namespace, name }) as Promise<unknown> as Promise<Service | undefined>,
      this.store.get({ kind: 'Endpoints', namespace, name }),
    ]);
    const isOurs = (labels: Record<string, string>) => labels[SERVICE_NAME_LABEL] === name && labels[MANAGED_BY_LABEL] === MANAGED_BY;
    const slices = (await this.store.list({ kind: 'EndpointSlice', namespace, matches: isOurs })).items;
    let writes: Write[];
    if (!service) {
      writes = [...(endpoints ? [endpoints] : []), ...slices].map((object) => remove(object, 'the Service is gone'));
    } else {
      const { selector, type } = service.spec;
      writes = ingressWrites(service);
      // Without a selector they are somebody else's.
      if (Object.keys(selector ?? {}).length > 0 && type !== 'ExternalName') {
        const listed = await this.store.list({ kind: 'Pod', namespace, matches: (labels) => selects(service, labels) });
        const pods = listed.items as unknown as Pod[];
        writes.push(...this.endpointsWrites(service, pods, endpoints), ...this.sliceWrites(service, pods, slices));
      }
    }
    if (writes.length > 0) await this.store.commit({ writes });
  }

  private endpointsWrites(service: Service, pods: Pod[], current: KubeObject | undefined): Write[] {
    const { name, namespace } = service.metadata;
    const { labels, annotations, subsets } = endpointsFor(service, pods);
    const wanted = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels, ...(annotations && { annotations }) }, subsets };
    return this.write(wanted, current, (object) => [object.metadata.labels, object['subsets'] ?? []]);
  }

  private sliceWrites(service: Service, pods: Pod[], current: KubeObject[]): Write[] {
    const byName = new Map(current.map((slice) => [slice.metadata.name, slice]));
    const writes = endpointSlicesFor(service, pods).flatMap((slice) => {
      const wanted = { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', ...slice } as unknown as KubeObject;
      const existing = byName.get(slice.metadata.name);
      byName.delete(slice.metadata.name);
      return this.write(wanted, existing, (object) => [object.metadata.labels, object['endpoints'], object['ports']]);
    });
    return [...writes, ...[...byName.values()].map((slice) => remove(slice, 'no endpoints are left for it'))];
  }

  /** Writes only what differs in what `essence` sees. */
  private write(wanted: KubeObject, current: KubeObject | undefined, essence: (object: KubeObject) => unknown): Write[] {
    const cause = causeOf(`the pods that Service ${wanted.metadata.labels?.[SERVICE_NAME_LABEL] ?? wanted.metadata.name} selects`);
    if (!current) {
      const metadata = { ...wanted.metadata, uid: randomUUID(), creationTimestamp: toTime(this.clock.now()), ...generation(wanted, 1) };
      return [{ op: 'create', object: { ...wanted, metadata }, cause }];
    }
    // As JSON has it: what is undefined is not there.
    if (isDeepStrictEqual(JSON.parse(JSON.stringify(essence(wanted))), essence(current))) return [];
    const metadata = { ...current.metadata, ...wanted.metadata, ...generation(wanted, (current.metadata.generation ?? 0) + 1) };
    return [{ op: 'update', object: { ...current, ...wanted, metadata }, expect: current.metadata.resourceVersion, cause }];
  }
}

/** A load balancer's address is the work of a cloud's controller in Kubernetes; here it is known at once. */
function ingressWrites(service: Service): Write[] {
  const wanted = ingressOf(service);
  if (wanted === undefined || isDeepStrictEqual(wanted, service.status?.loadBalancer ?? {})) return [];
  const object = { ...service, status: { ...service.status, loadBalancer: wanted } } as unknown as KubeObject;
  return [{ op: 'status', object, expect: service.metadata.resourceVersion, cause: causeOf('the address of a Service of type LoadBalancer') }];
}

const generation = (object: KubeObject, number: number) => (object.kind === 'EndpointSlice' ? { generation: number } : {});
const causeOf = (detail: string): Cause => ({ by: 'endpoints', what: 'decision', detail });

function remove(object: KubeObject, why: string): Write {
  const { namespace = '', name = '', resourceVersion } = object.metadata;
  return { op: 'delete', key: { kind: object.kind, namespace, name }, expect: resourceVersion, cause: causeOf(why) };
}
