/** Counting anew what is used of a quota. Source: pkg/controller/resourcequota. */
import type { KubeObject, ResourceQuota } from '../types.js';
import { withUsage } from './quota.js';
import { isCountedFor, totalUsage } from './quota-usage.js';

/** The kinds that stand in namespaces, as quotas name them. */
const RESOURCES: Readonly<Record<string, string>> = {
  Pod: 'pods',
  Service: 'services',
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  ResourceQuota: 'resourcequotas',
  LimitRange: 'limitranges',
  ServiceAccount: 'serviceaccounts',
  Endpoints: 'endpoints',
  EndpointSlice: 'endpointslices.discovery.k8s.io',
  Event: 'events',
};

/** Whether objects of this kind may be counted by some quota. */
export const isQuotaKind = (kind: string): boolean => Object.hasOwn(RESOURCES, kind);

/**
 * The quota with what is used of it. `list`: all objects of a kind in its namespace, read after the quota was: what is created after that
 * changes the quota, so that a write that expects its resourceVersion cannot miss anything. @throws QuantityError
 */
export async function countQuota(quota: ResourceQuota, list: (kind: string, namespace: string) => Promise<KubeObject[]>): Promise<ResourceQuota> {
  const names = Object.keys(quota.spec?.hard ?? {});
  const kinds = Object.entries(RESOURCES).filter(([, resource]) => names.some((name) => isCountedFor(resource, name)));
  const found = await Promise.all(
    kinds.map(async ([kind, resource]) => (await list(kind, quota.metadata.namespace ?? '')).map((object) => ({ resource, object }))),
  );
  return withUsage(quota, totalUsage(quota, found.flat()));
}
