/** Ending a pod: containers with their grace, sidecars last and in reverse order, then the sandbox. Source: SyncTerminatingPod, killContainersWithSyncResult. */
import type { Draft } from './draft.js';
import * as events from './events.js';
import type { ContainerView, PodView, Run } from './view.js';
import { isKilling } from './view.js';

/** What a container still gets when the pod's grace is used up. */
const LEAST_GRACE_MS = 2_000;

/**
 * Orders the next step of ending all that runs. Returns true when nothing runs any more and no sandbox is ready: the pod has ended.
 * `graceMs`: the pod's whole grace; what has passed since the first order is taken off.
 */
export function endPod(view: PodView, draft: Draft, graceMs: number, now: number): boolean {
  const before = draft.memo.ending;
  const shortened = before !== undefined && graceMs < before.graceMs;
  const ending = before && !shortened ? before : { since: now, graceMs };
  draft.memo = { ...draft.memo, ending };
  const leftMs = ending.since + ending.graceMs - now;
  const turn = view.running.filter(({ container }) => leftMs <= 0 || isTurn(view, container));
  for (const { run, container } of turn) {
    if (isKilling(view, run) && !shortened) continue;
    const name = nameOf(view, run);
    kill(draft, run, container, { message: events.stopping(name), graceMs: leftMs > 0 || graceMs === 0 ? Math.max(leftMs, 0) : LEAST_GRACE_MS });
  }
  if (turn.length < view.running.length) draft.wake(ending.since + ending.graceMs);
  if (view.running.length > 0 || view.observed.killing.length > 0) return false;
  for (const sandbox of view.observed.sandboxes) {
    if (sandbox.state === 'READY') draft.add({ type: 'stopSandbox', sandboxId: sandbox.id, reason: 'pod ended' });
  }
  return true;
}

/** A sidecar ends after all others, and after the sidecars that stand behind it in the spec. */
function isTurn(view: PodView, container: ContainerView | undefined): boolean {
  if (container?.kind !== 'SIDECAR') return true;
  return view.running.every(
    ({ container: other }) => other === container || (other?.kind === 'SIDECAR' && other.index < container.index),
  );
}

const nameOf = (view: PodView, run: Run): string => view.observed.containers.find((listed) => listed.id === run.id)?.metadata.name ?? run.id;

export interface KillOrder {
  message: string;
  graceMs: number;
  reason?: string;
}

export function kill(draft: Draft, run: Run, container: ContainerView | undefined, order: KillOrder): void {
  draft.add({
    type: 'killContainer',
    container: container?.name ?? '',
    containerId: run.id,
    kind: container?.kind ?? 'APP',
    reason: order.reason ?? '',
    message: order.message,
    graceMs: order.graceMs,
  });
}

/** A negative grace, which old API servers let in, counts as a second. */
export function podGraceMs(view: PodView): number {
  const seconds = view.pod.spec.terminationGracePeriodSeconds ?? 30;
  return (seconds < 0 ? 1 : seconds) * 1000;
}
