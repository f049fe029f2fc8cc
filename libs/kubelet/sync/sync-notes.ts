import type { Clock } from '#clock';
import type { PodSyncWrite, Precondition, Store } from '#store';
import { messageOf } from '../errors.js';

const FLUSH_MS = 500;
const MOST = 500;

/**
 * What pod_sync is to be told although the pod's sync had nothing to write: gathered, and written many at once. Losing them is
 * harmless: such a pod is looked at once more.
 */
export class SyncNotes {
  private readonly notes = new Map<string, PodSyncWrite>();
  private cancel: (() => void) | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly precondition: () => Precondition,
    private readonly failed: (error: unknown) => void,
  ) {}

  add(note: PodSyncWrite): void {
    this.notes.set(note.uid, { ...this.notes.get(note.uid), ...note });
    this.cancel ??= this.clock.at(this.clock.now() + FLUSH_MS, () => {
      this.cancel = undefined;
      this.flushing = this.flush().catch(this.failed);
    });
  }

  /** The pod's own commit has said it, or the pod is gone. */
  drop(uid: string): void {
    this.notes.delete(uid);
  }

  async flush(): Promise<void> {
    while (this.notes.size > 0) {
      const podSync = [...this.notes.values()].slice(0, MOST);
      for (const note of podSync) this.notes.delete(note.uid);
      await this.store.commit({ preconditions: [this.precondition()], writes: [], podSync });
    }
  }

  async close(log: (line: string) => void): Promise<void> {
    this.cancel?.();
    await this.flushing;
    await this.flush().catch((error: unknown) => log(`noting what was synced failed: ${messageOf(error)}`));
  }
}
