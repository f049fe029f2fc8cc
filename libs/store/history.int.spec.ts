import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock, sleep } from '#clock';
import { createTestDatabase, eventually, type TestDatabase } from '#testing';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { violations, type Attempt, type LoggedChange } from './history-checker.js';
import { openStore, type PostgresStore } from './postgres-store.js';
import type { Revision, StoreStats } from './types.js';

const WRITERS = 16;
const COMMITS = 80;
const clock = new SystemClock();
const SCOPE = { kind: 'ConfigMap', namespace: 'history' };

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
const drops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const drop of drops) await drop();
});

async function writerProcess(name: string): Promise<{ attempts: Attempt[]; stats: StoreStats }> {
  const file = fileURLToPath(new URL('./history-writer.js', import.meta.url));
  const child = fork(file, [database.url, name, String(WRITERS), String(COMMITS)], { execArgv: [] });
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`writer ${name} ended early: ${code ?? signal}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ attempts: Attempt[]; stats: StoreStats }];
  await ended.catch(() => undefined);
  return message;
}

/** What a watcher saw, until stopped. */
interface Watcher {
  seen: Revision[];
  stop(): Promise<void>;
}

function steady(store: PostgresStore, after: Revision): Watcher {
  const seen: Revision[] = [];
  const stop = new AbortController();
  const run = (async () => {
    for await (const item of store.watch(SCOPE, after, { signal: stop.signal })) seen.push(item.revision);
  })();
  return { seen, stop: () => (stop.abort(), run) };
}

/** Disconnects after a random number of changes, stays away for a random time, and resumes after the last revision that it saw. */
function restless(store: PostgresStore, after: Revision): Watcher {
  const seen: Revision[] = [];
  const stop = new AbortController();
  const run = (async () => {
    while (!stop.signal.aborted) {
      let left = 1 + Math.floor(Math.random() * 100);
      for await (const item of store.watch(SCOPE, seen.at(-1) ?? after, { signal: stop.signal })) {
        seen.push(item.revision);
        if (--left === 0) break;
      }
      await sleep(clock, Math.random() * 100);
    }
  })();
  return { seen, stop: () => (stop.abort(), run) };
}

function tailing(store: PostgresStore, after: Revision): Watcher {
  const seen: Revision[] = [];
  const stop = new AbortController();
  const run = (async () => {
    for await (const changes of store.tail(after, stop.signal)) seen.push(...changes.map((change) => change.revision));
  })();
  return { seen, stop: () => (stop.abort(), run) };
}

async function readLog(url: string): Promise<LoggedChange[]> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(
    "SELECT revision::int, type, kind, namespace, name, cause->>'detail' AS attempt FROM change_log ORDER BY revision",
  );
  await client.end();
  return rows.map(({ kind, namespace, name, ...row }) => ({ ...row, key: { kind, namespace, name } }) as LoggedChange);
}

async function runHistory(disturb: (signal: AbortSignal) => Promise<void>) {
  const one = await openStore({ url: database.url, clock, name: 'watchers one' });
  const two = await openStore({ url: database.url, clock, name: 'watchers two' });
  drops.push(async () => {
    await one.close();
    await two.close();
    await database.drop();
  });
  const watchers = { 'the first': steady(one, 0), 'the second': steady(two, 0), 'the tail': tailing(two, 0), 'the restless': restless(one, 0) };
  const calm = new AbortController();
  const disturbance = disturb(calm.signal);
  const results = await Promise.all([writerProcess('a'), writerProcess('b')]);
  calm.abort();
  await disturbance;
  const log = await readLog(database.url);
  const behind = () => Object.entries(watchers).filter(([, watcher]) => watcher.seen.length < log.length);
  await eventually(() => behind().length === 0, { timeoutMs: 20_000, describe: 'every watcher has seen everything' });
  for (const watcher of Object.values(watchers)) await watcher.stop();
  const attempts = results.flatMap((result) => result.attempts);
  const seen = Object.fromEntries(Object.entries(watchers).map(([name, watcher]) => [name, watcher.seen]));
  const codes = [...new Set(attempts.flatMap(({ code }) => code ?? []))].sort();
  return { found: violations(0, log, seen, attempts), log, codes, stats: results.map((result) => result.stats) };
}

describe('32 concurrent writers in two processes and four watchers, one of which disconnects and resumes at random', () => {
  it('make a history in which nothing is lost, doubled or out of order', async () => {
    const { found, log, codes, stats } = await runHistory(async () => undefined);
    expect([found, codes]).toEqual([[], ['ALREADY_EXISTS', 'CONFLICT', 'NOT_FOUND']]);
    expect(log.length).toBeGreaterThanOrEqual(2 * WRITERS * COMMITS);
    // Otherwise this has tested nothing.
    for (const { conflicts, revisions, commits } of stats) {
      expect(conflicts).toBeGreaterThan(50);
      expect(commits).toBeLessThan(revisions);
    }
  });

  it('and also while connections are cut at random', async () => {
    let cut = 0;
    const { found, log, codes } = await runHistory(async (signal) => {
      const admin = new pg.Client(database.url);
      await admin.connect();
      while (!signal.aborted) {
        await sleep(clock, 20 + Math.random() * 60);
        const { rowCount } = await admin.query(
          `SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity
             WHERE datname = current_database() AND (application_name LIKE 'history %' OR application_name LIKE 'watchers %') ORDER BY random() LIMIT 1) one`,
        );
        cut += rowCount ?? 0;
      }
      await admin.end();
    });
    expect([found, codes.includes('INVALID')]).toEqual([[], false]);
    expect(log.length).toBeGreaterThanOrEqual(2 * WRITERS * COMMITS);
    expect(cut).toBeGreaterThan(5);
  });
});
