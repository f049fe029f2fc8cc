/**
 * Resources changed while a pod runs: granted where the node has room, and brought to the containers, with or without a restart. Source (1.35):
 * pkg/kubelet/allocation/allocation_manager.go, computePodResizeAction and doPodResizeAction in pkg/kubelet/kuberuntime/kuberuntime_manager.go.
 */
import { podNeeds, quantityMillis, quantityValue } from '#objects';
import type { Pod, ResourceRequirements } from '#objects';
import { admissionFault } from '../admission.js';
import type { Draft } from '../draft.js';
import { kill, podGraceMs } from '../end.js';
import * as events from '../events.js';
import type { NodeRoom, PendingResize } from '../types.js';
import type { ContainerView, PodView } from '../view.js';
import { isKilling } from '../view.js';
import { actualResources, allocatedPod, allocatedResources, differIn, isResizable, sameAmounts } from './allocation.js';

/** After a runtime that could not do it. */
const RETRY_MS = 10_000;

/** Judges what is asked for, and orders what has been granted. */
export function syncResize(view: PodView, draft: Draft, now: number): void {
  const { pod } = view;
  if (allocatedPod(pod, draft.memo) !== pod) judge(view, draft, now);
  else if (draft.memo.pendingResize) draft.memo = { ...draft.memo, pendingResize: undefined };
  if (draft.memo.resize) carryOut(view, draft, now);
}

function judge(view: PodView, draft: Draft, now: number): void {
  const { pod, observed } = view;
  if (!observed.room) return;
  const generation = pod.metadata.generation ?? 1;
  const refusal = refusalOf(pod, observed.room);
  if (refusal) {
    const before = draft.memo.pendingResize;
    if (before?.reason === refusal.reason && before.message === refusal.message && before.generation === generation) return;
    draft.memo = { ...draft.memo, pendingResize: { ...refusal, generation, at: now } };
    draft.event(events.resizePending(pod, generation, refusal.reason, refusal.message));
    return;
  }
  const allocated: Record<string, ResourceRequirements> = {};
  for (const container of view.all) if (isResizable(container)) allocated[container.name] = container.spec.resources ?? {};
  draft.memo = { ...draft.memo, pendingResize: undefined, resize: { generation, at: now, allocated } };
  draft.event(events.resizeStarted(pod, generation));
}

/** Why the node does not grant it: never, or not now. */
function refusalOf(pod: Pod, room: NodeRoom): Pick<PendingResize, 'reason' | 'message'> | undefined {
  const { cpu, memory } = podNeeds(pod.spec);
  const { allocatable } = room;
  const infeasible = (name: string, requested: number, capacity: number) => {
    const message = `Node didn't have enough capacity: ${name}, requested: ${requested}, capacity: ${capacity}`;
    return { reason: 'Infeasible', message } as const;
  };
  if (memory > allocatable.memory) return infeasible('memory', memory, allocatable.memory);
  if (cpu > allocatable.cpu) return infeasible('cpu', cpu, allocatable.cpu);
  const fault = admissionFault(pod, room);
  return fault && { reason: 'Deferred', message: fault.message };
}

function carryOut(view: PodView, draft: Draft, now: number): void {
  const resize = draft.memo.resize!;
  if (resize.done) {
    // The status remembers what was allocated, as soon as it says so.
    const { pod, all } = view;
    const isWritten = ({ name, status }: ContainerView) => sameAmounts(status?.resources, resize.allocated[name]);
    if (pod.status.observedGeneration! >= resize.generation && all.filter(isResizable).every(isWritten)) draft.memo = { ...draft.memo, resize: undefined };
    return;
  }
  // Whoever watches sees that it is in progress, however short that is.
  if (!isTold(view.pod, resize.generation)) return draft.wake(now);
  const error = view.observed.resizeError;
  if (error && error.message !== resize.error) {
    draft.event(events.resizeError(allocatedPod(view.pod, draft.memo), resize.generation, error.message));
    draft.memo = { ...draft.memo, resize: { ...resize, error: error.message, at: now } };
  }
  const waiting = view.all.filter((container) => isResizable(container) && !isSized(view, container, draft, now));
  if (waiting.length > 0) return;
  draft.event(events.resizeCompleted(allocatedPod(view.pod, draft.memo), resize.generation));
  draft.memo = { ...draft.memo, resize: { ...resize, done: true } };
}

const isTold = (pod: Pod, generation: number): boolean =>
  pod.status.conditions?.some((condition) => condition.type === 'PodResizeInProgress' && condition.observedGeneration === generation) ?? false;

/** The container has what it was granted, or will be started with it; where not, what is missing is ordered. */
function isSized(view: PodView, container: ContainerView, draft: Draft, now: number): boolean {
  const { run, status, spec, name } = container;
  const resize = draft.memo.resize!;
  const killed = run !== undefined && resize.restarting?.[name] === run.id;
  if (killed && (run.state === 'EXITED' || isKilling(view, run))) return false;
  if (run?.state !== 'RUNNING' || !container.active) return true;
  const allocated = allocatedResources(view.pod, draft.memo, spec, status);
  const actual = actualResources(view.observed, run, allocated, status);
  if (sameAmounts(actual, allocated)) return true;
  if (isKilling(view, run)) return false;
  const error = view.observed.resizeError;
  if (wantsRestart(container, actual, allocated)) {
    kill(draft, run, container, { message: events.resizeRestarts(name), graceMs: podGraceMs(view) });
    draft.memo = { ...draft.memo, resize: { ...resize, restarting: { ...resize.restarting, [name]: run.id } } };
  } else if (error && now < error.at + RETRY_MS) {
    draft.wake(error.at + RETRY_MS);
  } else {
    draft.add({ type: 'updateResources', container: name, containerId: run.id, resources: allocated });
  }
  return false;
}

/** A resource has changed for which the container asks to be restarted. */
const wantsRestart = ({ spec }: ContainerView, from: ResourceRequirements, to: ResourceRequirements): boolean =>
  (spec.resizePolicy ?? []).some(({ resourceName, restartPolicy }) => restartPolicy === 'RestartContainer' && differIn(resourceName, from, to));

/** As the runtimes take them. */
export function runtimeResources({ limits = {}, requests = {} }: ResourceRequirements): { cpuMillis?: number; memoryBytes?: number; cpuRequestMillis?: number } {
  return {
    ...(limits['cpu'] !== undefined && { cpuMillis: quantityMillis(limits['cpu']) }),
    ...(limits['memory'] !== undefined && { memoryBytes: quantityValue(limits['memory']) }),
    ...(requests['cpu'] !== undefined && { cpuRequestMillis: quantityMillis(requests['cpu']) }),
  };
}
