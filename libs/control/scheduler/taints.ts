/** Taints and tolerations. Source: FindMatchingUntoleratedTaint in staging/src/k8s.io/component-helpers/scheduling/corev1. */
import type * as core from 'kubernetes-types/core/v1.js';
import type { Node, Pod } from '#objects';

type Taint = Pick<core.Taint, 'key' | 'value' | 'effect'>;

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** The first taint that keeps the pod from being scheduled onto the node. A node that is not ready counts as tainted. */
export function untoleratedTaint(pod: Pod, node: Node): Taint | undefined {
  const taints = [...(node.spec?.taints ?? []), ...readinessTaint(node)];
  return taints.find((taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod, taint));
}

/** Taints that only ask to stay away, and that the pod does not tolerate: how many. Source: plugins/tainttoleration (Score). */
export function untoleratedPreferences(pod: Pod, node: Node): number {
  return (node.spec?.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerates(pod, taint)).length;
}

export const toleratesUnschedulable = (pod: Pod): boolean => tolerates(pod, UNSCHEDULABLE);

function readinessTaint(node: Node): Taint[] {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status === 'True') return [];
  return [{ key: ready?.status === 'Unknown' ? UNREACHABLE : NOT_READY, effect: 'NoSchedule' }];
}

const tolerates = (pod: Pod, taint: Taint): boolean => (pod.spec.tolerations ?? []).some((toleration) => isTolerated(taint, toleration));

/** Source: Toleration.ToleratesTaint in k8s.io/api/core/v1. */
export function isTolerated(taint: Taint, toleration: core.Toleration): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (!toleration.key && toleration.operator !== 'Exists') return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}
