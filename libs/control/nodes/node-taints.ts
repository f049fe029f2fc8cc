/** The taints that follow from what a node is: pure. Source: pkg/controller/nodelifecycle (doNoScheduleTaintingPass, processTaintBaseEviction). */
import type * as core from 'kubernetes-types/core/v1.js';
import { toTime } from '#objects';
import type { Node } from '#objects';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** Given and taken away here alone, whoever else writes them. */
export const FOLLOWING: readonly string[] = [NOT_READY, UNREACHABLE, UNSCHEDULABLE];

type Taint = core.Taint;

/** What follows from the node's Ready condition and its being cordoned. */
export function followingTaints({ spec, status }: Node): Taint[] {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const key = ready === 'Unknown' ? UNREACHABLE : NOT_READY;
  return [
    ...(ready === 'True' ? [] : [{ key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' }]),
    ...(spec?.unschedulable ? [{ key: UNSCHEDULABLE, effect: 'NoSchedule' }] : []),
  ];
}

/**
 * The taints that the node is to have: others' as they are, but that from one with the effect NoExecute it is known since when it is there.
 * Undefined: those that it has.
 */
export function wantedTaints(node: Node, now: number): Taint[] | undefined {
  const before = node.spec?.taints ?? [];
  const following = followingTaints(node);
  const kept = before.filter((taint) => !FOLLOWING.includes(taint.key) || following.some((one) => isSame(one, taint)));
  const added = following.filter((taint) => !before.some((one) => isSame(one, taint)));
  const stamped = [...kept, ...added].map((taint) => (taint.timeAdded || (taint.effect !== 'NoExecute' && !added.includes(taint)) ? taint : { ...taint, timeAdded: toTime(now) }));
  return stamped.length === before.length && stamped.every((taint, index) => taint === before[index]) ? undefined : stamped;
}

const isSame = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
