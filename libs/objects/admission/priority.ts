/** What a PriorityClass gives a pod. Source: plugin/pkg/admission/priority, pkg/apis/scheduling/v1/helpers.go. */
import type { PodSpec, PriorityClass } from '../types.js';

type Class = Pick<PriorityClass, 'value' | 'globalDefault' | 'preemptionPolicy' | 'description'> & { metadata: { name?: string } };

export const PREEMPT_LOWER = 'PreemptLowerPriority';

/** The classes that every cluster has. */
export const SYSTEM_PRIORITY_CLASSES = [
  {
    metadata: { name: 'system-node-critical' },
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
  {
    metadata: { name: 'system-cluster-critical' },
    value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
] as const satisfies Class[];

/** What a pod has that names no class while there is none for all. */
const NO_CLASS: Class = { metadata: {}, value: 0, preemptionPolicy: PREEMPT_LOWER };

/** The class of pods that name none: of several that say so the lowest. Undefined: there is none. */
export function defaultPriorityClass<T extends Class>(classes: T[]): T | undefined {
  return classes.filter(({ globalDefault }) => globalDefault).reduce<T | undefined>((lowest, one) => (lowest && lowest.value <= one.value ? lowest : one), undefined);
}

/** Sets the pod's priority by its class (undefined: it has none), in place. Returns why the pod is forbidden. */
export function givePriority(spec: PodSpec, found: Class | undefined): string | undefined {
  const { metadata, value, preemptionPolicy } = found ?? NO_CLASS;
  const computed = 'priority admission controller computed';
  if (!spec.priorityClassName && metadata.name) spec.priorityClassName = metadata.name;
  if (spec.priority !== undefined && spec.priority !== value) {
    return `the integer value of priority (${spec.priority}) must not be provided in pod spec; ${computed} ${value} from the given PriorityClass name`;
  }
  spec.priority = value;
  if (preemptionPolicy === undefined) return undefined;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    return `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; ${computed} ${preemptionPolicy} from the given PriorityClass name`;
  }
  spec.preemptionPolicy = preemptionPolicy;
  return undefined;
}
