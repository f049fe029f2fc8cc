/** Whether quotas let an object in, and what they say then. Source: staging/src/k8s.io/apiserver/pkg/admission/plugin/resourcequota/controller.go. */
import { addResources, parseResources, pickResources, resourcesText, subtractResources } from '../effective-resources.js';
import type { Resources } from '../effective-resources.js';
import type { KubeObject, Pod, ResourceQuota } from '../types.js';
import { isCountedFor, isInScopes, missingForQuota, quotaUsage } from './quota-usage.js';
import type { QuotaResource } from './quota-usage.js';

type Status = NonNullable<ResourceQuota['status']>;

/** The quotas that the object is to be charged to, with what they will have used; or why one refuses it. */
export type Charge = { charged: ResourceQuota[] } | { refused: string };

/** Whether its status says what has been used of everything that it limits now. */
export function isCounted({ spec, status }: ResourceQuota): boolean {
  const hard = Object.entries(spec?.hard ?? {});
  return hard.length === Object.keys(status?.hard ?? {}).length && hard.every(([name, limit]) => status?.hard?.[name] === limit && status?.used?.[name] !== undefined);
}

/** Whether the quota is about this object at all; it may be asked before it has been counted. @throws QuantityError */
export const concerns = (quota: ResourceQuota, resource: QuotaResource, object: KubeObject): boolean =>
  Object.keys(quota.spec?.hard ?? {}).some((name) => isCountedFor(resource, name)) && isInScopes(quota, resource, object);

/**
 * `quotas`: all of the namespace; those that concern the object have been counted. `previous`: what is there already of the object,
 * when it is changed. @throws QuantityError
 */
export function chargeQuotas(quotas: ResourceQuota[], resource: QuotaResource, object: KubeObject, previous?: KubeObject): Charge {
  const usage = quotaUsage(resource, object);
  const charged: ResourceQuota[] = [];
  for (const quota of quotas) {
    if (!concerns(quota, resource, object)) continue;
    const { name } = quota.metadata;
    const hard = quota.spec?.hard ?? {};
    const missing = resource === 'pods' ? missingForQuota(Object.keys(hard), object as Pod) : undefined;
    if (missing) return { refused: `failed quota: ${name}: ${missing}` };
    const before = previous && isInScopes(quota, resource, previous) ? quotaUsage(resource, previous) : {};
    const requested = pickResources(atLeastNothing(subtractResources(usage, before)), (resourceName) => resourceName in hard);
    if (Object.keys(requested).length === 0) continue;
    const used = parseResources(quota.status?.used);
    const next = addResources(used, requested);
    const limited = parseResources(hard);
    const exceeded = Object.keys(requested).filter((resourceName) => next[resourceName]!.nanos > limited[resourceName]!.nanos);
    if (exceeded.length > 0) {
      const shown = (resources: Resources) => listed(pickResources(resources, (resourceName) => exceeded.includes(resourceName)));
      return { refused: `exceeded quota: ${name}, requested: ${shown(requested)}, used: ${shown(used)}, limited: ${shown(limited)}` };
    }
    charged.push(withUsage(quota, next));
  }
  return { charged };
}

const atLeastNothing = (resources: Resources): Resources => Object.fromEntries(Object.entries(resources).filter(([, { nanos }]) => nanos > 0n));

/** `pods=1,requests.cpu=500m` */
const listed = (resources: Resources): string =>
  Object.entries(resourcesText(resources))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, quantity]) => `${name}=${quantity}`)
    .join(',');

/** The quota with this use in its status. */
export function withUsage(quota: ResourceQuota, used: Resources): ResourceQuota {
  const status: Status = { hard: { ...quota.spec?.hard }, used: resourcesText(used) };
  return { ...quota, status };
}
