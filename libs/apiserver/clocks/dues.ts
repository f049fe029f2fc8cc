import { podTime, rowOfClock } from '#clock';
import type { KubeObject } from '#objects';
import type { PodSyncWrite, Store } from '#store';

/** For the commit that removes a namespace's Clock: its pods are due as long from now in real time as they were on it. `real`: epoch ms. */
export async function duesInRealTime(store: Store, clock: KubeObject, real: number): Promise<PodSyncWrite[]> {
  const lead = Math.floor(podTime(rowOfClock(clock), real)) - real;
  const { items } = await store.list({ kind: 'Pod', namespace: clock.metadata.namespace });
  const known = await store.podSync(items.map(({ metadata }) => metadata.uid ?? ''));
  return [...known].flatMap(([uid, { dueAt }]) => (dueAt === null ? [] : [{ uid, dueAt: dueAt - lead }]));
}
