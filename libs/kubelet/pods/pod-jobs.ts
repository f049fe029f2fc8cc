import type { Clock } from '#clock';
import type { Pod } from '#objects';
import type { Consumer, JobQueue, SyncJob } from '#queue';
import type { Store } from '#store';
import { messageOf } from '../errors.js';
import { changeTrigger } from './pod-record.js';
import type { PodRecord, Trigger } from './pod-record.js';
import type { PodTable } from './pod-table.js';

/** How often pods are looked for whose job was lost (Redis was emptied, or is away), and how long a job may take before it counts as lost. */
const CHECK_MS = 1000;
const LOST_AFTER_MS = 3000;
const CHUNK = 500;

export interface PodJobsParts {
  node: string;
  store: Store;
  queue: JobQueue;
  clock: Clock;
  table: PodTable;
  admit: (pod: Pod) => PodRecord;
  trigger: (record: PodRecord, trigger: Trigger) => Promise<void>;
  concurrency: number;
  log: (line: string) => void;
}

/** Changes of pods travel to their syncs as jobs: this makes them, runs them, and does without them where they were lost. */
export class PodJobs {
  private consumer: Consumer | undefined;
  private cancel: (() => void) | undefined;

  constructor(private readonly parts: PodJobsParts) {}

  async start(records: PodRecord[]): Promise<void> {
    const { node, queue, concurrency } = this.parts;
    await queue.drainNode(node);
    this.consumer = queue.consumeSync(node, (job) => this.run(job), { concurrency });
    this.changed(records);
    this.arm();
  }

  /** Makes jobs of pods that somebody else changed. */
  changed(records: PodRecord[]): void {
    const { node, queue, clock, log } = this.parts;
    const now = clock.now();
    for (const record of records) record.waitingSince ??= now;
    for (let from = 0; from < records.length; from += CHUNK) {
      const jobs = records.slice(from, from + CHUNK).map(({ namespace, name, uid }) => ({ namespace, name, uid }));
      queue.enqueueSync(node, jobs).catch((error: unknown) => log(`enqueueing ${jobs.length} syncs failed: ${messageOf(error)}`));
    }
  }

  async stop(): Promise<void> {
    this.cancel?.();
    await this.consumer?.close();
  }

  private async run(job: SyncJob): Promise<void> {
    const { table, trigger } = this.parts;
    const record = table.get(job.uid) ?? (await this.find(job));
    if (!record) return;
    const due = record.stored.dueAt !== null && record.stored.dueAt <= record.clock.now();
    if (record.handledRevision >= record.revision && !due) return;
    await trigger(record, due ? { what: 'timer', detail: 'the pod was due' } : changeTrigger(record));
  }

  /** A pod that the change log has not shown yet (another process enqueued it). */
  private async find(job: SyncJob): Promise<PodRecord | undefined> {
    const { store, node, admit } = this.parts;
    const pod = (await store.get({ kind: 'Pod', namespace: job.namespace, name: job.name })) as Pod | undefined;
    return pod?.metadata.uid === job.uid && pod.spec.nodeName === node ? admit(pod) : undefined;
  }

  private arm(): void {
    const { clock, table, trigger } = this.parts;
    this.cancel = clock.at(clock.now() + CHECK_MS, () => {
      const lost = clock.now() - LOST_AFTER_MS;
      for (const record of table.all()) {
        if (record.waitingSince === undefined || record.waitingSince > lost) continue;
        record.waitingSince = clock.now();
        void trigger(record, changeTrigger(record));
      }
      this.arm();
    });
  }
}
