import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock } from '#clock';
import { createTestDatabase, eventually, type TestDatabase } from '#testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { cause, configMap } from './fixtures.js';
import { openStore, type PostgresStore } from './postgres-store.js';

const clock = new ManualClock(1_000_000);
let database: TestDatabase;
let one: PostgresStore;
let two: PostgresStore;

beforeAll(async () => {
  database = await createTestDatabase();
  one = await openStore({ url: database.url, clock, name: 'one' });
  two = await openStore({ url: database.url, clock, name: 'two' });
});
afterAll(async () => {
  await one.close();
  await two.close();
  await database.drop();
});

const fenced = (node: string, epoch: number, name: string) =>
  one.commit({ preconditions: [{ lease: node, epoch }], writes: [{ op: 'create', object: configMap(name), cause }] }).then(
    () => 'done',
    (error: { code: string }) => error.code,
  );

describe('a node lease', () => {
  it('has one holder at a time, and another epoch with each', async () => {
    expect(await one.acquireLease('node', 'one')).toEqual({ epoch: 1 });
    expect(await two.acquireLease('node', 'two')).toBeUndefined();
    expect([await one.renewLease('node', 1), await two.renewLease('node', 1)]).toEqual([true, false]);
    await one.releaseLease('node', 1);
    expect((await one.leases())[0]).toEqual({ node: 'node', holder: 'one', epoch: 1, renewedAt: 1_000_000, released: true });
    clock.advance(5);
    expect(await two.acquireLease('node', 'two')).toEqual({ epoch: 2 });
    expect(await one.renewLease('node', 1)).toBe(false);
    expect(await one.leases()).toEqual([{ node: 'node', holder: 'two', epoch: 2, renewedAt: 1_000_005, released: false }]);
  });

  it('goes to exactly one of those who want it at the same moment', async () => {
    const taken = await Promise.all([one, two, one, two].map((store, i) => store.acquireLease('wanted', String(i))));
    expect(taken.filter((lease) => lease !== undefined)).toEqual([{ epoch: 1 }]);
  });

  it('fences the commits of a former epoch', async () => {
    await one.acquireLease('fencing', 'one');
    expect(await fenced('fencing', 1, 'in time')).toBe('done');
    await one.releaseLease('fencing', 1);
    await two.acquireLease('fencing', 'two');
    expect([await fenced('fencing', 1, 'too late'), await fenced('fencing', 2, 'of the new one')]).toEqual(['FENCED', 'done']);
  });

  it('of a holder that hangs is free after forty seconds without renewal, not before', async () => {
    await one.acquireLease('hanging', 'one');
    clock.advance(39_999);
    expect(await two.acquireLease('hanging', 'two')).toBeUndefined();
    clock.advance(1);
    expect(await two.acquireLease('hanging', 'two')).toEqual({ epoch: 2 });
    expect([await one.renewLease('hanging', 1), await two.renewLease('hanging', 2)]).toEqual([false, true]);
    // The one that hung has let go of the lock; the new holder has it now.
    expect(await two.renewLease('hanging', 2)).toBe(true);
    expect(await one.acquireLease('hanging', 'one')).toBeUndefined();
  });

  it('outlives its connection: the next renewal gets the lock back', async () => {
    await one.acquireLease('cut', 'one');
    const admin = new pg.Client(database.url);
    await admin.connect();
    const connections = async () =>
      (await admin.query("SELECT pid FROM pg_stat_activity WHERE application_name = 'one lease of cut'")).rows as { pid: number }[];
    const [before] = await connections();
    await admin.query('SELECT pg_terminate_backend($1)', [before!.pid]);
    await eventually(async () => (await connections()).length === 0);
    await eventually(() => one.renewLease('cut', 1));
    expect(await connections()).toHaveLength(1);
    expect(await two.acquireLease('cut', 'two')).toBeUndefined();
    await admin.end();
  });

  it('of a process that was killed is free at once', async () => {
    const child = fork(fileURLToPath(new URL('./lease-holder.js', import.meta.url)), [database.url, 'killed'], { execArgv: [] });
    const [held] = (await once(child, 'message')) as [unknown];
    expect(held).toEqual({ epoch: 1 });
    expect(await one.acquireLease('killed', 'one')).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await eventually(() => one.acquireLease('killed', 'one'), { timeoutMs: 5_000 })).toEqual({ epoch: 2 });
  });
});
