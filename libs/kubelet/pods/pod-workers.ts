import type { Clock } from '#clock';
import { messageOf } from '../errors.js';
import type { PodRecord, Trigger } from './pod-record.js';
import { Turns } from './turns.js';

interface Work {
  triggers: Trigger[];
  /** Resolves when the run that takes `triggers` is over. */
  done: Promise<void>;
  settle: () => void;
}

const RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** A sync that has failed less often than this may well succeed. */
const SOON = 3;
/**
 * Syncs at once, of all pods: enough for commits that are worth their fsync, and no more, so that of a thousand pods the first are up
 * long before the last begin.
 */
const AT_ONCE = 64;

/**
 * One sync a pod at a time in this process, whoever asks for it; what asks during a run gets one more run. A sync that throws is
 * tried again, later and later. Pods that are under way go before pods that are yet to begin.
 */
export class PodWorkers {
  private readonly running = new Map<string, Promise<void>>();
  private readonly waiting = new Map<string, Work>();
  private readonly failures = new Map<string, number>();
  private readonly retries = new Map<string, () => void>();
  private readonly turns = new Turns(AT_ONCE);
  private closed = false;
  /** Runs since the start. */
  runs = 0;

  constructor(
    private readonly sync: (record: PodRecord, triggers: Trigger[]) => Promise<void>,
    private readonly clock: Clock,
    private readonly log: (line: string) => void,
  ) {}

  /** Resolves when a sync that began after this call is over (also when it failed: it is then tried again). */
  trigger(record: PodRecord, trigger: Trigger): Promise<void> {
    if (this.closed) return Promise.resolve();
    let work = this.waiting.get(record.uid);
    if (!work) {
      let settle = () => {};
      const done = new Promise<void>((resolve) => (settle = resolve));
      this.waiting.set(record.uid, (work = { triggers: [], done, settle }));
    }
    work.triggers.push(trigger);
    if (!this.running.has(record.uid)) this.running.set(record.uid, this.drain(record));
    return work.done;
  }

  /** What is being done for the pod, or waits to be tried again. */
  doing({ uid }: PodRecord): string | undefined {
    if (this.running.has(uid)) return 'it is being synced';
    // What fails time and again is not about to come to an end.
    const failures = this.failures.get(uid) ?? 0;
    return this.retries.has(uid) && failures < SOON ? 'its last sync failed and is tried again' : undefined;
  }

  /** Nothing begins any more; resolves when what runs is over. */
  async close(): Promise<void> {
    this.closed = true;
    for (const cancel of this.retries.values()) cancel();
    for (const work of this.waiting.values()) work.settle();
    this.waiting.clear();
    await Promise.all(this.running.values());
  }

  private async drain(record: PodRecord): Promise<void> {
    // Triggers that come in one turn of the event loop (a batch of exits, say) make one run.
    await Promise.resolve();
    while (this.waiting.has(record.uid)) {
      await this.turns.take(record.handledRevision > 0);
      // Closing empties what waits.
      const work = this.waiting.get(record.uid);
      this.waiting.delete(record.uid);
      if (work) await this.run(record, work.triggers);
      this.turns.give();
      work?.settle();
    }
    this.running.delete(record.uid);
  }

  private async run(record: PodRecord, triggers: Trigger[]): Promise<void> {
    this.runs++;
    record.activity++;
    this.retries.get(record.uid)?.();
    this.retries.delete(record.uid);
    try {
      await this.sync(record, triggers);
      this.failures.delete(record.uid);
    } catch (error) {
      if (this.closed) return;
      const failures = (this.failures.get(record.uid) ?? 0) + 1;
      this.failures.set(record.uid, failures);
      this.log(`sync of pod ${record.namespace}/${record.name} failed (${failures}): ${messageOf(error)}`);
      const delay = Math.min(RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
      this.retries.set(
        record.uid,
        this.clock.at(this.clock.now() + delay, () => {
          this.retries.delete(record.uid);
          void this.trigger(record, { what: 'timer', detail: 'the sync before failed' });
        }),
      );
    }
  }
}
