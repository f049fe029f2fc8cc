/** Crash back-off: none before the first restart, then 10 s doubling to 5 min. Source: client-go/util/flowcontrol/backoff.go as used by doBackOff. */
import type { PodMemo } from './types.js';
import type { ContainerView, Run } from './view.js';

export const FIRST_BACKOFF_MS = 10_000;
export const LONGEST_BACKOFF_MS = 300_000;
/** A container that ran longer than this since its last restart starts again without back-off. */
export const BACKOFF_RESET_MS = 2 * LONGEST_BACKOFF_MS;

/** The delay after `previous` (undefined: the first), for crashes and for pulls alike. */
export const nextBackoffMs = (previous?: number): number => (previous === undefined ? FIRST_BACKOFF_MS : Math.min(previous * 2, LONGEST_BACKOFF_MS));

function entryOf(memo: PodMemo, container: ContainerView, run: Run) {
  const entry = memo.backoff[container.name];
  return entry && entry.image === container.spec.image && run.finishedAt - entry.updatedAt <= BACKOFF_RESET_MS ? entry : undefined;
}

/** While the container has to wait before it is restarted after `run`: the delay, and when it is over. */
export function backoffOf(memo: PodMemo, container: ContainerView, run: Run, now: number): { delayMs: number; until: number } | undefined {
  const entry = entryOf(memo, container, run);
  const until = entry ? run.finishedAt + entry.delayMs : 0;
  return entry && now < until ? { delayMs: entry.delayMs, until } : undefined;
}

/** The memo after a restart that follows `run`. */
export function withRestart(memo: PodMemo, container: ContainerView, run: Run, now: number): PodMemo {
  const delayMs = nextBackoffMs(entryOf(memo, container, run)?.delayMs);
  return { ...memo, backoff: { ...memo.backoff, [container.name]: { delayMs, updatedAt: now, image: container.spec.image ?? '' } } };
}
