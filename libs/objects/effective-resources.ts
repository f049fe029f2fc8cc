/**
 * What a pod needs as a whole: max(init containers) against sum(app containers), per resource; a sidecar counts with the apps, and with every
 * init container that comes after it. Source: k8s.io/component-helpers/resource/helpers.go (PodRequests, PodLimits).
 */
import { isSidecar } from './containers.js';
import type { Quantity } from './quantity.js';
import { addQuantities, formatQuantity, maxQuantity, parseQuantity, subtractQuantities } from './quantity.js';
import type { Container, PodSpec } from './types.js';

/** By resource name. */
export type Resources = Record<string, Quantity>;

/** Pod-level resources, where given, replace what the containers add up to. Overhead is added. @throws QuantityError */
export const effectiveRequests = (spec: PodSpec): Resources => effective(spec, 'requests');

/** Of what the containers limit. Overhead is added to what is limited. @throws QuantityError */
export const effectiveLimits = (spec: PodSpec): Resources => effective(spec, 'limits');

/** What the containers ask for together, without pod-level resources and overhead. @throws QuantityError */
export const containerRequests = (spec: PodSpec): Resources => aggregate(spec, 'requests');

/** As containerRequests. @throws QuantityError */
export const containerLimits = (spec: PodSpec): Resources => aggregate(spec, 'limits');

function effective(spec: PodSpec, list: 'requests' | 'limits'): Resources {
  const needed = { ...aggregate(spec, list), ...parseResources(spec.resources?.[list]) };
  const overhead = parseResources(spec.overhead);
  return addResources(needed, list === 'requests' ? overhead : pickResources(overhead, (name) => needed[name] !== undefined && needed[name].nanos !== 0n));
}

function aggregate(spec: PodSpec, list: 'requests' | 'limits'): Resources {
  const of = (container: Container) => parseResources(container.resources?.[list]);
  let total = spec.containers.map(of).reduce(addResources, {});
  let sidecars: Resources = {};
  let init: Resources = {};
  for (const container of spec.initContainers ?? []) {
    if (isSidecar(container)) {
      total = addResources(total, of(container));
      sidecars = addResources(sidecars, of(container));
      init = maxResources(init, sidecars);
    } else {
      init = maxResources(init, addResources(of(container), sidecars));
    }
  }
  return maxResources(total, init);
}

/** @throws QuantityError */
export const parseResources = (list: Readonly<Record<string, string>> | undefined): Resources =>
  Object.fromEntries(Object.entries(list ?? {}).map(([name, quantity]) => [name, parseQuantity(quantity)]));

/** As text, in canonical form. */
export const resourcesText = (resources: Resources): Record<string, string> =>
  Object.fromEntries(Object.entries(resources).map(([name, quantity]) => [name, formatQuantity(quantity)]));

export const addResources = (a: Resources, b: Resources): Resources => merge(a, b, addQuantities);
export const maxResources = (a: Resources, b: Resources): Resources => merge(a, b, maxQuantity);

/** a - b; what only b names counts below nothing. */
export const subtractResources = (a: Resources, b: Resources): Resources =>
  addResources(a, Object.fromEntries(Object.entries(b).map(([name, quantity]) => [name, subtractQuantities({ nanos: 0n, format: quantity.format }, quantity)])));

function merge(a: Resources, b: Resources, both: (x: Quantity, y: Quantity) => Quantity): Resources {
  const result = { ...a };
  for (const [name, quantity] of Object.entries(b)) result[name] = result[name] ? both(result[name], quantity) : quantity;
  return result;
}

export const pickResources = (from: Resources, wanted: (name: string) => boolean): Resources =>
  Object.fromEntries(Object.entries(from).filter(([name]) => wanted(name)));
