/** What a node does next for a pod. Source: computePodActions, SyncPod, SyncTerminatingPod, SyncTerminatedPod of the kubelet. */
import { fromTime } from '#objects';
import type { Pod } from '#objects';
import { admissionFault } from './admission.js';
import { syncApps, syncEphemeral } from './apps.js';
import { cleanUp } from './cleanup.js';
import { Draft } from './draft.js';
import { endPod, kill, podGraceMs } from './end.js';
import * as events from './events.js';
import { hasUnreportedEnd, syncInit } from './init.js';
import { syncResize } from './resize/resize.js';
import { initImageChanged, wantsSandbox } from './restart.js';
import type { ObservedPod, PodDecision } from './types.js';
import type { PodView } from './view.js';
import { isKilling, viewPod } from './view.js';

/** Source: immediateEvictionGracePeriodSeconds in pkg/kubelet/eviction/eviction_manager.go. */
const EVICTION_GRACE_MS = 1_000;

/** Pure. The newest state wins: called twice with the same input it answers the same. */
export function computePodActions(pod: Pod, observed: ObservedPod, now: number): PodDecision {
  const view = viewPod(pod, observed, now);
  const draft = new Draft(observed.memo);
  if (pod.metadata.deletionTimestamp) {
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
    if (endPod(view, draft, graceMs, now)) draft.add({ type: 'finalizePod' });
    return draft.done();
  }
  if (isRejected(view, draft)) {
    endPod(view, draft, podGraceMs(view), now);
    return draft.done();
  }
  const eviction = draft.memo.evicted ?? observed.eviction;
  if (isTerminal(pod)) {
    endPod(view, draft, podGraceMs(view), now);
  } else if (eviction !== undefined) {
    if (draft.memo.evicted === undefined) draft.event(events.evicted(eviction));
    draft.memo = { ...draft.memo, evicted: eviction };
    endPod(view, draft, EVICTION_GRACE_MS, now);
  } else if (deadlineOf(pod) <= now) {
    if (!draft.memo.ending) draft.event(events.deadlineExceeded());
    endPod(view, draft, podGraceMs(view), now);
  } else {
    run(view, draft, now);
    const limit = pod.spec.activeDeadlineSeconds;
    // The first status, which says when it started (in whole seconds), is yet to be written.
    if (limit !== undefined) draft.wake((fromTime(pod.status.startTime) ?? Math.floor(now / 1000) * 1000) + limit * 1000);
  }
  cleanUp(view, draft);
  return draft.done();
}

/** Judged once, before anything is made for the pod: the node cannot take it. Source: rejectPod in pkg/kubelet/kubelet.go. */
function isRejected({ pod, observed }: PodView, draft: Draft): boolean {
  if (draft.memo.rejected) return true;
  if (!observed.room || pod.status.startTime !== undefined || draft.memo.sandboxAttempt >= 0) return false;
  const fault = admissionFault(pod, observed.room);
  if (!fault) return false;
  draft.memo = { ...draft.memo, rejected: fault };
  draft.event(events.rejected(fault));
  return true;
}

export const isTerminal = (pod: Pod): boolean => pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';

/** Epoch ms after which the pod is no longer allowed to be active; Infinity: no limit, or not begun. */
export function deadlineOf(pod: Pod): number {
  const startedAt = fromTime(pod.status.startTime);
  const seconds = pod.spec.activeDeadlineSeconds;
  return seconds === undefined || startedAt === undefined ? Infinity : startedAt + seconds * 1000;
}

function run(view: PodView, draft: Draft, now: number): void {
  syncResize(view, draft, now);
  const restart = view.ready !== undefined && initImageChanged(view);
  if (view.ready && !restart) {
    if (lacksVolumes(view)) draft.add({ type: 'prepareVolumes' });
    else runContainers(view, draft, now);
    return;
  }
  if (!wantsSandbox(view)) {
    endPod(view, draft, podGraceMs(view), now);
    return;
  }
  replaceSandbox(view, draft, now);
}

/** Nothing is started before the volumes are there. */
const lacksVolumes = (view: PodView): boolean => !view.observed.volumesReady && (view.pod.spec.volumes?.length ?? 0) > 0;

/** The pod has no sandbox it could use: what runs in a former one is ended, that one is stopped, and all begins anew. */
function replaceSandbox(view: PodView, draft: Draft, now: number): void {
  const { observed } = view;
  const attempt = Math.max(draft.memo.sandboxAttempt, view.newest?.metadata.attempt ?? -1) + 1;
  const again = view.newest !== undefined || view.all.some((container) => container.run);
  if (again && draft.memo.announcedAttempt !== attempt) {
    draft.event(events.sandboxChanged());
    draft.memo = { ...draft.memo, announcedAttempt: attempt };
  }
  for (const { run: running, container } of view.running) {
    if (isKilling(view, running)) continue;
    kill(draft, running, container, { message: events.stopping(container?.name ?? running.id), graceMs: podGraceMs(view) });
  }
  if (view.running.length > 0 || observed.killing.length > 0) return;
  if (lacksVolumes(view)) {
    draft.add({ type: 'prepareVolumes' });
    return;
  }
  for (const sandbox of observed.sandboxes) {
    if (sandbox.state === 'READY' || sandbox === view.newest) draft.add({ type: 'stopSandbox', sandboxId: sandbox.id, reason: 'sandbox changed' });
  }
  draft.add({ type: 'createSandbox', attempt });
  draft.memo = { ...draft.memo, sandboxAttempt: attempt, ...(initImageChanged(view) && { anewAttempt: attempt }) };
  // In the new sandbox nothing has run yet.
  const fresh = view.all.map((container) => ({ ...container, active: undefined }));
  const pick = (kinds: string[]) => fresh.filter((container) => kinds.includes(container.kind));
  runContainers({ ...view, all: fresh, init: pick(['INIT', 'SIDECAR']), apps: pick(['APP']), ephemeral: pick(['EPHEMERAL']) }, draft, now);
}

function runContainers(view: PodView, draft: Draft, now: number): void {
  syncEphemeral(view, draft, now);
  const mark = draft.actions.length;
  const { memo } = draft;
  const init = syncInit(view, draft, now);
  if (init === 'waiting') return;
  if (init === 'done' && hasUnreportedEnd(view)) {
    draft.wake(now);
    return;
  }
  if (init === 'done' && syncApps(view, draft, now) === 'running') return;
  // The pod has ended: sidecars are not to be kept alive.
  draft.actions.length = mark;
  draft.memo = memo;
  endPod(view, draft, podGraceMs(view), now);
}
