import type { Pod } from '#objects';
import { StoreError } from '#store';
import type { Change, Revision, Store } from '#store';
import { sleep } from '#clock';
import type { Clock } from '#clock';
import { same } from '../sync/same.js';
import { messageOf } from '../errors.js';
import type { PodRecord, Trigger } from './pod-record.js';
import type { PodTable } from './pod-table.js';

const RETRY_MS = 1000;

export interface ConfigSourceParts {
  node: string;
  store: Store;
  clock: Clock;
  table: PodTable;
  /** Makes a record of a pod that this node has not seen. */
  admit: (pod: Pod) => PodRecord;
  /** Somebody else changed these pods: makes jobs of it. */
  changed: (records: PodRecord[]) => void;
  /** Somebody else removed the pod's object. */
  gone: (record: PodRecord) => void;
  /** The labels or annotations of a pod of this node are others now. */
  relabelled: (record: PodRecord) => void;
  trigger: (record: PodRecord, trigger: Trigger) => void;
  /** Every change of every kind, for the Services, ConfigMaps and the Node itself. */
  other: (change: Change) => void;
  /** The log has been cut below where this reader stood: everything is to be read anew. Returns the revision to go on from. */
  relist: () => Promise<Revision>;
  log: (line: string) => void;
}

/**
 * Follows the change log for the pods that are bound to this node: keeps the table's states up to date and tells of every change
 * that somebody else made. This node's own writes are known already.
 */
export class ConfigSource {
  private readonly abort = new AbortController();
  private running: Promise<void> = Promise.resolve();
  /** Everything up to here has been taken in. */
  seen: Revision = 0;

  constructor(private readonly parts: ConfigSourceParts) {}

  start(after: Revision): void {
    this.running = this.follow(after);
  }

  async stop(): Promise<void> {
    this.abort.abort();
    await this.running;
  }

  private async follow(after: Revision): Promise<void> {
    const { store, clock, log, relist } = this.parts;
    const { signal } = this.abort;
    while (!signal.aborted) {
      try {
        for await (const changes of store.tail(after, signal)) {
          this.apply(changes);
          this.seen = after = changes.at(-1)?.revision ?? after;
        }
      } catch (error) {
        if (signal.aborted) return;
        log(`following the change log failed: ${messageOf(error)}`);
        await sleep(clock, RETRY_MS, signal).catch(() => undefined);
        if (error instanceof StoreError && error.code === 'EXPIRED') after = await relist().catch(() => after);
      }
    }
  }

  private apply(changes: Change[]): void {
    const { node, table, admit, trigger, other, changed, gone, relabelled } = this.parts;
    const own = `node:${node}`;
    const records: PodRecord[] = [];
    for (const change of changes) {
      if (change.key.kind !== 'Pod') {
        if (change.cause.by !== own) other(change);
        continue;
      }
      if (change.cause.by === own || change.fields['spec.nodeName'] !== node) continue;
      const pod = change.object as unknown as Pod;
      const known = table.get(change.uid);
      if (change.type === 'DELETED') {
        if (!known) continue;
        known.take(pod);
        gone(known);
        trigger(known, { what: 'request', detail: 'the pod was removed' });
      } else {
        if (!known) {
          const record = admit(pod);
          record.changedBy = change.cause;
          records.push(record);
        } else {
          const before = known.pod.metadata;
          if (!known.take(pod)) continue;
          known.changedBy = change.cause;
          records.push(known);
          if (!same([before.labels, before.annotations], [pod.metadata.labels, pod.metadata.annotations])) relabelled(known);
        }
      }
    }
    if (records.length > 0) changed(records);
  }
}
