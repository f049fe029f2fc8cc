/** Marks nodes that are not heard of any more, and their pods. That a node is back is told by its worker. */
import type { Clock } from '#clock';
import { EventRecorder, referenceTo } from '#events';
import type { EventToRecord } from '#events';
import type { KubeObject, Node, Pod } from '#objects';
import { StoreError } from '#store';
import type { Cause, Precondition, Store, Write } from '#store';
import type { ClusterView } from '../cluster-view.js';
import { isNewlyLost, lostNode, unreadyPod } from './lost-nodes.js';

export class NodeMonitor {
  private readonly recorder: EventRecorder;

  constructor(
    private readonly store: Store,
    private readonly view: ClusterView,
    private readonly clock: Clock,
    private readonly fence: () => Precondition,
  ) {
    this.recorder = new EventRecorder({ component: 'node-controller' }, clock);
  }

  async check(): Promise<void> {
    const now = this.clock.now();
    const leases = new Map((await this.store.leases()).map((lease) => [lease.node, lease.renewedAt]));
    const lost = [...this.view.nodes.values()].filter((node) => isNewlyLost(node, leases.get(node.metadata.name), now));
    for (const node of lost) await this.markLost(node);
  }

  private async markLost(node: Node): Promise<void> {
    const { name } = node.metadata;
    const now = this.clock.now();
    const { items } = await this.store.list({ kind: 'Pod', matches: (_labels, fields) => fields['spec.nodeName'] === name });
    await Promise.all(
      (items as unknown as Pod[]).map(async (pod) => {
        const unready = unreadyPod(pod, this.view.timeIn(pod.metadata.namespace, now));
        if (unready) await this.commit(pod, unready, { about: referenceTo(pod), type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
      }),
    );
    // The node last: if this is cut short, it is still to be found.
    await this.commit(node, lostNode(node, now), { about: referenceTo(node), type: 'Normal', reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady` });
  }

  private async commit(before: Node | Pod, after: Node | Pod, event: EventToRecord): Promise<void> {
    const cause: Cause = { by: 'nodes', what: 'decision', detail: 'the lease of the node ran out' };
    const write: Write = { op: 'status', object: after as unknown as KubeObject, expect: before.metadata.resourceVersion, cause };
    const events = this.recorder.prepare([event], cause);
    try {
      await this.store.commit({ preconditions: [this.fence()], writes: [write, ...events.writes] });
      events.committed();
    } catch (error) {
      events.rejected();
      // Changed meanwhile (the node is back, maybe): the next check sees what is then.
      if (!(error instanceof StoreError && ['CONFLICT', 'NOT_FOUND'].includes(error.code))) throw error;
    }
  }
}
