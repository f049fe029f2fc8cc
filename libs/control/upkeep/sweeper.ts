/** The net under the queues: finds pods that want attention and get none. */
import type { Clock } from '#clock';
import type { JobQueue, SyncJob } from '#queue';
import type { PodAttention, Store } from '#store';

/** Pods that one sweep looks at; those that have waited longest come first. */
const LIMIT = 5_000;
const CHUNK = 500;

export class Sweeper {
  /** What the last sweep found, by uid. */
  private before = new Map<string, string>();

  constructor(
    private readonly store: Store,
    private readonly queue: JobQueue,
    private readonly clock: Clock,
  ) {}

  /**
   * Enqueues the syncs of pods that want attention; `everything` false: only of those that wanted it for the same reason at the last sweep
   * already. (What came since then is on its way, or else is found by the next sweep.)
   */
  async sweep(everything: boolean): Promise<void> {
    const found = await this.store.attention({ now: this.clock.now(), limit: LIMIT });
    const overdue = everything ? found : found.filter((pod) => this.before.get(pod.uid) === reasonOf(pod));
    this.before = new Map(found.map((pod) => [pod.uid, reasonOf(pod)]));
    const byNode = new Map<string, Omit<SyncJob, 'type'>[]>();
    for (const { node, namespace, name, uid } of overdue) {
      // Those without a node are the scheduler's.
      if (node === '') continue;
      const jobs = byNode.get(node) ?? [];
      byNode.set(node, jobs);
      jobs.push({ namespace, name, uid });
    }
    for (const [node, jobs] of byNode) {
      for (let from = 0; from < jobs.length; from += CHUNK) await this.queue.enqueueSync(node, jobs.slice(from, from + CHUNK));
    }
  }
}

const reasonOf = ({ revision, dueAt }: PodAttention): string => `${revision} ${dueAt}`;
