import type { NodeRoom } from '#lifecycle';
import { allocatedPod } from '#lifecycle';
import { amountsOfList, copyUsage, countPod, noUsage, podNeeds } from '#objects';
import type { Node, PodNeeds } from '#objects';
import type { PodRecord } from '../pods/pod-record.js';

/** What the node's pods have been given of it: who is admitted counts from that moment on, until it has ended. */
export class PodPlaces {
  private readonly taken = new Map<string, PodNeeds>();
  private readonly usage = noUsage();
  private readonly waiting = new Set<PodRecord>();

  constructor(
    private readonly node: () => Node,
    /** There is more room than before: looks again at a pod whose resize waits for that. */
    private readonly wake: (record: PodRecord) => void,
  ) {}

  /** The node as it is for this pod: without what the pod itself has. */
  roomFor({ uid }: PodRecord): NodeRoom {
    const node = this.node();
    const own = this.taken.get(uid);
    const usage = own ? copyUsage(this.usage) : this.usage;
    if (own) countPod(usage, own, -1);
    const list = (node.status?.allocatable ?? {}) as Record<string, string>;
    return { node, allocatable: { ...amountsOfList(list), pods: Number(list['pods'] ?? 0) }, usage };
  }

  /** The pod has its place: as much as it was given. */
  take(record: PodRecord): void {
    const { uid, pod, memo } = record;
    if (memo.pendingResize?.reason === 'Deferred') this.waiting.add(record);
    else this.waiting.delete(record);
    const needs = podNeeds(allocatedPod(pod, memo).spec);
    const before = this.taken.get(uid);
    if (before === needs) return;
    this.taken.set(uid, needs);
    countPod(this.usage, needs, 1);
    if (before) countPod(this.usage, before, -1);
    if (before && (needs.cpu < before.cpu || needs.memory < before.memory)) this.wakeWaiting();
  }

  /** The pod has ended, or is gone. */
  free(record: PodRecord): void {
    this.waiting.delete(record);
    const needs = this.taken.get(record.uid);
    if (!needs) return;
    this.taken.delete(record.uid);
    countPod(this.usage, needs, -1);
    this.wakeWaiting();
  }

  private wakeWaiting(): void {
    for (const record of this.waiting) this.wake(record);
  }
}
