/** Binds pods to nodes. */
import type { Clock } from '#clock';
import { EventRecorder, referenceTo } from '#events';
import type { PreparedEvents } from '#events';
import type { KubeObject, Pod } from '#objects';
import { StoreError } from '#store';
import type { Cause, Store, Write } from '#store';
import type { ClusterView } from '../cluster-view.js';
import { boundPod, unschedulablePod } from './binding.js';
import { placePods } from './place-pods.js';
import type { Placement } from './place-pods.js';

export const SCHEDULER = 'scheduler';

/** Pods placed together; what arrives while their bindings are being committed is with the next. */
const ROUND = 200;

export class Scheduler {
  private readonly recorder: EventRecorder;

  constructor(
    private readonly store: Store,
    private readonly view: ClusterView,
    private readonly clock: Clock,
  ) {
    this.recorder = new EventRecorder({ component: 'default-scheduler' }, clock);
  }

  /** Looks at every pod without a node once, as it then is. @throws StoreError UNAVAILABLE and the like */
  async schedule(): Promise<void> {
    const seen = new Set<string>();
    for (;;) {
      const round: Pod[] = [];
      for (const pod of this.view.unbound.values()) {
        const state = `${pod.metadata.uid}@${pod.metadata.resourceVersion}`;
        if (seen.has(state)) continue;
        seen.add(state);
        round.push(pod);
        if (round.length === ROUND) break;
      }
      if (round.length === 0) return;
      const placements = placePods(round, this.view.nodes.values(), this.view.podsPerNode, this.view.clocks);
      // All at once: the store packs them into few transactions.
      await Promise.all(placements.map((placement) => this.carryOut(placement)));
    }
  }

  private async carryOut(placement: Placement): Promise<void> {
    const { pod } = placement;
    const now = this.view.timeIn(pod.metadata.namespace, this.clock.now());
    if ('node' in placement) {
      const undo = this.view.assume(pod, placement.node);
      const message = `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${placement.node}`;
      const bound = boundPod(pod, placement.node, now);
      if (!(await this.commit('update', pod, bound, { type: 'Normal', reason: 'Scheduled', message }, undo))) undo();
      return;
    }
    const refused = unschedulablePod(pod, placement.refusal, now);
    if (refused === pod) return;
    await this.commit('status', pod, refused, { type: 'Warning', reason: 'FailedScheduling', message: placement.refusal });
  }

  /** False: somebody changed the pod meanwhile. The change log brings its new state, and with it the next attempt. */
  private async commit(op: 'update' | 'status', before: Pod, after: Pod, event: { type: 'Normal' | 'Warning'; reason: string; message: string }, undo?: () => void): Promise<boolean> {
    const cause: Cause = { by: SCHEDULER, what: 'decision', detail: event.message };
    const write: Write = { op, object: after as unknown as KubeObject, expect: before.metadata.resourceVersion, cause };
    const at = this.view.timeIn(before.metadata.namespace, this.clock.now());
    for (;;) {
      const events: PreparedEvents = this.recorder.prepare([{ about: referenceTo(before), at, ...event }], cause);
      try {
        await this.store.commit({ writes: [write, ...events.writes] });
        events.committed();
        return true;
      } catch (error) {
        if (error instanceof StoreError && error.key?.kind === 'Event') events.rejected();
        else if (error instanceof StoreError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND')) return false;
        else {
          undo?.();
          throw error;
        }
      }
    }
  }
}
