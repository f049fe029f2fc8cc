/** One process's share of the control work: makes jobs of what changes, runs jobs, and looks after what may have been lost. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '#clock';
import type { Consumer, ControlJob, JobQueue } from '#queue';
import type { Store } from '#store';
import { ClusterView, distinct } from './cluster-view.js';
import type { LeaderJob, Work } from './cluster-view.js';
import { EndpointsKeeper } from './endpoints/endpoints-keeper.js';
import { Leader } from './leader/leader.js';
import { Leadership } from './leader/leadership.js';
import { NamespaceCleaner } from './namespaces/namespace-cleaner.js';
import { NamespaceExpiry } from './namespaces/namespace-expiry.js';
import { NodeMonitor } from './nodes/node-monitor.js';
import { QuotaKeeper } from './quotas/quota-keeper.js';
import { Scheduler } from './scheduler/scheduler.js';
import { AbandonedSteps } from './upkeep/abandoned-steps.js';
import { EventExpiry } from './upkeep/event-expiry.js';
import { Sweeper } from './upkeep/sweeper.js';
import { ViewFollower } from './view-follower.js';

export interface ControlLoopOptions {
  store: Store;
  queue: JobQueue;
  /** The system clock. */
  clock: Clock;
  /** After how long without a sign of life a node is lost. Default: 40 s. */
  nodeGraceMs?: number;
  /** Told in one line what failed. It is tried again. */
  log?: (line: string) => void;
  /** How long the change log is kept. Default: an hour, and at most a gibibyte. */
  retention?: { maxAgeMs: number; maxBytes: number };
}

const TICK_MS = 1_000;
/** In ticks. */
const SWEEP_EVERY = 5;
const COMPACT_EVERY = 60;
const RETRY_MS = 1_000;
/** How long a new leader waits until this process has read what was committed before. */
const CATCH_UP_MS = 2_000;
const RETENTION = { maxAgeMs: 60 * 60_000, maxBytes: 2 ** 30 };

export class ControlLoop {
  private readonly view = new ClusterView();
  private readonly follower: ViewFollower;
  private readonly scheduler: Scheduler;
  private readonly endpoints: EndpointsKeeper;
  private readonly namespaces: NamespaceCleaner;
  private readonly leader: Leader;
  private readonly quotas: QuotaKeeper;
  private readonly sweeper: Sweeper;
  private readonly expiry: EventExpiry;
  private readonly abandoned: AbandonedSteps;
  private readonly namespaceExpiry: NamespaceExpiry;
  private consumer: Consumer | undefined;
  private ticking: Promise<void> = Promise.resolve();
  private readonly timers = new Set<() => void>();
  /** Jobs may have been lost: everything there is to do is to be enqueued. */
  private missed = false;
  private stopped = false;
  private lastTrouble = '';

  constructor(private readonly options: ControlLoopOptions) {
    const { store, queue, clock } = options;
    const leadership = new Leadership(store, clock, `control ${randomUUID()}`);
    const fence = () => leadership.fence;
    this.scheduler = new Scheduler(store, this.view, clock, fence);
    const nodes = new NodeMonitor(store, this.view, clock, fence, options.nodeGraceMs);
    this.endpoints = new EndpointsKeeper(store, clock);
    this.namespaces = new NamespaceCleaner(store, clock);
    this.quotas = new QuotaKeeper(store);
    this.sweeper = new Sweeper(store, queue, clock);
    this.expiry = new EventExpiry(store, clock);
    this.namespaceExpiry = new NamespaceExpiry(store, () => this.view.expiring, clock);
    this.abandoned = new AbandonedSteps(store, () => [...this.view.clocks.values()], clock);
    this.follower = new ViewFollower({
      store,
      clock,
      view: this.view,
      expiry: this.expiry,
      found: (jobs) => this.enqueue(jobs),
      missed: () => (this.missed = true),
      log: (what, error) => this.trouble(what, error),
    });
    this.leader = new Leader({
      leadership,
      work: { schedule: () => this.scheduler.schedule(), nodes: () => this.checkNodes(nodes) },
      caughtUp: () => this.follower.caughtUp(CATCH_UP_MS),
      failed: (what, error) => this.trouble(what, error),
      later: (ms, what) => this.later(ms, what),
    });
  }

  /** @throws StoreError when the database cannot be read. Redis may come later. */
  async start(): Promise<void> {
    await this.follower.start();
    this.consumer = this.options.queue.consumeControl((job) => this.run(job));
    this.tick(1);
  }

  /** Ends when the jobs that run have ended. The store and the queue are the caller's to close, after this. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const cancel of this.timers) cancel();
    await this.consumer?.close();
    await this.ticking;
    await this.leader.stop().catch((error: unknown) => this.options.log?.(`giving up the lead failed: ${error instanceof Error ? error.message : String(error)}`));
    await this.follower.stop();
  }

  private tick(count: number): void {
    this.ticking = this.leader
      .keep()
      .catch((error: unknown) => this.trouble('leading', error))
      .then(() => this.lookAfter(count))
      .catch((error: unknown) => {
        this.missed = true;
        this.trouble('looking after the queues', error);
      })
      .finally(() => this.later(TICK_MS, () => this.tick(count + 1)));
  }

  private async lookAfter(count: number): Promise<void> {
    const { queue } = this.options;
    await this.namespaceExpiry.expire();
    if ((await queue.wasEmptied()) || this.missed) {
      this.missed = false;
      await queue.enqueueControl(...this.everything());
    } else if (count % SWEEP_EVERY === 0) {
      await this.sweeper.sweep(false);
      await this.abandoned.end();
    }
    if (count % SWEEP_EVERY === 0) this.leader.want({ type: 'nodes' }, { type: 'schedule' });
    if (count % COMPACT_EVERY === 0) {
      this.scheduler.forget();
      await queue.enqueueControl({ type: 'compact' });
    }
    this.lastTrouble = '';
  }

  private everything(): ControlJob[] {
    return [
      { type: 'sweep' },
      ...this.view.allServices().map(({ metadata }) => ({ type: 'endpoints' as const, namespace: metadata.namespace, name: metadata.name })),
      ...this.view.namespacesWithQuotas().map((namespace) => ({ type: 'quota' as const, namespace })),
      ...this.view.terminatingNamespaces().map((name) => ({ type: 'namespace' as const, name })),
    ];
  }

  private enqueue(work: Work[]): void {
    const jobs = distinct(work);
    this.leader.want(...jobs.filter(isLeaders));
    const others = jobs.filter((job): job is ControlJob => !isLeaders(job));
    if (others.length === 0) return;
    this.options.queue.enqueueControl(...others).catch((error: unknown) => {
      this.missed = true;
      this.trouble('enqueueing control work', error);
    });
  }

  private async run(job: ControlJob): Promise<void> {
    try {
      await this.work(job);
    } catch (error) {
      this.trouble(`control job ${Object.values(job).join(' ')}`, error);
      this.later(RETRY_MS, () => this.enqueue([job]));
    }
  }

  private async work(job: ControlJob): Promise<void> {
    switch (job.type) {
      case 'endpoints':
        return this.endpoints.keep(job.namespace, job.name);
      case 'namespace':
        return this.namespaces.clean(job.name);
      case 'quota':
        return this.quotas.keep(job.namespace);
      case 'sweep':
        return this.sweeper.sweep(true);
      case 'compact':
        await this.expiry.expire();
        await this.options.store.compact(this.options.retention ?? RETENTION);
    }
  }

  /** A pod that must go before the next look is due brings one of its own. */
  private async checkNodes(nodes: NodeMonitor): Promise<void> {
    const next = await nodes.check();
    const ms = (next ?? Infinity) - this.options.clock.now();
    if (ms < SWEEP_EVERY * TICK_MS) this.later(Math.max(ms, 0), () => this.leader.want({ type: 'nodes' }));
  }

  private later(ms: number, what: () => void): void {
    if (this.stopped) return;
    const { clock } = this.options;
    const cancel = clock.at(clock.now() + ms, () => {
      this.timers.delete(cancel);
      what();
    });
    this.timers.add(cancel);
  }

  /** A trouble that stays is told once, not each second. */
  private trouble(what: string, error: unknown): void {
    const line = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (this.stopped || line === this.lastTrouble) return;
    this.lastTrouble = line;
    this.options.log?.(line);
  }
}

const isLeaders = (job: Work): job is LeaderJob => job.type === 'schedule' || job.type === 'nodes';
