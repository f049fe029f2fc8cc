import { referenceTo } from '#events';
import type { EventRecorder } from '#events';
import { toTime } from '#objects';
import type { KubeObject, Pod, PodStatus } from '#objects';
import { StoreError } from '#store';
import type { Cause, Precondition, Store, Write } from '#store';
import type { PodClocks } from '../clock/pod-clocks.js';
import type { PodRecord } from '../pods/pod-record.js';
import { same } from './same.js';
import type { SyncNotes } from './sync-notes.js';

export interface SyncOutcome {
  /** The state that was decided upon. */
  pod: Pod;
  status: PodStatus;
  /** Pod clock. */
  dueAt: number | undefined;
  /** The pod is to be removed from the store, in this state. */
  finalize: boolean;
  cause: Cause;
}

/**
 * Writes a sync's outcome: status, events and what the node notes about the pod, in one commit, under the node's lease. When neither
 * status nor events nor the memo changed, nothing is committed; that the pod was looked at is then noted with others'.
 */
export class PodCommitter {
  constructor(
    private readonly store: Store,
    private readonly recorder: EventRecorder,
    private readonly notes: SyncNotes,
    private readonly precondition: () => Precondition,
    private readonly clocks: PodClocks,
  ) {}

  async commit(record: PodRecord, { pod, status, dueAt, finalize, cause }: SyncOutcome): Promise<void> {
    const { uid } = record;
    const revision = Number(pod.metadata.resourceVersion);
    const key = { kind: 'Pod', namespace: record.namespace, name: record.name };
    const expect = pod.metadata.resourceVersion;
    const due = dueAt === undefined ? null : this.clocks.stored(record.namespace, record.clock, dueAt);
    const memo = same(record.memo, record.stored.memo) ? undefined : record.memo;
    const after = { ...pod, status };
    const pending = record.events.slice();
    const writes: Write[] = [];
    const held = finalize && (pod.metadata.finalizers?.length ?? 0) > 0;
    const removed = finalize && !held;
    if (removed) writes.push({ op: 'delete', key, uid, expect, object: after as unknown as KubeObject, cause });
    else if (held && pod.metadata.deletionGracePeriodSeconds !== 0) writes.push({ op: 'update', object: { ...after, metadata: endedMetadata(pod) } as unknown as KubeObject, expect, cause });
    else if (!same(status, pod.status)) writes.push({ op: 'status', object: after as unknown as KubeObject, expect, cause });
    const written = writes.length > 0;
    let syncedRevision = revision;
    const told = pending.map(({ fieldPath, ...words }) => ({ ...words, about: referenceTo(pod, fieldPath) }));
    const prepared = this.recorder.prepare(told, cause);
    writes.push(...prepared.writes);

    if (writes.length === 0 && memo === undefined) {
      // Events of which there have been too many are not told.
      prepared.committed();
      record.events.splice(0, pending.length);
      if (record.stored.syncedRevision !== revision || record.stored.dueAt !== due) this.notes.add({ uid, syncedRevision: revision, dueAt: due });
    } else {
      const podSync = removed ? [] : [{ uid, syncedRevision: written ? ('own' as const) : revision, dueAt: due, memo }];
      const { revisions } = await this.store.commit({ preconditions: [this.precondition()], writes, podSync }).catch((error: unknown) => {
        if (error instanceof StoreError && error.key?.kind === 'Event') prepared.rejected();
        throw error;
      });
      this.notes.drop(uid);
      prepared.committed();
      record.events.splice(0, pending.length);
      if (written && !removed) {
        syncedRevision = revisions[0]!;
        // A state that has come in meanwhile was written on top of this one: it stays.
        record.take({ ...after, metadata: { ...pod.metadata, resourceVersion: String(syncedRevision) } });
      }
    }
    record.stored = { dueAt: due, memo: record.memo, syncedRevision };
    record.handled(syncedRevision);
  }
}

/**
 * The pod has ended, and only its finalizers keep its object: whoever takes the last one out removes it. This is what the kubelet's deletion
 * without grace leads to. Source: BeforeDelete in staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go.
 */
function endedMetadata({ metadata }: Pod): Pod['metadata'] {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  const at = Date.parse(String(deletionTimestamp)) - deletionGracePeriodSeconds * 1000;
  return { ...metadata, ...(deletionTimestamp && { deletionTimestamp: toTime(at) }), deletionGracePeriodSeconds: 0 };
}
