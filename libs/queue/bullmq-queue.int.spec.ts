import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { createTestRedis, eventually, startTestRedis } from '#testing';
import type { TestRedis } from '#testing';
import { BullMqQueue } from './bullmq-queue.js';
import type { ControlJob, SyncJob } from './types.js';

const pod = (n: number) => ({ namespace: 'default', name: `p${n}`, uid: `uid-${n}` });

/** A promise and what settles it. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}

describe('the queue', () => {
  let redis: TestRedis;
  let queue: BullMqQueue;
  const errors: string[] = [];
  beforeEach(async () => {
    errors.length = 0;
    redis = await createTestRedis();
    queue = new BullMqQueue({ url: redis.url, onError: (what, error) => errors.push(`${what}: ${(error as Error).message}`) });
  });
  afterEach(async () => {
    await queue.close();
    await redis.close();
  });

  it('runs one job for many wake-ups that arrive while it waits', async () => {
    for (let i = 0; i < 20; i++) await queue.enqueueSync('n', [pod(1), pod(2)]);
    const ran: string[] = [];
    queue.consumeSync('n', async (job) => void ran.push(job.name), { concurrency: 1 });
    await queue.enqueueSync('n', [pod(3)]);
    await eventually(() => ran.includes('p3'));
    expect(ran).toEqual(['p1', 'p2', 'p3']);
  });

  it('runs a job once more after it, never beside it, for wake-ups that arrive while it is active', async () => {
    const started = gate();
    const goOn = gate();
    let running = 0;
    let most = 0;
    let runs = 0;
    queue.consumeSync(
      'n',
      async () => {
        most = Math.max(most, ++running);
        runs++;
        started.open();
        await goOn.passed;
        running--;
      },
      { concurrency: 8 },
    );
    await queue.enqueueSync('n', [pod(1)]);
    await started.passed;
    for (let i = 0; i < 10; i++) await queue.enqueueSync('n', [pod(1)]);
    goOn.open();
    await eventually(() => runs === 2 && running === 0, { describe: 'the second run' });
    await queue.enqueueSync('n', [pod(1)]);
    await eventually(() => runs === 3, { describe: 'a later wake-up runs again' });
    expect(most).toBe(1);
  });

  it('goes on after a handler that throws, and says so', async () => {
    const ran: string[] = [];
    queue.consumeControl(async (job) => {
      ran.push(job.type);
      if (ran.length === 1) throw new Error('no luck');
    });
    await queue.enqueueControl({ type: 'sweep' });
    await eventually(() => ran.length === 1);
    await eventually(async () => (await queue.enqueueControl({ type: 'sweep' }), ran.length >= 2));
    expect(errors).toEqual(['job sweep of queue control: no luck']);
  });

  it('runs endpoints of several Services side by side, and one sweep at a time over two processes', async () => {
    const other = new BullMqQueue({ url: redis.url });
    const goOn = gate();
    const running: string[] = [];
    const handler = async (job: ControlJob) => {
      running.push(job.type === 'endpoints' ? job.name : job.type);
      await goOn.passed;
    };
    queue.consumeControl(handler);
    other.consumeControl(handler);
    await queue.enqueueControl({ type: 'sweep' }, { type: 'endpoints', namespace: 'a', name: 'x' }, { type: 'endpoints', namespace: 'a', name: 'y' });
    await eventually(() => running.length === 3);
    await other.enqueueControl({ type: 'sweep' });
    await other.enqueueControl({ type: 'endpoints', namespace: 'a', name: 'z' });
    await eventually(() => running.includes('z'));
    expect(running.filter((type) => type === 'sweep')).toHaveLength(1);
    goOn.open();
    await eventually(() => running.filter((type) => type === 'sweep').length === 2);
    await other.close();
  });

  it('empties a node\'s queue, jobs that a dead consumer left active included', async () => {
    const dead = new BullMqQueue({ url: redis.url });
    const taken = gate();
    const never = gate();
    dead.consumeSync('n', async () => (taken.open(), never.passed), { concurrency: 1 });
    await queue.enqueueSync('n', [pod(1), pod(2)]);
    await taken.passed;
    await queue.drainNode('n');
    const ran: string[] = [];
    const fresh = new BullMqQueue({ url: redis.url });
    fresh.consumeSync('n', async (job) => void ran.push(job.name), { concurrency: 1 });
    await queue.enqueueSync('n', [pod(1)]);
    await eventually(() => ran.length === 1);
    expect(ran).toEqual(['p1']);
    never.open();
    await dead.close();
    await fresh.close();
  });

  it('counts what it added and processed', async () => {
    queue.consumeSync('n', async () => undefined, { concurrency: 4 });
    await queue.enqueueSync('n', Array.from({ length: 50 }, (_, i) => pod(i)));
    await eventually(() => queue.stats().processed === 50);
    expect(queue.stats()).toEqual({ added: 50, processed: 50 });
  });

  it('tells once that it may have lost jobs: at first, and after it was emptied', async () => {
    const admin = new Redis(redis.url);
    expect([await queue.wasEmptied(), await queue.wasEmptied()]).toEqual([true, false]);
    await admin.flushdb();
    expect([await queue.wasEmptied(), await queue.wasEmptied()]).toEqual([true, false]);
    admin.disconnect();
  });

  it('takes no jobs after it has been closed', async () => {
    await queue.close();
    await expect(queue.enqueueControl({ type: 'sweep' })).rejects.toMatchObject({ name: 'QueueError', code: 'CLOSED' });
  });
});

describe('the queue and a Redis that comes and goes', () => {
  it('goes on after FLUSHALL with jobs waiting and active: what is enqueued again runs', async () => {
    const redis = await startTestRedis();
    const admin = new Redis(redis.url);
    const queue = new BullMqQueue({ url: redis.url });
    const ran = new Map<string, number>();
    let flush = false;
    const handler = async (job: SyncJob) => {
      ran.set(job.uid, (ran.get(job.uid) ?? 0) + 1);
      if (flush) {
        flush = false;
        await admin.flushall();
      }
    };
    queue.consumeSync('n', handler, { concurrency: 4 });
    const all = Array.from({ length: 100 }, (_, i) => pod(i));
    for (let round = 1; round <= 5; round++) {
      flush = true;
      await queue.enqueueSync('n', all);
      await eventually(() => !flush, { describe: `round ${round}: flushed in the middle` });
      // The consumer is idle as often as busy here: both must wake up.
      await queue.enqueueSync('n', all);
      await eventually(() => all.every(({ uid }) => (ran.get(uid) ?? 0) >= round), { describe: `round ${round}: all ran` });
    }
    await queue.close();
    admin.disconnect();
    await redis.close();
  });

  it('fails an add soon while Redis is away, and consumes again when it is back', async () => {
    const redis = await startTestRedis();
    const errors: string[] = [];
    const queue = new BullMqQueue({ url: redis.url, onError: (what) => errors.push(what) });
    const ran: string[] = [];
    queue.consumeSync('n', async (job) => void ran.push(job.name), { concurrency: 2 });
    await queue.enqueueSync('n', [pod(1)]);
    await eventually(() => ran.includes('p1'));
    await redis.kill();
    await eventually(async () => {
      const error: unknown = await queue.enqueueSync('n', [pod(2)]).then(() => undefined, (reason: unknown) => reason);
      return (error as { code?: string } | undefined)?.code === 'UNAVAILABLE';
    });
    await eventually(() => errors.length > 0, { describe: 'the lost connection is reported' });
    await redis.restart();
    await eventually(() => queue.enqueueSync('n', [pod(3)]).then(() => true), { describe: 'adds are taken again' });
    await eventually(() => ran.includes('p3'), { describe: 'jobs run again' });
    await queue.close();
    await redis.close();
  });

  it('consumes when Redis comes later than the consumer', async () => {
    const redis = await startTestRedis();
    await redis.kill();
    const queue = new BullMqQueue({ url: redis.url });
    const ran: string[] = [];
    queue.consumeSync('n', async (job) => void ran.push(job.name), { concurrency: 2 });
    await redis.restart();
    await eventually(() => queue.enqueueSync('n', [pod(1)]).then(() => true));
    await eventually(() => ran.includes('p1'));
    await queue.close();
    await redis.close();
  });

  it('can be closed while it is still connecting, with and without Redis', async () => {
    const redis = await startTestRedis();
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    for (let round = 0; round < 20; round++) {
      if (round === 10) await redis.kill();
      const queue = new BullMqQueue({ url: redis.url });
      queue.consumeControl(async () => undefined);
      const consumer = queue.consumeSync('n', async () => undefined, { concurrency: 1 });
      if (round % 2) await consumer.close();
      await queue.close();
    }
    await redis.close();
    // Else the process that used the queue would not end.
    await eventually(() => timers() <= before, { describe: 'all timers of the queues are gone' });
  });

  it('fails the first add when there is no Redis at all', async () => {
    const redis = await startTestRedis();
    await redis.close();
    const queue = new BullMqQueue({ url: redis.url });
    await expect(queue.enqueueControl({ type: 'sweep' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await queue.close();
  });

  it('gives a control job of a killed consumer to another one within seconds', async () => {
    const redis = await startTestRedis();
    const dead = new BullMqQueue({ url: redis.url });
    const taken = gate();
    const never = gate();
    dead.consumeControl(async () => (taken.open(), never.passed));
    await dead.enqueueControl({ type: 'sweep' });
    await taken.passed;
    // As good as killed: its connections are cut, and it cannot come back.
    const admin = new Redis(redis.url);
    await admin.config('SET', 'requirepass', 'another');
    await admin.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const url = new URL(redis.url);
    url.password = 'another';
    const alive = new BullMqQueue({ url: url.href });
    const ran: string[] = [];
    alive.consumeControl(async (job) => void ran.push(job.type));
    await eventually(() => ran.includes('sweep'), { timeoutMs: 12_000 });
    await alive.close();
    never.open();
    // Without Redis, too, closing ends.
    await dead.close();
    admin.disconnect();
    await redis.close();
  });
});
