/** The job queue over BullMQ: coalescing adds, and consumers that survive an emptied, restarted or unreachable Redis. */
import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { SystemClock } from '#clock';
import type { Clock } from '#clock';
import { BullMqConsumer } from './bullmq-consumer.js';
import type { ConsumerOptions } from './bullmq-consumer.js';
import { QueueError } from './errors.js';
import type { Consumer, ControlJob, JobQueue, SyncJob } from './types.js';

export interface BullMqQueueOptions {
  /** redis://.. */
  url: string;
  /** Of all keys. Default: podbox. */
  prefix?: string;
  /** How many control jobs of this process run side by side. Default: 4. */
  controlConcurrency?: number;
  clock?: Clock;
  /** Told what went wrong where nobody waits for an answer: a handler that threw, a connection that was lost. One line and the error. */
  onError?: (what: string, error: unknown) => void;
}

const CONTROL = 'control';
const nodeQueue = (node: string): string => `node.${node}`;

/** How long an add may take before it counts as failed. */
const ADD_TIMEOUT_MS = 2_000;
const RECONNECT_MS = 250;

/**
 * A job whose worker died is given to another one when its lock has run out. Control jobs are coalesced over all workers, so that such a
 * job holds up its successors: its lock is short. A node's queue has one consumer, which empties it when it starts: its lock need not be.
 */
const CONTROL_TIMES = { lockDuration: 4_000, stalledInterval: 2_000 };
const SYNC_TIMES = { lockDuration: 30_000, stalledInterval: 30_000 };

/**
 * Coalescing: one job of an id waits at most; what arrives while it is active runs once more after it. It needs a deduplication without
 * ttl, and jobs without delay, attempts and backoff: with any of them BullMQ drops wake-ups that arrive during an active job.
 */
const coalescedBy = (id: string) => ({
  deduplication: { id, keepLastIfActive: true },
  removeOnComplete: true,
  removeOnFail: true,
});

/** What coalesces control jobs: a job's own words. As `sweep` has one id, it runs one at a time over all workers. */
const controlId = (job: ControlJob): string => Object.values(job).join('/');

/** Atomic, so that no half of a job stays behind: a deduplication key without its job would swallow that pod's wake-ups for ever. */
const EMPTY_SCRIPT = `
local keys = redis.call('KEYS', ARGV[1])
for i = 1, #keys, 1000 do redis.call('UNLINK', unpack(keys, i, math.min(i + 999, #keys))) end
return #keys`;

export class BullMqQueue implements JobQueue {
  private readonly prefix: string;
  private readonly onError: (what: string, error: unknown) => void;
  /** Fails at once while Redis is away: an add must not hang, nor run much later. */
  private readonly producer: Redis;
  private readonly mark: string;
  private readonly queues = new Map<string, Queue>();
  private readonly consumers = new Set<Consumer>();
  private readonly counts = { added: 0, processed: 0 };
  private readonly clock: Clock;
  private closing: Promise<void> | undefined;

  constructor(private readonly options: BullMqQueueOptions) {
    this.prefix = options.prefix ?? 'podbox';
    this.mark = `${this.prefix}:process:${randomUUID()}`;
    this.clock = options.clock ?? new SystemClock();
    this.onError = options.onError ?? (() => undefined);
    this.producer = this.connect({ enableOfflineQueue: false, commandTimeout: ADD_TIMEOUT_MS, maxRetriesPerRequest: 0 });
    this.producer.on('error', (error) => this.onError('the connection to Redis', error));
  }

  async enqueueSync(node: string, jobs: Omit<SyncJob, 'type'>[]): Promise<void> {
    await this.add(nodeQueue(node), jobs.map(({ namespace, name, uid }) => ({ id: uid, data: { type: 'sync', namespace, name, uid } })));
  }

  async enqueueControl(...jobs: ControlJob[]): Promise<void> {
    await this.add(CONTROL, jobs.map((job) => ({ id: controlId(job), data: job })));
  }

  consumeSync(node: string, handler: (job: SyncJob) => Promise<void>, { concurrency }: { concurrency: number }): Consumer {
    return this.consume(nodeQueue(node), handler, { concurrency, ...SYNC_TIMES });
  }

  consumeControl(handler: (job: ControlJob) => Promise<void>): Consumer {
    return this.consume(CONTROL, handler, { concurrency: this.options.controlConcurrency ?? 4, ...CONTROL_TIMES });
  }

  /** To be called before `consumeSync`: active jobs, of a consumer that died, go too. */
  async drainNode(node: string): Promise<void> {
    await this.reaching(async () => {
      await this.producer.eval(EMPTY_SCRIPT, 0, `${this.prefix}:${nodeQueue(node)}:*`);
    });
  }

  /** A mark of this process that stays in Redis for as long as its jobs do. */
  async wasEmptied(): Promise<boolean> {
    let set: unknown;
    await this.reaching(async () => (set = await this.producer.set(this.mark, 1, 'NX')));
    return set === 'OK';
  }

  stats(): { added: number; processed: number } {
    return { ...this.counts };
  }

  /** Closes the consumers first, waiting for their jobs. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      await Promise.all([...this.consumers].map((consumer) => consumer.close()));
      await Promise.all([...this.queues.values()].map((queue) => queue.close()));
      if (this.producer.status === 'ready') await this.producer.del(this.mark).catch(() => undefined);
      this.producer.disconnect();
    })();
    return this.closing;
  }

  private async add(name: string, jobs: { id: string; data: SyncJob | ControlJob }[]): Promise<void> {
    if (jobs.length === 0) return;
    await this.reaching(() => this.queue(name).addBulk(jobs.map(({ id, data }) => ({ name: data.type, data, opts: coalescedBy(id) }))));
    this.counts.added += jobs.length;
  }

  /** Runs a command that fails soon rather than waits for Redis. */
  private async reaching(command: () => Promise<unknown>): Promise<void> {
    if (this.closing) throw new QueueError('CLOSED', 'the queue has been closed');
    try {
      if (this.producer.status !== 'ready') await this.connected();
      await command();
    } catch (error) {
      throw new QueueError('UNAVAILABLE', `Redis does not take jobs: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Bounded: the first connection, or one that is being made again, gets as long as an add. */
  private connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error) => {
        this.producer.off('ready', settle);
        this.producer.off('close', closed);
        if (error) reject(error);
        else resolve();
      };
      const closed = () => settle(new Error('cannot connect'));
      this.producer.on('ready', settle);
      this.producer.on('close', closed);
    });
  }

  private queue(name: string): Queue {
    let queue = this.queues.get(name);
    if (!queue) {
      // The events stream of BullMQ is not used here: kept as short as can be.
      queue = new Queue(name, { connection: this.producer, prefix: this.prefix, skipWaitingForReady: true, skipVersionCheck: true, streams: { events: { maxLen: 10 } } });
      queue.on('error', () => undefined);
      this.queues.set(name, queue);
    }
    return queue;
  }

  private consume<T>(name: string, handler: (job: T) => Promise<void>, options: ConsumerOptions): Consumer {
    if (this.closing) throw new QueueError('CLOSED', 'the queue has been closed');
    const counted = async (job: T): Promise<void> => {
      await handler(job);
      this.counts.processed++;
    };
    const connection = this.connect({ maxRetriesPerRequest: null });
    const consumer = new BullMqConsumer(name, counted, { ...options, connection, prefix: this.prefix }, this.clock, this.onError);
    this.consumers.add(consumer);
    return { close: () => (this.consumers.delete(consumer), consumer.close()) };
  }

  private connect(options: RedisOptions): Redis {
    return new Redis(this.options.url, { ...options, connectTimeout: ADD_TIMEOUT_MS, retryStrategy: () => RECONNECT_MS });
  }
}
