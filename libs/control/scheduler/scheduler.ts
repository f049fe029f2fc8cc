/** Binds pods to nodes. */
import type { Clock } from '#clock';
import { EventRecorder, referenceTo } from '#events';
import type { PreparedEvents } from '#events';
import type { KubeObject, Pod } from '#objects';
import { isOvertaken, StoreError } from '#store';
import type { Cause, Precondition, Revision, Store, Write } from '#store';
import { SCHEDULER } from '../cluster-view.js';
import type { ClusterView } from '../cluster-view.js';
import { boundPod, unschedulablePod } from './binding.js';
import { inQueueOrder, wantsNode } from './place-pods.js';
import { Placer } from './placer.js';
import type { Placement } from './placer.js';

/** Pods placed together; what arrives while their bindings are being committed is with the next. */
const ROUND = 200;

/** When a pod was refused: it is placed again when one of these has changed. */
interface Refused {
  news: Revision;
  nodes: number;
  /** Undefined: pods that leave their nodes do not help. */
  room: number | undefined;
}

/** `undo`: takes the pod back from the node that it got. */
interface Decision {
  placement: Placement;
  undo: () => void;
}

export class Scheduler {
  private readonly recorder: EventRecorder;
  private readonly placer: Placer;
  private refused = new Map<string, Refused>();

  /** `fence`: what holds as long as no other process places pods. */
  constructor(
    private readonly store: Store,
    private readonly view: ClusterView,
    private readonly clock: Clock,
    private readonly fence: () => Precondition,
  ) {
    this.recorder = new EventRecorder({ component: 'default-scheduler' }, clock);
    this.placer = new Placer(view.usage, view.clocks);
  }

  /**
   * Places the pods without a node that have not been tried since something changed that could help them. Each is bound by one commit, which
   * only the leader can make: so nobody else places pods meanwhile, and what this process has bound counts at once.
   * @throws StoreError UNAVAILABLE, FENCED and the like
   */
  async schedule(): Promise<void> {
    const seen = new Set<string>();
    for (;;) {
      const round = this.due(seen).slice(0, ROUND);
      if (round.length === 0) return;
      for (const { metadata } of round) seen.add(`${metadata.uid}@${metadata.resourceVersion}`);
      // All at once: the store packs them into few transactions.
      const results = await Promise.allSettled(this.decide(round).map((decision) => this.carryOut(decision)));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    }
  }

  /** Tries every pod again, whatever has changed: the net under what is thought to help. */
  forget(): void {
    this.refused = new Map();
  }

  /** Each pod that gets a node counts there at once. */
  private decide(round: Pod[]): Decision[] {
    const decided: Decision[] = [];
    this.placer.refresh(this.view.nodes.values());
    try {
      for (const pod of round) {
        let undo = () => {};
        const placement = this.placer.place(pod, (node) => (undo = this.view.assume(pod, node)));
        decided.push({ placement, undo });
      }
    } catch (error) {
      for (const { undo } of decided) undo();
      throw error;
    }
    return decided;
  }

  private due(seen: Set<string>): Pod[] {
    const due: Pod[] = [];
    for (const pod of this.view.unbound.values()) {
      if (wantsNode(pod) && !this.isRefused(pod.metadata.uid) && !seen.has(`${pod.metadata.uid}@${pod.metadata.resourceVersion}`)) due.push(pod);
    }
    for (const uid of this.refused.keys()) if (!this.view.unbound.has(uid)) this.refused.delete(uid);
    return inQueueOrder(due);
  }

  private isRefused(uid: string): boolean {
    const refused = this.refused.get(uid);
    const { nodes, room } = this.view.helpful;
    return refused !== undefined && refused.news === this.view.newsOf(uid) && refused.nodes === nodes && (refused.room === undefined || refused.room === room);
  }

  private async carryOut({ placement, undo }: Decision): Promise<void> {
    const { pod } = placement;
    const { namespace, name, uid } = pod.metadata;
    const now = this.view.timeIn(namespace, this.clock.now());
    if ('node' in placement) {
      const message = `Successfully assigned ${namespace}/${name} to ${placement.node}`;
      const bound = boundPod(pod, placement.node, now);
      if ((await this.commit('update', pod, bound, { type: 'Normal', reason: 'Scheduled', message }, undo)) === undefined) undo();
      return;
    }
    const { nodes, room } = this.view.helpful;
    this.refused.set(uid, { news: this.view.newsOf(uid), nodes, room: placement.fixed ? undefined : room });
    const refused = unschedulablePod(pod, placement.refusal, now);
    if (refused === pod) return;
    const revision = await this.commit('status', pod, refused, { type: 'Warning', reason: 'FailedScheduling', message: placement.refusal });
    if (revision !== undefined) this.view.written(refused, revision);
  }

  /** The pod's new revision. Undefined: somebody changed the pod meanwhile. The change log brings its new state, and with it the next attempt. */
  private async commit(op: 'update' | 'status', before: Pod, after: Pod, event: { type: 'Normal' | 'Warning'; reason: string; message: string }, undo?: () => void): Promise<Revision | undefined> {
    const cause: Cause = { by: SCHEDULER, what: 'decision', detail: event.message };
    const write: Write = { op, object: after as unknown as KubeObject, expect: before.metadata.resourceVersion, cause };
    const at = this.view.timeIn(before.metadata.namespace, this.clock.now());
    for (;;) {
      const events: PreparedEvents = this.recorder.prepare([{ about: referenceTo(before), at, ...event }], cause);
      try {
        const { revisions } = await this.store.commit({ preconditions: [this.fence()], writes: [write, ...events.writes] });
        events.committed();
        return revisions[0];
      } catch (error) {
        if (error instanceof StoreError && error.key?.kind === 'Event') events.rejected();
        else if (isOvertaken(error)) return undefined;
        else {
          undo?.();
          throw error;
        }
      }
    }
  }
}
