import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock, SystemClock } from '#clock';
import { createTestDatabase, eventually, type TestDatabase } from '#testing';
import pg from 'pg';
import { at, cause, collect, configMap, keyOf, pod, told } from './fixtures.js';
import { openStore, type PostgresStore } from './postgres-store.js';
import type { Change, Write } from './types.js';

let database: TestDatabase;
let store: PostgresStore;
/** Another process's store, which did not write what it watches. Its clock stands still: no poll helps it. */
let other: PostgresStore;
const clock = new ManualClock(1_000_000);

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openStore({ url: database.url, clock: new SystemClock(), name: 'one' });
  other = await openStore({ url: database.url, clock, name: 'other' });
});
afterAll(async () => {
  await store.close();
  await other.close();
  await database.drop();
});

const commit = (...writes: Write[]) => store.commit({ writes });
const create = (object: ReturnType<typeof configMap>) => commit({ op: 'create', object, cause });
const until = (watcher: ReturnType<typeof collect>, count: number) => eventually(() => watcher.items.length >= count, { describe: `${count} items` });
const codeOf = async (watcher: ReturnType<typeof collect>) => ((await watcher.ended) as { code?: string } | undefined)?.code;

describe('a watch', () => {
  it('yields what happened since a revision, and then what happens, in another process too', async () => {
    const scope = { kind: 'ConfigMap', namespace: 'both' };
    const after = await store.currentRevision();
    const object = configMap('a', { namespace: 'both' });
    await create(object);
    const watchers = [store, other].map((each) => collect(each, scope, after));
    await Promise.all(watchers.map((watcher) => until(watcher, 1)));
    await commit({ op: 'update', object: { ...object, data: {} }, cause }, { op: 'create', object: pod('not-in-scope'), cause });
    await commit({ op: 'delete', key: keyOf(object), cause });
    for (const watcher of watchers) {
      await until(watcher, 3);
      watcher.stop();
      expect(await watcher.ended).toBeUndefined();
      expect(told(watcher.items)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
      expect(watcher.items.map((item) => item.revision)).toEqual([after + 1, after + 2, after + 4]);
    }
  });

  it('shares one parsed object and one text among all its readers', async () => {
    const after = await store.currentRevision();
    const watchers = [1, 2].map(() => collect(store, { kind: 'ConfigMap' }, after));
    await create(configMap('shared'));
    const changes = await Promise.all(
      watchers.map(async (watcher) => {
        await until(watcher, 1);
        watcher.stop();
        return (watcher.items[0] as { change: Change }).change;
      }),
    );
    expect(changes[0]!.object).toBe(changes[1]!.object);
  });

  it('of one name sees that one alone', async () => {
    const after = await store.currentRevision();
    const watcher = collect(store, { kind: 'ConfigMap', namespace: 'default', name: 'n-2' }, after);
    for (const name of ['n-1', 'n-2', 'n-3']) await create(configMap(name));
    await until(watcher, 1);
    watcher.stop();
    expect(told(watcher.items)).toEqual(['ADDED n-2']);
  });

  it.each([
    ['as they happen', false],
    ['from the log', true],
  ])('shows objects entering and leaving its selector, %s', async (_sentence, late) => {
    const namespace = `select-${late}`;
    const after = await store.currentRevision();
    const scope = { kind: 'Pod', namespace, matches: (_: unknown, fields: Record<string, string>) => fields['status.phase'] === 'Running' };
    const early = late ? undefined : collect(store, scope, after);
    const object = pod('p', { namespace });
    await create(object);
    for (const phase of ['Running', 'Running', 'Succeeded']) await commit({ op: 'status', object: { ...object, status: { phase } }, cause });
    const watcher = early ?? collect(store, scope, after);
    await until(watcher, 3);
    watcher.stop();
    expect(told(watcher.items)).toEqual(['ADDED p', 'MODIFIED p', 'DELETED p']);
    // As in Kubernetes: the state that was last in the selection, at the revision at which it was left.
    const left = watcher.items[2] as { change: Change; revision: number };
    expect(left.change.object).toEqual(at({ ...object, status: { phase: 'Running' } }, after + 4));
    expect([left.revision, left.change.revision, left.change.type]).toEqual([after + 4, after + 4, 'DELETED']);
  });

  it('of a revision that is yet to come is refused', async () => {
    expect(await codeOf(collect(store, { kind: 'Pod' }, (await store.currentRevision()) + 1))).toBe('FUTURE');
  });

  it('loses nothing to a reader who is slow', async () => {
    const after = await store.currentRevision();
    const stop = new AbortController();
    const seen: number[] = [];
    const rounds = 30;
    await create(configMap('first', { namespace: 'slow' }));
    for await (const item of store.watch({ kind: 'ConfigMap', namespace: 'slow' }, after, { signal: stop.signal })) {
      seen.push(item.revision);
      if (seen.length === 1) {
        for (let round = 0; round < rounds; round++) {
          await commit(
            ...Array.from({ length: 100 }, (_, i): Write => ({ op: 'create', object: configMap(`s-${round}-${i}`, { namespace: 'slow' }), cause })),
          );
        }
      }
      if (seen.length === rounds * 100 + 1) stop.abort();
    }
    expect(seen).toEqual(Array.from({ length: rounds * 100 + 1 }, (_, i) => after + 1 + i));
  });

  it('sends a bookmark once a minute while others change, and only if asked', async () => {
    const after = await other.currentRevision();
    const scope = { kind: 'ConfigMap', namespace: 'quiet' };
    const [asked, not] = [collect(other, scope, after, { bookmarks: true }), collect(other, scope, after)];
    await create(configMap('elsewhere'));
    const current = await store.currentRevision();
    await eventually(() => {
      clock.advance(61_000);
      return asked.items.length > 0;
    });
    const quiet = asked.items.length;
    clock.advance(61_000);
    await create(configMap('here', { namespace: 'quiet' }));
    await Promise.all([until(asked, quiet + 1), until(not, 1)]);
    [asked, not].forEach((watcher) => watcher.stop());
    expect([told(asked.items), told(not.items)]).toEqual([['BOOKMARK', 'ADDED here'], ['ADDED here']]);
    expect(asked.items[0]!.revision).toBe(current);
  });

  it('goes on when notifications are lost: it looks each second', async () => {
    const after = await other.currentRevision();
    const watcher = collect(other, { kind: 'ConfigMap', namespace: 'lost' }, after);
    const admin = new pg.Client(database.url);
    await admin.connect();
    await eventually(
      async () =>
        (await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'other listener'")).rowCount === 1,
    );
    await eventually(async () => (await admin.query("SELECT FROM pg_stat_activity WHERE application_name = 'other listener'")).rowCount === 0);
    await create(configMap('unheard', { namespace: 'lost' }));
    expect(watcher.items).toEqual([]);
    clock.advance(1_000);
    await until(watcher, 1);
    await eventually(async () => (await admin.query("SELECT FROM pg_stat_activity WHERE application_name = 'other listener'")).rowCount === 1);
    await create(configMap('heard', { namespace: 'lost' }));
    await until(watcher, 2);
    await admin.end();
    watcher.stop();
  });

  it('ends when the store closes', async () => {
    const third = await openStore({ url: database.url, clock: new SystemClock() });
    const watcher = collect(third, { kind: 'Pod' }, 0);
    await until(watcher, 1);
    await third.close();
    expect(await codeOf(watcher)).toBe('UNAVAILABLE');
  });
});

describe('the tail', () => {
  it('is every change of every kind, once, in order', async () => {
    const stop = new AbortController();
    const seen: Change[] = [];
    const current = await store.currentRevision();
    for await (const changes of other.tail(0, stop.signal)) {
      seen.push(...changes);
      if (seen.length === current) await create(configMap('one more'));
      if (seen.length > current) stop.abort();
    }
    expect(seen.map((change) => change.revision)).toEqual(Array.from({ length: current + 1 }, (_, i) => i + 1));
    expect(seen.at(-1)).toMatchObject({ type: 'ADDED', cause, key: { name: 'one more' } });
  });
});
