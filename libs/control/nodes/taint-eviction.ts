/** When pods go from a tainted node: pure. Source: pkg/controller/tainteviction/taint_eviction.go. */
import type * as core from 'kubernetes-types/core/v1.js';
import { fromTime, isTolerated, toTime } from '#objects';
import type { Pod, PodCondition } from '#objects';

/** The taints that end pods. */
export const endingTaints = (taints: readonly core.Taint[] | undefined): core.Taint[] => (taints ?? []).filter(({ effect }) => effect === 'NoExecute');

/**
 * When the pod is to be evicted for these taints (epoch ms); undefined: never. A taint that is not tolerated ends the pod at once; one that is
 * tolerated for some time, so long after it was put on the node (or after the pod was made, if that came later). `driven`: the pod's namespace has a
 * Clock, so its time stamps cannot be compared with those of the node.
 */
export function evictionTime({ spec, metadata }: Pod, taints: readonly core.Taint[], driven = false): number | undefined {
  const made = driven ? 0 : (fromTime(metadata.creationTimestamp) ?? 0);
  const times = taints.map((taint) => {
    const since = Math.max(fromTime(taint.timeAdded) ?? made, made);
    const tolerating = (spec.tolerations ?? []).filter((toleration) => isTolerated(taint, toleration));
    if (tolerating.length === 0) return since;
    const seconds = tolerating.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
    return seconds.length === 0 ? Infinity : since + Math.max(0, Math.min(...seconds)) * 1000;
  });
  const earliest = Math.min(...times);
  return earliest === Infinity ? undefined : earliest;
}

/** The pod, with the reason why it goes. `now`: in its namespace. */
export function disruptedPod(pod: Pod, reason: string, message: string, now: number): Pod {
  const { generation } = pod.metadata;
  const condition: PodCondition = { type: 'DisruptionTarget', status: 'True', reason, message, lastProbeTime: null, lastTransitionTime: toTime(now), ...(generation !== undefined && { observedGeneration: generation }) };
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}
