import { compareQuantities, parseQuantity } from './quantity.js';
import type { PodSpec } from './types.js';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';

const RESOURCES = ['cpu', 'memory'];

/** Source: pkg/apis/core/v1/helper/qos.ComputePodQOS. Init containers count as well as app containers; pod-level resources, where set, decide alone. */
export function qosClass(spec: PodSpec): QosClass {
  const lists = spec.resources?.requests || spec.resources?.limits ? [spec.resources] : containerResources(spec);
  let asked = false;
  let guaranteed = true;
  for (const resources of lists) {
    for (const name of RESOURCES) {
      const request = positive(resources?.requests?.[name]);
      const limit = positive(resources?.limits?.[name]);
      if (request ?? limit) asked = true;
      if (limit === undefined || compareQuantities(request ?? limit, limit) !== 0) guaranteed = false;
    }
  }
  return !asked ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable';
}

const containerResources = (spec: PodSpec) => [...(spec.initContainers ?? []), ...spec.containers].map((container) => container.resources);

const positive = (quantity: string | undefined): string | undefined =>
  quantity !== undefined && parseQuantity(quantity).nanos > 0n ? quantity : undefined;
