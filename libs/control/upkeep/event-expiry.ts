/** Removes events that nothing has been added to for a while. Source: --event-ttl of kube-apiserver. */
import type { Clock } from '#clock';
import { fromTime, keyOf, keyText } from '#objects';
import type { Key, KubeObject } from '#objects';
import { isOvertaken } from '#store';
import type { Cause, Change, Revision, Store } from '#store';

const TTL_MS = 60 * 60_000;
const BATCH = 200;
const CAUSE: Cause = { by: 'events', what: 'timer', detail: 'kept for an hour' };

/** Which events there are, in the order in which they were written last: so that expiry needs no search. */
export class EventExpiry {
  private readonly written = new Map<string, { key: Key; revision: Revision; at: number }>();

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** Events bear the time of their namespace's clock: one that lies outside the last hour of ours counts as of now. */
  load(events: KubeObject[]): void {
    const now = this.clock.now();
    const at = (event: KubeObject) => {
      const told = fromTime((event['lastTimestamp'] as string | undefined) ?? event.metadata.creationTimestamp);
      return told === undefined || told > now || told < now - TTL_MS ? now : told;
    };
    for (const event of [...events].sort((a, b) => at(a) - at(b))) {
      this.written.set(keyText(keyOf(event)), { key: keyOf(event), revision: Number(event.metadata.resourceVersion), at: at(event) });
    }
  }

  apply(change: Change): void {
    if (change.key.kind !== 'Event') return;
    const text = keyText(change.key);
    this.written.delete(text);
    if (change.type !== 'DELETED') this.written.set(text, { key: change.key, revision: change.revision, at: change.committedAt });
  }

  async expire(): Promise<void> {
    const old: { key: Key; revision: Revision }[] = [];
    for (const event of this.written.values()) {
      if (event.at > this.clock.now() - TTL_MS) break;
      old.push(event);
    }
    for (let from = 0; from < old.length; from += BATCH) await Promise.all(old.slice(from, from + BATCH).map((event) => this.remove(event)));
  }

  private async remove({ key, revision }: { key: Key; revision: Revision }): Promise<void> {
    try {
      await this.store.commit({ writes: [{ op: 'delete', key, expect: String(revision), cause: CAUSE }] });
    } catch (error) {
      // It has happened again, or is gone: the change log tells.
      if (!isOvertaken(error)) throw error;
    }
  }
}
