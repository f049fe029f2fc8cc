/** Marks nodes that are not heard of any more, and the pods of nodes that are not ready. That a node is back is told by its worker. */
import type { Clock } from '#clock';
import { EventRecorder, referenceTo } from '#events';
import type { EventToRecord } from '#events';
import type { KubeObject, Node, Pod } from '#objects';
import { isOvertaken, StoreError } from '#store';
import type { Cause, Precondition, Store, Write } from '#store';
import type { ClusterView } from '../cluster-view.js';
import { Evictor } from './evictor.js';
import { GRACE_MS, isNewlyLost, isReady, lostNode, unreadyPod } from './lost-nodes.js';
import { wantedTaints } from './node-taints.js';

export class NodeMonitor {
  private readonly recorder: EventRecorder;
  private readonly evictor: Evictor;
  /** The nodes that have been told of, by uid. */
  private known = new Map<string, Node>();

  /** `fence`: what holds as long as no other process judges nodes. */
  constructor(
    private readonly store: Store,
    private readonly view: ClusterView,
    private readonly clock: Clock,
    private readonly fence: () => Precondition,
    private readonly graceMs = GRACE_MS,
  ) {
    this.recorder = new EventRecorder({ component: 'node-controller' }, clock);
    this.evictor = new Evictor(store, view, clock, fence);
  }

  /** When a pod must go next: epoch ms; undefined: none must. @throws StoreError */
  async check(): Promise<number | undefined> {
    const now = this.clock.now();
    await this.welcome();
    const leases = new Map((await this.store.leases()).map((lease) => [lease.node, lease.renewedAt]));
    for (const node of this.view.nodes.values()) await this.judge(node, leases.get(node.metadata.name), now);
    return this.evictor.evict();
  }

  /** Tells of nodes that have come and gone. Source: RecordNodeEvent in pkg/controller/nodelifecycle; a new leader tells of all, as a new controller does. */
  private async welcome(): Promise<void> {
    const now = new Map([...this.view.nodes.values()].map((node) => [node.metadata.uid, node]));
    const come = [...now].filter(([uid]) => !this.known.has(uid)).map(([, node]) => news(node, 'RegisteredNode', 'Registered Node', 'in'));
    const gone = [...this.known].filter(([uid]) => !now.has(uid)).map(([, node]) => news(node, 'RemovingNode', 'Removing Node', 'from'));
    if (come.length + gone.length > 0) {
      const prepared = this.recorder.prepare([...come, ...gone], { by: 'nodes', what: 'decision', detail: 'nodes have come or gone' });
      try {
        await this.store.commit({ preconditions: [this.fence()], writes: prepared.writes });
      } catch (error) {
        prepared.rejected();
        // An event that was to be counted on has been removed: the next check makes it anew.
        if (error instanceof StoreError && error.key?.kind === 'Event') return;
        throw error;
      }
      prepared.committed();
    }
    this.known = now;
  }

  /** The node last: its taints say that its pods have been dealt with. If this is cut short, it is still to be done. */
  private async judge(before: Node, renewedAt: number | undefined, now: number): Promise<void> {
    const lost = isNewlyLost(before, renewedAt, now, this.graceMs);
    const node = lost ? lostNode(before, now) : before;
    const taints = wantedTaints(node, now);
    if (!lost && !taints) return;
    const { name } = node.metadata;
    const why = lost ? 'the lease of the node ran out' : 'the taints follow what the node is';
    if (!isReady(node) && taints) await this.markPods(name, now, why);
    const after = taints ? { ...node, spec: { ...node.spec, taints } } : node;
    const event: EventToRecord = { about: referenceTo(node), type: 'Normal', reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady` };
    await this.commit(taints ? 'update' : 'status', before, after, why, lost && isReady(before) ? [event] : []);
  }

  private async markPods(node: string, now: number, why: string): Promise<void> {
    const { items } = await this.store.list({ kind: 'Pod', matches: (_labels, fields) => fields['spec.nodeName'] === node });
    await Promise.all(
      (items as unknown as Pod[]).map(async (pod) => {
        const unready = unreadyPod(pod, this.view.timeIn(pod.metadata.namespace, now));
        if (unready) await this.commit('status', pod, unready, why, [{ about: referenceTo(pod), type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' }]);
      }),
    );
  }

  private async commit(op: 'update' | 'status', before: Node | Pod, after: Node | Pod, detail: string, events: EventToRecord[]): Promise<void> {
    const cause: Cause = { by: 'nodes', what: 'decision', detail };
    const write: Write = { op, object: after as unknown as KubeObject, expect: before.metadata.resourceVersion, cause };
    const prepared = this.recorder.prepare(events, cause);
    try {
      await this.store.commit({ preconditions: [this.fence()], writes: [write, ...prepared.writes] });
      prepared.committed();
    } catch (error) {
      prepared.rejected();
      // Changed meanwhile (the node is back, maybe): the next check sees what is then.
      if (!isOvertaken(error)) throw error;
    }
  }
}

const news = (node: Node, reason: string, what: string, where: string): EventToRecord => {
  const { name } = node.metadata;
  return { about: referenceTo(node), type: 'Normal', reason, message: `Node ${name} event: ${what} ${name} ${where} Controller` };
};
