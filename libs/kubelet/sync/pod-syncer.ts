import { computePodActions, computePodStatus, wantsResize } from '#lifecycle';
import type { ObservedPod, PodDecision } from '#lifecycle';
import type { KubeObject, Pod } from '#objects';
import { StoreError } from '#store';
import type { Store } from '#store';
import type { Executor } from '../execute/executor.js';
import type { PodPlaces } from '../node/pod-places.js';
import type { PodRecord, Trigger } from '../pods/pod-record.js';
import { causeOf } from './cause.js';
import { observe } from './observe.js';
import type { Sources } from './observe.js';
import type { PodCommitter } from './pod-committer.js';

export interface PodSyncerParts extends Sources {
  node: string;
  store: Store;
  executor: Executor;
  committer: PodCommitter;
  places: PodPlaces;
  /** Looks again at `at` (pod clock); undefined: no more. */
  arm: (record: PodRecord, at: number | undefined) => void;
  /** Another run is wanted at once. */
  again: (record: PodRecord) => void;
  removed: (record: PodRecord) => void;
}

/** A decision may lead to the next at once (sandbox, then volumes, then a start): so many in one sync. */
const MOST_ROUNDS = 8;
/** Before the next sync, when even that was not enough. */
const PAUSE_MS = 1000;
const MOST_CONFLICTS = 5;

/** One sync of one pod: observe, decide, execute, and one commit of what has changed. */
export class PodSyncer {
  constructor(private readonly parts: PodSyncerParts) {}

  async sync(record: PodRecord, triggers: Trigger[]): Promise<void> {
    for (let conflicts = 0; ; conflicts++) {
      try {
        return await this.once(record, triggers);
      } catch (error) {
        const stale = error instanceof StoreError && (error.code === 'CONFLICT' || error.code === 'NOT_FOUND' || error.code === 'UNKNOWN_OUTCOME');
        if (!stale || conflicts >= MOST_CONFLICTS) throw error;
        await this.refresh(record);
      }
    }
  }

  private async once(record: PodRecord, triggers: Trigger[]): Promise<void> {
    const { node, committer, arm, removed, executor, again } = this.parts;
    const pod = record.gone ? forced(record.pod, record.clock.now()) : record.pod;
    await executor.renewTokens(record);
    const { observed, decision, finalize, error } = await this.act(record, pod);
    // What comes while a sync runs (the end of an operation, an event) has its own trigger; only a list that was cut short has none.
    const more = decision.actions.some((action) => action.type !== 'event') && error === undefined;
    const dueAt = earliest(decision.requeueAt, record.volumes.retryAt, record.volumes.renewAt, more ? record.clock.now() + PAUSE_MS : undefined);
    if (!record.gone) {
      const status = computePodStatus(pod, { ...observed, memo: decision.memo }, record.clock.now());
      if (finalize || status.phase === 'Succeeded' || status.phase === 'Failed') this.parts.places.free(record);
      await committer.commit(record, { pod, status, dueAt, finalize, cause: causeOf(node, triggers, { containers: observed.containers, before: pod.status, after: status, stops: record.stops }) });
    }
    if (finalize) {
      arm(record, undefined);
      removed(record);
      await executor.cleanUp(record);
      return;
    }
    if (error !== undefined) throw error;
    const overdue = dueAt !== undefined && dueAt <= record.clock.now();
    arm(record, overdue ? undefined : dueAt);
    if (overdue) again(record);
  }

  /** Rounds of observe, decide, execute, until a decision finds nothing that can be done at once. */
  private async act(record: PodRecord, pod: Pod): Promise<{ observed: ObservedPod; decision: PodDecision; finalize: boolean; error?: unknown }> {
    const { executor } = this.parts;
    let error: unknown;
    for (let round = 1; ; round++) {
      const observed = await observe(this.parts, record);
      const decision = this.decide(record, pod, observed);
      if (decision.actions.length === 0 || error !== undefined || round > MOST_ROUNDS) return { observed, decision, finalize: false, error };
      try {
        const { progressed, finalize } = await executor.run(record, decision.actions);
        // The last status tells of what was done for the end, too.
        if (finalize) return { observed: await observe(this.parts, record), decision, finalize };
        if (!progressed) return { observed: await observe(this.parts, record), decision: { ...decision, actions: [] }, finalize };
      } catch (thrown) {
        error = thrown ?? new Error('unknown');
      }
    }
  }

  /** What a pod is judged by is looked at in the moment of the decision, and its place is taken in the same: no two pods get one place. */
  private decide(record: PodRecord, pod: Pod, observed: ObservedPod): PodDecision {
    const { places } = this.parts;
    const judged = !record.admitted || wantsResize(pod, record.memo);
    if (judged) observed.room = places.roomFor(record);
    const decision = computePodActions(pod, observed, record.clock.now());
    const { resize } = record.memo;
    record.memo = decision.memo;
    if (decision.memo.rejected) places.free(record);
    else if (judged || resize !== decision.memo.resize) places.take(record);
    record.admitted = true;
    return decision;
  }

  /** Reads the pod anew after somebody else wrote it. */
  private async refresh(record: PodRecord): Promise<void> {
    const found = (await this.parts.store.get({ kind: 'Pod', namespace: record.namespace, name: record.name })) as (KubeObject & Pod) | undefined;
    if (found?.metadata.uid === record.uid) record.take(found);
    else {
      record.gone = true;
      this.parts.places.free(record);
    }
  }
}

function earliest(...times: (number | undefined)[]): number | undefined {
  const least = Math.min(...times.map((time) => time ?? Infinity));
  return least === Infinity ? undefined : least;
}

/** A pod whose object was removed by force is ended at once, by the same decisions. */
const forced = (pod: Pod, now: number): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, deletionTimestamp: pod.metadata.deletionTimestamp ?? new Date(now).toISOString(), deletionGracePeriodSeconds: 0 },
});
