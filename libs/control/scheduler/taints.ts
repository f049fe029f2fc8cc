/** Taints and tolerations. Source: FindMatchingUntoleratedTaint in staging/src/k8s.io/component-helpers/scheduling/corev1. */
import type * as core from 'kubernetes-types/core/v1.js';
import { isTolerated } from '#objects';
import type { Node, Pod } from '#objects';
import { FOLLOWING, followingTaints, UNSCHEDULABLE } from '../nodes/node-taints.js';

type Taint = Pick<core.Taint, 'key' | 'value' | 'effect'>;

const CORDONED: Taint = { key: UNSCHEDULABLE, effect: 'NoSchedule' };

/**
 * The first taint that keeps the pod from being scheduled onto the node. Taints that follow from what the node is are read from that:
 * they may not have been written, or taken away, yet. (That it is cordoned has a filter of its own.)
 */
export function untoleratedTaint(pod: Pod, node: Node): Taint | undefined {
  const own = (node.spec?.taints ?? []).filter(({ key }) => !FOLLOWING.includes(key));
  const following = followingTaints(node).filter(({ key }) => key !== UNSCHEDULABLE);
  return [...own, ...following].find((taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(pod, taint));
}

/** Taints that only ask to stay away, and that the pod does not tolerate: how many. Source: plugins/tainttoleration (Score). */
export function untoleratedPreferences(pod: Pod, node: Node): number {
  return (node.spec?.taints ?? []).filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerates(pod, taint)).length;
}

export const toleratesUnschedulable = (pod: Pod): boolean => tolerates(pod, CORDONED);

function tolerates(pod: Pod, taint: Taint): boolean {
  return (pod.spec.tolerations ?? []).some((toleration) => isTolerated(taint, toleration));
}
