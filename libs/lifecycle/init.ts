/** Init containers one after another, sidecars kept running. Source: computeInitContainerActions in pkg/kubelet/kuberuntime/kuberuntime_container.go. */
import type { Draft } from './draft.js';
import { kill, podGraceMs } from './end.js';
import * as events from './events.js';
import { isStarted, probeGraceMs } from './probes.js';
import { imageChanged, restartsAfter } from './restart.js';
import { start } from './start.js';
import type { ContainerView, PodView } from './view.js';
import { isKilling, isReported } from './view.js';

/**
 * How far the initialization of the present sandbox is. `next`: the init container whose turn it is (all before it are done);
 * `done`: all of them are. An init container that the runtime does not list any more, but one after it, has been done.
 */
export function initProgress(view: PodView): { done: boolean; next: number } {
  const { init } = view;
  if (view.apps.some((container) => container.active)) return { done: true, next: init.length };
  let frontier = init.length - 1;
  while (frontier >= 0 && !init[frontier]!.active) frontier -= 1;
  const last = init[frontier];
  if (last && isInitialized(view, last)) frontier += 1;
  const next = Math.max(frontier, 0);
  return { done: next >= init.length, next };
}

/** Its part in the initialization of this sandbox is done. */
export function isInitialized(view: PodView, container: ContainerView): boolean {
  if (container.kind === 'SIDECAR') return isStarted(view, container);
  return container.active?.state === 'EXITED' && container.active.exitCode === 0;
}

/**
 * An init container has ended and the status does not say so yet. What follows it waits for that: so whoever watches sees each step,
 * Init:1/2 and PodInitializing too, however fast the containers are.
 */
export function hasUnreportedEnd(view: PodView): boolean {
  return view.init.some((one) => one.kind === 'INIT' && one.active?.state === 'EXITED' && !isReported(view, one, one.active));
}

/** Orders what the init containers need. 'failed': one has failed for good, and with it the pod. */
export function syncInit(view: PodView, draft: Draft, now: number): 'done' | 'waiting' | 'failed' {
  const { done, next } = initProgress(view);
  const turn = view.init[next];
  if (turn?.kind === 'INIT' && turn.active?.state === 'EXITED' && turn.active.exitCode !== 0 && !restartsAfter(view, turn, turn.active)) return 'failed';
  for (const container of view.init.slice(0, next + 1)) {
    if (container.kind === 'SIDECAR') syncSidecar(view, container, draft, now);
    else if (container !== turn || container.active?.state === 'RUNNING') continue;
    else if (hasUnreportedEnd(view)) draft.wake(now);
    else start(view, container, draft, now);
  }
  return done ? 'done' : 'waiting';
}

function syncSidecar(view: PodView, container: ContainerView, draft: Draft, now: number): void {
  const { active } = container;
  if (active?.state !== 'RUNNING') {
    start(view, container, draft, now);
    return;
  }
  if (isKilling(view, active)) return;
  const failure = view.observed.probes[container.name]?.failed;
  if (imageChanged(container)) {
    kill(draft, active, container, { message: events.definitionChanged(container.name, true), graceMs: podGraceMs(view) });
  } else if (failure) {
    const graceMs = probeGraceMs(container, failure.probe, podGraceMs(view));
    kill(draft, active, container, { message: events.probeFailed(container.name, failure.probe, true, true), graceMs, reason: failure.probe });
  }
}
