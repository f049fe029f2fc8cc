/** What an object counts for in a ResourceQuota. Source: pkg/quota/v1/evaluator/core (pods.go, services.go), pkg/quota/v1/generic. */
import { addResources, effectiveLimits, effectiveRequests } from '../effective-resources.js';
import type { Resources } from '../effective-resources.js';
import { qosClass } from '../qos.js';
import type { Quantity } from '../quantity.js';
import type { KubeObject, Pod, PodSpec, ResourceQuota, Service } from '../types.js';
import { isExtendedResource, isHugePages } from '../validation/resource-names.js';

const one = (count = 1): Quantity => ({ nanos: BigInt(count) * 1_000_000_000n, format: 'DecimalSI' });

/** Kinds with a name of their own in quotas, beside count/<resource>. */
const NAMED = new Set(['pods', 'services', 'secrets', 'configmaps', 'resourcequotas', 'replicationcontrollers', 'persistentvolumeclaims']);

/** How a quota names a kind of objects: its plural, with its group unless that is core (`endpointslices.discovery.k8s.io`). */
export type QuotaResource = string;

/** By quota resource name. A pod that has ended counts as an object only. @throws QuantityError */
export function quotaUsage(resource: QuotaResource, object: KubeObject): Resources {
  const usage: Resources = { [`count/${resource}`]: one() };
  if (resource === 'pods') return isEnded(object as Pod) ? usage : { ...usage, ...podUsage((object as Pod).spec) };
  if (NAMED.has(resource)) usage[resource] = one();
  return resource === 'services' ? { ...usage, ...serviceUsage(object as Service) } : usage;
}

const isEnded = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

function podUsage(spec: PodSpec): Resources {
  return { pods: one(), ...computeUsage(effectiveRequests(spec), effectiveLimits(spec)) };
}

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];

function computeUsage(requests: Resources, limits: Resources): Resources {
  const usage: Resources = {};
  for (const name of COMPUTE) {
    if (requests[name]) usage[name] = usage[`requests.${name}`] = requests[name];
    if (limits[name]) usage[`limits.${name}`] = limits[name];
  }
  for (const [name, quantity] of Object.entries(requests)) {
    if (isHugePages(name)) usage[name] = quantity;
    if (isHugePages(name) || isExtendedResource(name)) usage[`requests.${name}`] = quantity;
  }
  return usage;
}

function serviceUsage({ spec }: Service): Resources {
  const ports = spec.ports ?? [];
  const withPorts = spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  const nodePorts = withPorts ? ports.length : spec.type === 'LoadBalancer' ? ports.filter((port) => port.nodePort).length : 0;
  return { 'services.nodeports': one(nodePorts), 'services.loadbalancers': one(spec.type === 'LoadBalancer' ? 1 : 0) };
}

/** Of which resources a quota may limit this kind. */
export function isCountedFor(resource: QuotaResource, name: string): boolean {
  if (name === `count/${resource}`) return true;
  if (resource === 'services') return name === 'services' || name === 'services.nodeports' || name === 'services.loadbalancers';
  if (resource !== 'pods') return name === resource && NAMED.has(resource);
  const bare = name.replace(/^(requests|limits)\./, '');
  return name === 'pods' || COMPUTE.includes(bare) || isHugePages(bare) || (name.startsWith('requests.') && isExtendedResource(bare));
}

interface ScopeRequirement {
  scopeName: string;
  operator: string;
  values?: string[];
}

/** A quota without scopes is for all objects; one with scopes for the pods that are in all of them. @throws QuantityError */
export function isInScopes({ spec }: ResourceQuota, resource: QuotaResource, object: KubeObject): boolean {
  const scopes: ScopeRequirement[] = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  const requirements = [...scopes, ...(spec?.scopeSelector?.matchExpressions ?? [])];
  return requirements.every((requirement) => resource === 'pods' && isInScope(requirement, (object as Pod).spec));
}

function isInScope({ scopeName, operator, values = [] }: ScopeRequirement, spec: PodSpec): boolean {
  switch (scopeName) {
    case 'Terminating':
      return spec.activeDeadlineSeconds !== undefined;
    case 'NotTerminating':
      return spec.activeDeadlineSeconds === undefined;
    case 'BestEffort':
      return qosClass(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(spec) !== 'BestEffort';
    case 'PriorityClass': {
      const name = spec.priorityClassName ?? '';
      if (operator === 'Exists') return name !== '';
      if (operator === 'DoesNotExist') return name === '';
      return operator === 'In' ? values.includes(name) && name !== '' : !values.includes(name);
    }
    case 'CrossNamespacePodAffinity':
      return crossesNamespaces(spec);
    default:
      return false;
  }
}

function crossesNamespaces({ affinity }: PodSpec): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((side) => [
    ...(side?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
  ]);
  return terms.some((term) => (term.namespaces?.length ?? 0) > 0 || term.namespaceSelector !== undefined);
}

const MUST_BE_SET = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

/** What a pod's containers leave out that a quota with these resources wants each of them to say: `limits.cpu for: app,init`. */
export function missingForQuota(hard: string[], { spec }: Pod): string | undefined {
  const wanted = MUST_BE_SET.filter((name) => hard.includes(name)).sort();
  const ofPod = namesOf(spec.resources);
  const missing = wanted.flatMap((name) => {
    const containers = [...spec.containers, ...(spec.initContainers ?? [])].filter(({ resources }) => !ofPod.has(name) && !namesOf(resources).has(name));
    return containers.length > 0 ? [`${name} for: ${containers.map((container) => container.name).sort().join(',')}`] : [];
  });
  return missing.length > 0 ? `must specify ${missing.join('; ')}` : undefined;
}

function namesOf({ requests = {}, limits = {} }: { requests?: object; limits?: object } = {}): Set<string> {
  return new Set([...Object.keys(requests).flatMap((name) => [name, `requests.${name}`]), ...Object.keys(limits).map((name) => `limits.${name}`)]);
}

/** What all these objects use of what the quota limits; nothing of a resource is `0`. @throws QuantityError */
export function totalUsage(quota: ResourceQuota, objects: Iterable<{ resource: QuotaResource; object: KubeObject }>): Resources {
  let total: Resources = {};
  for (const { resource, object } of objects) if (isInScopes(quota, resource, object)) total = addResources(total, quotaUsage(resource, object));
  return Object.fromEntries(Object.keys(quota.spec?.hard ?? {}).map((name) => [name, total[name] ?? one(0)]));
}
