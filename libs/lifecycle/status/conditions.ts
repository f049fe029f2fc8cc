/** Source: pkg/kubelet/status/generate.go. */
import type { ContainerStatus, PodCondition } from '#objects';
import { toTime } from '#objects';
import { isTerminal } from '../actions.js';
import { initProgress, isInitialized } from '../init.js';
import type { PodView } from '../view.js';
import type { Phase } from './phase.js';

const OWNED = new Set(['PodResizePending', 'PodResizeInProgress', 'PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

/** Those that the node does not write. */
export const foreignConditions = (conditions: PodCondition[] = []): PodCondition[] => conditions.filter(({ type }) => !OWNED.has(type));

type Verdict = Pick<PodCondition, 'type' | 'status' | 'reason' | 'message'>;

/** The conditions in the kubelet's order; those it does not own come first, as they are. Times move only when a status does. `evicted`: by the node, and why. */
export function podConditions(view: PodView, statuses: Map<string, ContainerStatus>, phase: Phase, now: number, evicted?: string): PodCondition[] {
  const before = view.pod.status.conditions ?? [];
  const foreign = before.filter((condition) => !OWNED.has(condition.type) && !(evicted !== undefined && condition.type === 'DisruptionTarget'));
  const ready = containersReady(view, statuses, phase);
  const verdicts: Verdict[] = [
    { type: 'PodReadyToStartContainers', status: view.ready ? 'True' : 'False' },
    initialized(view, phase),
    gated(view, foreign, { ...ready, type: 'Ready' }),
    ready,
  ];
  const owned = verdicts.map((verdict) => withTime(verdict, before, view.pod.metadata.generation, now));
  const scheduled = before.find((condition) => condition.type === 'PodScheduled' && condition.status === 'True');
  const all = [...foreign, ...resizing(view), ...owned, scheduled ?? withTime({ type: 'PodScheduled', status: 'True' }, before, view.pod.metadata.generation, now)];
  if (evicted === undefined) return all;
  return [...all, withTime({ type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: evicted }, before, view.pod.metadata.generation, now)];
}

function withTime(verdict: Verdict, before: PodCondition[], generation: number | undefined, now: number): PodCondition {
  const old = before.find((condition) => condition.type === verdict.type);
  return {
    type: verdict.type,
    ...(generation !== undefined && { observedGeneration: generation }),
    status: verdict.status,
    lastProbeTime: null,
    lastTransitionTime: old?.status === verdict.status && old.lastTransitionTime ? old.lastTransitionTime : toTime(now),
    ...(verdict.reason && { reason: verdict.reason }),
    ...(verdict.message && { message: verdict.message }),
  };
}

/** Told with the generation that they are about. Source: pkg/kubelet/status/status_manager.go (SetPodResizePendingCondition, SetPodResizeInProgressCondition). */
function resizing({ pod, observed: { memo } }: PodView): PodCondition[] {
  if (isTerminal(pod)) return [];
  const told = (type: string, { generation, at }: { generation: number; at: number }, why: { reason?: string; message?: string }): PodCondition => ({
    type,
    observedGeneration: generation,
    status: 'True',
    lastProbeTime: toTime(at),
    lastTransitionTime: toTime(at),
    ...why,
  });
  const { pendingResize: pending, resize } = memo;
  return [
    ...(pending ? [told('PodResizePending', pending, { reason: pending.reason, message: pending.message })] : []),
    ...(resize && !resize.done ? [told('PodResizeInProgress', resize, resize.error === undefined ? {} : { reason: 'Error', message: resize.error })] : []),
  ];
}

const list = (names: string[]): string => `[${names.join(' ')}]`;

function containersReady(view: PodView, statuses: Map<string, ContainerStatus>, phase: Phase): Verdict {
  if (phase === 'Failed') return { type: 'ContainersReady', status: 'False', reason: 'PodFailed' };
  if (phase === 'Succeeded') return { type: 'ContainersReady', status: 'False', reason: 'PodCompleted' };
  const counted = [...view.init.filter((container) => container.kind === 'SIDECAR'), ...view.apps];
  const unready = counted.filter((container) => !statuses.get(container.name)?.ready).map((container) => container.name);
  if (unready.length === 0) return { type: 'ContainersReady', status: 'True' };
  return { type: 'ContainersReady', status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${list(unready)}` };
}

/** Readiness gates: conditions that others set and that Ready waits for. */
function gated(view: PodView, conditions: PodCondition[], ready: Verdict): Verdict {
  if (ready.status !== 'True') return ready;
  const messages = (view.pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = conditions.find((other) => other.type === conditionType);
    if (!condition) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return condition.status === 'True' ? [] : [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  return messages.length === 0 ? ready : { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

function initialized(view: PodView, phase: Phase): Verdict {
  if (phase === 'Succeeded') return { type: 'Initialized', status: 'True', reason: 'PodCompleted' };
  const { done, next } = initProgress(view);
  const was = view.pod.status.conditions?.find((condition) => condition.type === 'Initialized');
  // A pod whose sandbox is gone for good has been initialized if it was: there is no other that could be.
  if (done || (!view.ready && was?.status === 'True')) return { type: 'Initialized', status: 'True' };
  const incomplete = view.init.slice(next).filter((container) => !isInitialized(view, container));
  if (incomplete.length === 0) return { type: 'Initialized', status: 'True' };
  const names = incomplete.map((container) => container.name);
  return { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: ${list(names)}` };
}
