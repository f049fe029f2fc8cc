import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock, SystemClock } from '#clock';
import { startPostgres, type EmbeddedServer } from '#embedded';
import { eventually } from '#testing';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { cause, collect, configMap, keyOf, told } from './fixtures.js';
import { migrate } from './migrate.js';
import { openStore, type PostgresStore } from './postgres-store.js';

/** A server of our own: it is stopped, and told to wait for a standby that never comes, so that COMMIT hangs after it has been written. */
const folder = mkdtempSync(join(tmpdir(), 'podbox-outage-'));
// As root, Postgres runs as another user, who has to get into it.
chmodSync(folder, 0o755);
const settings = { wal_level: 'replica', max_wal_senders: '1' };
let server: EmbeddedServer;
let store: PostgresStore;
let admin: pg.Client;

const start = (port?: number) => startPostgres({ dataDir: join(folder, 'postgres'), settings, port });
const connect = async () => {
  const client = new pg.Client(server.url);
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

beforeAll(async () => {
  server = await start();
  await migrate(server.url);
  store = await openStore({ url: server.url, clock: new SystemClock(), name: 'test' });
  admin = await connect();
});
afterEach(() => waitForStandby(''));
afterAll(async () => {
  await admin.end();
  await store.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Keeps every commit waiting for its lock, until released. */
async function block(): Promise<() => Promise<void>> {
  const client = await connect();
  await client.query('BEGIN; SELECT 1 FROM revision FOR UPDATE');
  return () => client.end();
}

const create = (name: string, on = store) => on.commit({ writes: [{ op: 'create', object: configMap(name), cause }] });
const outcome = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );
const stored = async (name: string) => (await store.get(keyOf(configMap(name)))) !== undefined;
const waiting = (event: string, name = 'test') =>
  eventually(
    async () =>
      (await admin.query('SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND wait_event = $2', [`${name} writer`, event])).rowCount ===
      1,
  );
const terminate = async (name = 'test') => {
  const { rowCount } = await admin.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1', [
    `${name} writer`,
  ]);
  expect(rowCount).toBe(1);
};
async function waitForStandby(name: string): Promise<void> {
  await admin.query(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`);
  await admin.query('SELECT pg_reload_conf()');
  // A session reads its settings anew between statements.
  await eventually(async () => (await admin.query('SHOW synchronous_standby_names')).rows[0].synchronous_standby_names === name);
}

describe('a connection that is lost', () => {
  it('while nothing was going on is not noticed', async () => {
    await create('before');
    await terminate();
    expect((await create('after')).revisions).toEqual([await store.currentRevision()]);
  });

  it('before COMMIT is replaced, and the commit happens once', async () => {
    const release = await block();
    const attempt = create('again');
    await waiting('transactionid');
    await terminate();
    await waiting('transactionid');
    await release();
    const { revisions } = await attempt;
    expect(revisions).toEqual([await store.currentRevision()]);
    expect(await store.history(keyOf(configMap('again')))).toHaveLength(1);
  });

  it('before COMMIT, twice, is told, and nothing has happened', async () => {
    const release = await block();
    const attempt = outcome(create('twice'));
    for (let i = 0; i < 2; i++) {
      await waiting('transactionid');
      await terminate();
    }
    await release();
    expect([await attempt, await stored('twice')]).toEqual(['UNAVAILABLE', false]);
  });

  it('during a COMMIT that then failed: asks, and says that it did not happen', async () => {
    await admin.query(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NULL; END'`);
    await admin.query('CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON change_log DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold()');
    await admin.query('SELECT pg_advisory_lock(42)');
    const before = await store.currentRevision();
    const attempt = outcome(create('aborted'));
    await waiting('advisory');
    await terminate();
    expect([await attempt, await stored('aborted'), await store.currentRevision()]).toEqual(['UNAVAILABLE', false, before]);
    await admin.query('SELECT pg_advisory_unlock(42); DROP TRIGGER hold ON change_log; DROP FUNCTION hold');
    expect((await create('aborted')).revisions).toEqual([before + 1]);
  });

  it('during a COMMIT that then succeeded: asks, and says that it happened', async () => {
    await create('warm');
    const before = await store.currentRevision();
    await waitForStandby('nobody');
    const attempt = create('committed');
    await waiting('SyncRep');
    await terminate();
    expect((await attempt).revisions).toEqual([before + 1]);
    expect(await store.history(keyOf(configMap('committed')))).toHaveLength(1);
  });
});

describe('a database that goes away', () => {
  it('makes what is asked meanwhile UNAVAILABLE, and a watch goes on when it is back', async () => {
    const watcher = collect(store, { kind: 'ConfigMap' }, await store.currentRevision());
    await create('there');
    await eventually(() => watcher.items.length === 1);
    const { port } = server;
    await server.stop();
    const attempts = [
      create('away'),
      store.get(keyOf(configMap('away'))),
      store.list({ kind: 'ConfigMap' }),
      store.attention({ now: 0 }),
      store.leases(),
    ];
    expect(await Promise.all(attempts.map(outcome))).toEqual(attempts.map(() => 'UNAVAILABLE'));
    server = await start(port);
    admin = await connect();
    expect(await stored('away')).toBe(false);
    await create('back');
    await eventually(() => watcher.items.length === 2);
    watcher.stop();
    expect(told(watcher.items)).toEqual(['ADDED there', 'ADDED back']);
  });

  it('during a COMMIT, and stays away: the outcome is unknown, and said to be', async () => {
    const clock = new ManualClock(0);
    const other = await openStore({ url: server.url, clock, name: 'other' });
    await create('warm too', other);
    await waitForStandby('nobody');
    const attempt = outcome(create('unknown', other));
    await waiting('SyncRep', 'other');
    const { port } = server;
    await server.stop();
    let settled = false;
    void attempt.then(() => (settled = true));
    await eventually(() => {
      clock.advance(1_000);
      return settled;
    });
    expect(await attempt).toBe('UNKNOWN_OUTCOME');
    server = await start(port);
    admin = await connect();
    await other.close();
  });
});
