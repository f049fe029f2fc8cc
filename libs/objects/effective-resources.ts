/**
 * What a pod needs as a whole: max(init containers) against sum(app containers), per resource; a sidecar counts with the apps, and with every
 * init container that comes after it. Source: k8s.io/component-helpers/resource/helpers.go (PodRequests, PodLimits).
 */
import { isSidecar } from './containers.js';
import type { Quantity } from './quantity.js';
import { addQuantities, formatQuantity, maxQuantity, parseQuantity } from './quantity.js';
import type { Container, PodSpec } from './types.js';

/** By resource name. */
export type Resources = Record<string, Quantity>;

/** Pod-level resources, where given, replace what the containers add up to. Overhead is added. */
export const effectiveRequests = (spec: PodSpec): Resources => effective(spec, 'requests');

/** Of what the containers limit. Overhead is added to what is limited. */
export const effectiveLimits = (spec: PodSpec): Resources => effective(spec, 'limits');

function effective(spec: PodSpec, list: 'requests' | 'limits'): Resources {
  const of = (container: Container) => read(container.resources?.[list]);
  let total = spec.containers.map(of).reduce(add, {});
  let sidecars: Resources = {};
  let init: Resources = {};
  for (const container of spec.initContainers ?? []) {
    if (isSidecar(container)) {
      total = add(total, of(container));
      sidecars = add(sidecars, of(container));
      init = max(init, sidecars);
    } else {
      init = max(init, add(of(container), sidecars));
    }
  }
  const needed = { ...max(total, init), ...read(spec.resources?.[list]) };
  const overhead = read(spec.overhead);
  return list === 'requests' ? add(needed, overhead) : add(needed, pick(overhead, needed));
}

const read = (list: Record<string, string> | undefined): Resources =>
  Object.fromEntries(Object.entries(list ?? {}).map(([name, quantity]) => [name, parseQuantity(quantity)]));

/** As text, in canonical form. */
export const resourcesText = (resources: Resources): Record<string, string> =>
  Object.fromEntries(Object.entries(resources).map(([name, quantity]) => [name, formatQuantity(quantity)]));

const add = (a: Resources, b: Resources): Resources => merge(a, b, addQuantities);
const max = (a: Resources, b: Resources): Resources => merge(a, b, maxQuantity);

function merge(a: Resources, b: Resources, both: (x: Quantity, y: Quantity) => Quantity): Resources {
  const result = { ...a };
  for (const [name, quantity] of Object.entries(b)) result[name] = result[name] ? both(result[name], quantity) : quantity;
  return result;
}

const pick = (from: Resources, names: Resources): Resources => Object.fromEntries(Object.entries(from).filter(([name]) => name in names));
