/** Source: defaultPodRequests, defaultPodLimits, defaultHugePagePodLimits in pkg/apis/core/v1/defaults.go. */
import { containerLimits, containerRequests, resourcesText } from '../effective-resources.js';
import { QuantityError } from '../quantity.js';
import type { PodSpec, ResourceRequirements } from '../types.js';
import { isHugePages, isOvercommitAllowed } from '../validation/resource-names.js';
import { canonicalList } from './container.js';

type List = Record<string, string>;

const isPodLevel = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePages(name);

/**
 * What the pod as a whole asks for where it says only a part: its requests are what its containers ask for together, else its limits; its limits,
 * where all containers are limited, are theirs together. Containers have been defaulted.
 */
export function defaultPodResources(spec: PodSpec): ResourceRequirements {
  const { resources = {} } = spec;
  const limits = canonicalList(resources.limits);
  const requests = canonicalList(resources.requests);
  const own = { ...resources, ...(limits && { limits }), ...(requests && { requests }) };
  try {
    return completed(spec, own);
  } catch (error) {
    // What is not a quantity is for validation to tell.
    if (error instanceof QuantityError) return own;
    throw error;
  }
}

function completed(spec: PodSpec, own: ResourceRequirements): ResourceRequirements {
  const given = { limits: { ...own.limits }, requests: { ...own.requests } };
  if (Object.keys({ ...given.limits, ...given.requests }).length === 0) return own;
  const together = { limits: resourcesText(containerLimits(spec)), requests: resourcesText(containerRequests(spec)) };
  fill(given.limits, together.limits, (name) => isHugePages(name) && given.requests[name] === undefined);
  if (Object.keys(given.limits).length > 0) {
    fill(given.requests, together.requests, (name) => isOvercommitAllowed(name));
    fill(given.requests, given.limits, () => true);
  } else {
    fill(given.limits, together.limits, (name) => isOvercommitAllowed(name) && isLimitedEverywhere(spec, name));
  }
  const isFull = (list: List) => Object.keys(list).length > 0;
  return { ...own, ...(isFull(given.limits) && { limits: given.limits }), ...(isFull(given.requests) && { requests: given.requests }) };
}

function fill(list: List, from: List, wanted: (name: string) => boolean): void {
  for (const [name, quantity] of Object.entries(from)) if (list[name] === undefined && isPodLevel(name) && wanted(name)) list[name] = quantity;
}

const isLimitedEverywhere = ({ containers, initContainers = [] }: PodSpec, name: string): boolean =>
  [...containers, ...initContainers].every(({ resources }) => resources?.limits?.[name] !== undefined);
