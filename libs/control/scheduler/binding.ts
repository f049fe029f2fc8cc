/** What a placement makes of a pod: pure. Source: pkg/scheduler/schedule_one.go, pkg/registry/core/pod/storage (binding). */
import { toTime } from '#objects';
import type { Pod, PodCondition } from '#objects';

/** The pod, bound to `node`. `now`: epoch ms. */
export function boundPod(pod: Pod, node: string, now: number): Pod {
  return { ...pod, spec: { ...pod.spec, nodeName: node }, status: withCondition(pod, { type: 'PodScheduled', status: 'True' }, now) };
}

/** The pod with the reason why it has no node; the pod itself when it already says so. */
export function unschedulablePod(pod: Pod, message: string, now: number): Pod {
  const before = scheduledCondition(pod);
  if (before?.status === 'False' && before.reason === 'Unschedulable' && before.message === message) return pod;
  return { ...pod, status: withCondition(pod, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }, now) };
}

const scheduledCondition = (pod: Pod): PodCondition | undefined => pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');

/** lastTransitionTime moves only when the condition's status does. */
function withCondition(pod: Pod, condition: PodCondition, now: number): Pod['status'] {
  const before = scheduledCondition(pod);
  const lastTransitionTime = before?.status === condition.status && before.lastTransitionTime ? before.lastTransitionTime : toTime(now);
  const { generation } = pod.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const others = (pod.status?.conditions ?? []).filter((one) => one.type !== 'PodScheduled');
  const next = { ...observed, lastProbeTime: null, lastTransitionTime, ...condition } as unknown as PodCondition;
  return { ...pod.status, conditions: [...others, next] };
}
