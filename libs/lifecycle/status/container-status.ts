/** One container's status. Source: convertToAPIContainerStatuses in pkg/kubelet/kubelet_pods.go. */
import type { ContainerState, ContainerStatus } from '#objects';
import { toTime } from '#objects';
import { initProgress } from '../init.js';
import { isReady, isStarted } from '../probes.js';
import { actualResources, allocatedResources } from '../resize/allocation.js';
import { wantsStart } from '../restart.js';
import type { ContainerView, PodView, Run } from '../view.js';
import { containerId, LOST_EXIT_CODE, LOST_MESSAGE, LOST_REASON } from '../view.js';
import { obstacle, ordinaryWaiting } from './waiting.js';

export type Terminated = NonNullable<ContainerState['terminated']>;

/** `ended`: the pod is to run nothing any more, so what has not run never will. */
export function containerStatus(view: PodView, container: ContainerView, ended: boolean, now: number): ContainerStatus {
  const { run, active, previous, status: before, spec } = container;
  const { state, showsRun } = stateOf(view, container, ended, now);
  const last = showsRun ? previous : run?.state === 'EXITED' ? run : previous;
  const lastState = last?.state === 'EXITED' ? { terminated: terminated(view, last, before) } : showsRun ? {} : (before?.lastState ?? {});
  const shown = run && (showsRun || run.state === 'EXITED') ? run : undefined;
  const id = shown ? containerId(view, shown) : '';
  return {
    name: container.name,
    state,
    lastState,
    ready: container.kind === 'INIT' ? state.terminated?.exitCode === 0 : state.running !== undefined && isReady(view, container),
    restartCount: restartCount(container, shown),
    image: shown?.image || (spec.image ?? ''),
    imageID: shown?.imageRef ?? '',
    ...(id && { containerID: id }),
    started: state.running !== undefined && active !== undefined && isStarted(view, container),
    ...resourceStatus(view, container),
    ...(spec.lifecycle?.stopSignal && { stopSignal: spec.lifecycle.stopSignal }),
    ...(spec.volumeMounts?.length && { volumeMounts: spec.volumeMounts.map(mountStatus) }),
  };
}

/** What the node has allocated, and what a container that runs has of it; for any other that is the same. */
function resourceStatus({ pod, observed }: PodView, { spec, run, status }: ContainerView): Pick<ContainerStatus, 'allocatedResources' | 'resources'> {
  const allocated = allocatedResources(pod, observed.memo, spec, status);
  const resources = run?.state === 'RUNNING' ? actualResources(observed, run, allocated, status) : allocated;
  return { ...(allocated.requests && { allocatedResources: allocated.requests }), ...((resources.requests ?? resources.limits) && { resources }) };
}

/** The number of the run that is shown; before a container runs again, that of its last run. */
const restartCount = (container: ContainerView, shown: Run | undefined): number =>
  shown?.attempt ?? container.run?.attempt ?? container.status?.restartCount ?? 0;

/** `showsRun`: the state tells of the newest run (otherwise that run, if it has ended, is the last state). */
function stateOf(view: PodView, container: ContainerView, ended: boolean, now: number): { state: ContainerState; showsRun: boolean } {
  const { run } = container;
  if (run?.state === 'RUNNING' && !(container.active && view.observed.hooks.includes(container.name))) {
    return { state: { running: { startedAt: toTime(run.startedAt) } }, showsRun: true };
  }
  if (ended) {
    if (run?.state === 'EXITED') return { state: { terminated: terminated(view, run, container.status) }, showsRun: true };
    return { state: neverRan(view, container), showsRun: false };
  }
  if (!run || run.state !== 'EXITED') return { state: { waiting: obstacle(view, container, now) ?? ordinaryWaiting(view) }, showsRun: false };
  if (runsAgainInThisSandbox(view, container)) {
    return { state: { waiting: isTurn(view, container) ? (obstacle(view, container, now) ?? ordinaryWaiting(view)) : ordinaryWaiting(view) }, showsRun: false };
  }
  const why = wantsStart(view, container) && isTurn(view, container) ? obstacle(view, container, now) : undefined;
  return why ? { state: { waiting: why }, showsRun: false } : { state: { terminated: terminated(view, run, container.status) }, showsRun: true };
}

/** It ran in a former sandbox, and there is a new one in which it will. */
const runsAgainInThisSandbox = (view: PodView, container: ContainerView): boolean =>
  view.ready !== undefined &&
  !container.active &&
  (container.kind === 'INIT' ? !isPassed(view, container) : container.kind !== 'EPHEMERAL' && wantsStart(view, container));

/** An init container before the one whose turn it is: done in this sandbox, though the runtime may not list it any more. */
const isPassed = (view: PodView, container: ContainerView): boolean => container.index < initProgress(view).next;

/** Nothing that comes before it is in its way. */
function isTurn(view: PodView, container: ContainerView): boolean {
  if (container.kind === 'EPHEMERAL') return true;
  const { done, next } = initProgress(view);
  return container.kind === 'APP' ? done : container.kind === 'SIDECAR' ? container.index <= next : container.index === next;
}

/** A container of an ended pod that has no run to show. Source: TerminatePod in pkg/kubelet/status/status_manager.go. */
function neverRan(view: PodView, container: ContainerView): ContainerState {
  const initialized = container.kind === 'APP' ? initProgress(view).done : view.init.slice(container.index + 1).some((later) => later.run);
  if (!initialized) return { waiting: ordinaryWaiting(view) };
  return { terminated: { exitCode: LOST_EXIT_CODE, reason: LOST_REASON, message: LOST_MESSAGE } };
}

function terminated(view: PodView, run: Run, before: ContainerStatus | undefined): Terminated {
  if (run.remembered) {
    const known = [before?.state?.terminated, before?.lastState?.terminated].find((other) => other && (other.containerID ?? '') === containerId(view, run));
    if (known) return known;
  }
  const id = containerId(view, run);
  return {
    exitCode: run.exitCode,
    ...(run.signal && { signal: run.signal }),
    ...(run.reason && { reason: run.reason }),
    ...(run.message && { message: cut(run.message, view.all.length) }),
    startedAt: toTime(run.startedAt),
    finishedAt: toTime(run.finishedAt),
    ...(id && { containerID: id }),
  };
}

/** A pod's messages together take 12 KiB at most. Source: MaxPodTerminationMessageLogLength, normalizeStatus in status_manager.go. */
const MOST_MESSAGE_BYTES = 12 * 1024;

function cut(message: string, containers: number): string {
  const bytes = Math.floor(MOST_MESSAGE_BYTES / containers);
  if (message.length * 3 <= bytes) return message;
  return Buffer.from(message).subarray(0, bytes).toString();
}

const mountStatus = (mount: { name: string; mountPath: string; readOnly?: boolean }) => ({
  name: mount.name,
  mountPath: mount.mountPath,
  ...(mount.readOnly && { readOnly: true, recursiveReadOnly: 'Disabled' }),
});
