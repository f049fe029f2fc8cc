/** The status of a pod from what was observed. Source: generateAPIPodStatus and convertStatusToAPIStatus in pkg/kubelet/kubelet_pods.go. */
import type { ContainerStatus, Pod, PodStatus } from '#objects';
import { qosClass, toTime } from '#objects';
import { deadlineOf, isTerminal } from '../actions.js';
import { DEADLINE_MESSAGE } from '../events.js';
import { initProgress } from '../init.js';
import { failed, restartsAfter, wantsSandbox, wantsStart } from '../restart.js';
import type { ObservedPod } from '../types.js';
import type { PodView } from '../view.js';
import { viewPod } from '../view.js';
import { foreignConditions, podConditions } from './conditions.js';
import { containerStatus } from './container-status.js';
import type { Phase } from './phase.js';
import { phaseOf } from './phase.js';

/** Pure and idempotent: where nothing changed the answer equals `pod.status`, times included. */
export function computePodStatus(pod: Pod, observed: ObservedPod, now: number): PodStatus {
  if (observed.memo.rejected) return rejectedStatus(pod, observed.memo.rejected, now);
  const view = viewPod(pod, observed, now);
  const before = pod.status;
  const expired = !isTerminal(pod) && deadlineOf(pod) <= now;
  // A pod is not told to have failed before nothing of it runs any more. Source: mergePodStatus in pkg/kubelet/status/status_manager.go.
  const evicted = !isTerminal(pod) && observed.memo.evicted !== undefined;
  const endedByNode = evicted ? { reason: 'Evicted', message: observed.memo.evicted ?? '' } : expired ? { reason: 'DeadlineExceeded', message: DEADLINE_MESSAGE } : undefined;
  const failedByNode = endedByNode !== undefined && view.running.length === 0 && observed.killing.length === 0;
  const ended = isTerminal(pod) || expired || evicted || hasEnded(view) || pod.metadata.deletionTimestamp !== undefined;
  const statuses = new Map<string, ContainerStatus>();
  for (const container of view.all) statuses.set(container.name, containerStatus(view, container, ended, now));
  const unchanged = (before.phase as Phase | undefined) ?? 'Pending';
  const phase = isTerminal(pod) || (endedByNode && !failedByNode) ? unchanged : failedByNode ? 'Failed' : phaseOfView(view, statuses, ended);
  const ip = view.ready?.ip || (pod.spec.hostNetwork ? observed.hostIP : before.podIP) || '';
  const kept = phase === before.phase ? before : {};
  const cause = failedByNode ? endedByNode : kept;
  const of = (list: { name: string }[]) => list.map((container) => statuses.get(container.name)!);
  return {
    ...foreignFields(before),
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: podConditions(view, statuses, phase, now, failedByNode && evicted ? endedByNode.message : undefined),
    ...(cause.message && { message: cause.message }),
    ...(cause.reason && { reason: cause.reason }),
    ...(observed.hostIP && { hostIP: observed.hostIP, hostIPs: [{ ip: observed.hostIP }] }),
    ...(ip && { podIP: ip, podIPs: [{ ip }] }),
    startTime: before.startTime ?? toTime(now),
    ...(view.init.length > 0 && { initContainerStatuses: of(view.init) }),
    containerStatuses: of(view.apps),
    ...(view.ephemeral.length > 0 && { ephemeralContainerStatuses: of(view.ephemeral) }),
    qosClass: before.qosClass ?? qosClass(pod.spec),
  };
}

/** Nothing of it was made, so nothing is told of containers. Source: rejectPod in pkg/kubelet/kubelet.go. */
function rejectedStatus({ metadata, spec, status }: Pod, { reason, message }: { reason: string; message: string }, now: number): PodStatus {
  const conditions = foreignConditions(status.conditions);
  return {
    ...foreignFields(status),
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    phase: 'Failed',
    ...(conditions.length > 0 && { conditions }),
    message: `Pod was rejected: ${message}`,
    reason,
    startTime: status.startTime ?? toTime(now),
    qosClass: status.qosClass ?? qosClass(spec),
  };
}

/** What others than the node write. */
function foreignFields({ nominatedNodeName, resize, resourceClaimStatuses }: PodStatus): Partial<PodStatus> {
  return {
    ...(nominatedNodeName && { nominatedNodeName }),
    ...(resize && { resize }),
    ...(resourceClaimStatuses && { resourceClaimStatuses }),
  };
}

/** While a deleted pod stops, its phase is what it was until nothing of it runs. */
function phaseOfView(view: PodView, statuses: Map<string, ContainerStatus>, ended: boolean): Phase {
  if (view.pod.metadata.deletionTimestamp !== undefined && view.running.length > 0) return (view.pod.status.phase as Phase) ?? 'Pending';
  return phaseOf(view, statuses, ended);
}

/** Nothing of the pod will be started any more: the decision's own rule, so that both agree. */
export function hasEnded(view: PodView): boolean {
  if (!view.ready) return !wantsSandbox(view);
  const { done, next } = initProgress(view);
  if (done) return !view.apps.some((container) => container.active?.state === 'RUNNING' || wantsStart(view, container));
  const turn = view.init[next]!;
  return turn.kind === 'INIT' && failed(turn.active) && !restartsAfter(view, turn, turn.active!);
}
