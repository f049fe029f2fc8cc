/** One BullMQ worker that ends in bounded time, whatever Redis does. */
import type { EventEmitter } from 'node:events';
import { Worker } from 'bullmq';
import type { Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { sleep } from '#clock';
import type { Clock } from '#clock';
import type { Consumer } from './types.js';

export interface ConsumerOptions {
  concurrency: number;
  /** Milliseconds, as BullMQ has them. */
  lockDuration: number;
  stalledInterval: number;
}

/** How long, at the end, Redis gets to note that the last jobs are done. */
const NOTED_TIMEOUT_MS = 500;
const POLL_MS = 5;

export class BullMqConsumer<T> implements Consumer {
  private readonly worker: Worker<T>;
  private readonly connection: Redis;
  private readonly running = new Set<Promise<void>>();
  /** Jobs taken and not yet noted as done in Redis. */
  private open = 0;
  private closed = false;

  constructor(
    private readonly name: string,
    private readonly handler: (job: T) => Promise<void>,
    options: ConsumerOptions & { connection: Redis; prefix: string },
    private readonly clock: Clock,
    private readonly onError: (what: string, error: unknown) => void,
  ) {
    this.connection = options.connection;
    this.worker = new Worker<T>(name, (job) => this.work(job), {
      ...options,
      // A stalled job goes back to the queue however often: BullMQ's default would fail it the second time.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      runRetryDelay: 500,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    this.worker.on('completed', () => this.open--);
    // Among these, after a FLUSHALL: a job whose key is gone when it is done.
    this.worker.on('error', (error) => onError(`queue ${name}`, error));
  }

  /** The worker's own orderly close would wait for Redis for ever; its forced one is taken, after the jobs have ended. */
  async close(): Promise<void> {
    await this.worker.pause(true);
    while (this.running.size > 0) await Promise.all(this.running);
    const deadline = this.clock.now() + NOTED_TIMEOUT_MS;
    while (this.open > 0 && this.connection.status === 'ready' && this.clock.now() < deadline) await sleep(this.clock, POLL_MS);
    this.closed = true;
    await this.worker.close(true);
    this.silence();
    this.endStalledCheck();
    this.connection.disconnect();
  }

  /** A check for stalled jobs that the end came into sets the timer of the next one afterwards: the process would live for as long. */
  private endStalledCheck(): void {
    const worker = this.worker as unknown as { stalledCheckStopper?: () => void };
    worker.stalledCheckStopper?.();
    Object.defineProperty(worker, 'stalledCheckStopper', { set: (stop: () => void) => stop() });
  }

  /**
   * A connection that is given up while it is still being made emits one more error, after BullMQ has removed all listeners from its
   * wrapper: without any, that would end the process.
   */
  private silence(): void {
    const { connection, blockingConnection } = this.worker as unknown as Record<'connection' | 'blockingConnection', EventEmitter>;
    for (const wrapper of [connection, blockingConnection]) wrapper.on('error', () => undefined);
  }

  private async work(job: Job<T>): Promise<void> {
    // Fetched in the very moment of closing: another consumer gets it when its lock has run out.
    if (this.closed) return;
    this.open++;
    const run = this.run(job);
    this.running.add(run);
    await run;
    this.running.delete(run);
  }

  private async run(job: Job<T>): Promise<void> {
    try {
      await this.handler(job.data);
    } catch (error) {
      this.onError(`job ${job.name} of queue ${this.name}`, error);
    }
  }
}
