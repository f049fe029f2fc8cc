/** Source: validateResourceRequirements, validatePodResources, validateResizePolicy, validateOverhead in pkg/apis/core/validation. */
import { containerRequests } from '../effective-resources.js';
import { compareQuantities, formatQuantity, isQuantity, QuantityError } from '../quantity.js';
import type { Container, PodSpec, ResourceRequirements } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notFound, notSupported, required } from './causes.js';
import { dnsLabelFaults } from './names.js';
import { containerResourceNameCauses, isHugePages, isOvercommitAllowed, podResourceNameCauses, resourceQuantityCauses } from './resource-names.js';

type NameRule = (name: string, at: string) => FieldCause[];

/** `claims`: the names in spec.resourceClaims. */
export function containerResourceCauses(resources: ResourceRequirements | undefined, claims: ReadonlySet<string>, path: string): FieldCause[] {
  return [...requirementCauses(resources, containerResourceNameCauses, path), ...claimCauses(resources?.claims, claims, `${path}.claims`)];
}

function requirementCauses({ limits = {}, requests = {} }: ResourceRequirements = {}, nameRule: NameRule, path: string): FieldCause[] {
  const causes: FieldCause[] = [];
  for (const [name, quantity] of Object.entries(limits)) causes.push(...entryCauses(name, quantity, nameRule, `${path}.limits[${name}]`));
  for (const [name, quantity] of Object.entries(requests)) {
    causes.push(...entryCauses(name, quantity, nameRule, `${path}.requests[${name}]`));
    const limit = limits[name];
    if (!isQuantity(quantity) || (limit !== undefined && !isQuantity(limit))) continue;
    if (limit === undefined) {
      if (!isOvercommitAllowed(name)) causes.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    } else if (!isOvercommitAllowed(name) && compareQuantities(quantity, limit) !== 0) {
      causes.push(invalid(`${path}.requests`, quantity, `must be equal to ${name} limit of ${limit}`));
    } else if (compareQuantities(quantity, limit) > 0) {
      causes.push(invalid(`${path}.requests`, quantity, `must be less than or equal to ${name} limit of ${limit}`));
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) causes.push(forbidden(path, 'HugePages require cpu or memory'));
  return causes;
}

const entryCauses = (name: string, quantity: string, nameRule: NameRule, at: string): FieldCause[] => [
  ...nameRule(name, at),
  ...resourceQuantityCauses(name, quantity, at),
];

function claimCauses(claims: ResourceRequirements['claims'] = [], known: ReadonlySet<string>, path: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const seen = new Set<string>();
  for (const [index, { name, request }] of (claims as { name: string; request?: string }[]).entries()) {
    const at = `${path}[${index}]`;
    if (!name) {
      causes.push(required(at));
      continue;
    }
    const key = request ? `${name}/${request}` : name;
    const overlaps = seen.has(name) || seen.has(key) || (!request && [...seen].some((other) => other.startsWith(`${name}/`)));
    if (request) causes.push(...dnsLabelFaults(request).map((why) => invalid(`${at}.request`, request, why)));
    if (overlaps) causes.push(duplicate(at, key));
    seen.add(key);
    if (known.has(name)) continue;
    const missing = notFound(at, name);
    const names = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
    causes.push({ ...missing, message: `${missing.message}: must be one of the names in pod.spec.resourceClaims${names}` });
  }
  return causes;
}

/** Pod-level resources: what the containers ask for together, and the limit of each, must fit. */
export function podResourceCauses(spec: PodSpec): FieldCause[] {
  const { resources } = spec;
  if (!resources) return [];
  const at = 'spec.resources';
  const causes: FieldCause[] = resources.claims ? [forbidden(`${at}.claims`, 'claims cannot be set for Resources at pod-level')] : [];
  causes.push(...requirementCauses(resources, podResourceNameCauses, at));
  try {
    causes.push(...consistencyCauses(spec, resources, at));
  } catch (error) {
    // What is not a quantity has been told already.
    if (!(error instanceof QuantityError)) throw error;
  }
  return causes;
}

function consistencyCauses(spec: PodSpec, resources: ResourceRequirements, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  for (const [name, total] of Object.entries(containerRequests(spec))) {
    const own = resources.requests?.[name] ?? '0';
    const sum = formatQuantity(total);
    if (compareQuantities(sum, own) > 0) causes.push(invalid(`${at}.requests[${name}]`, own, `must be greater than or equal to aggregate container requests of ${sum}`));
  }
  for (const [index, container] of spec.containers.entries()) {
    for (const [name, limit] of Object.entries(container.resources?.limits ?? {})) {
      const own = resources.limits?.[name];
      if (own !== undefined && compareQuantities(limit, own) > 0) {
        causes.push(invalid(`${at}.containers[${index}][${name}].limits`, limit, `must be less than or equal to pod limits of ${own}`));
      }
    }
  }
  return causes;
}

export const overheadCauses = (overhead: PodSpec['overhead'] = {}): FieldCause[] => requirementCauses({ limits: overhead }, containerResourceNameCauses, 'spec.overhead');

const RESIZABLE = ['cpu', 'memory'];
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];

export function resizePolicyCauses({ resizePolicy = [] }: Container, restartPolicy: string | undefined, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const seen = new Set<string>();
  for (const [index, policy] of resizePolicy.entries()) {
    if (seen.has(policy.resourceName)) causes.push(duplicate(`${at}[${index}]`, policy.resourceName));
    seen.add(policy.resourceName);
    if (!policy.resourceName) causes.push(required(at));
    else if (!RESIZABLE.includes(policy.resourceName)) causes.push(notSupported(at, policy.resourceName, RESIZABLE));
    if (!policy.restartPolicy) causes.push(required(at));
    else if (!RESIZE_POLICIES.includes(policy.restartPolicy)) causes.push(notSupported(at, policy.restartPolicy, RESIZE_POLICIES));
    if (restartPolicy === 'Never' && policy.restartPolicy !== 'NotRequired') {
      causes.push(invalid(at, policy.restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'"));
    }
  }
  return causes;
}
