import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import type { KubeObject } from '#objects';
import { createTestDatabase, eventually } from '#testing';
import { cause, collect, configMap, keyOf, openTestStore, pod, told } from './fixtures.js';
import { openStore, type PostgresStore } from './postgres-store.js';
import type { Write } from './types.js';

let store: PostgresStore;
let url: string;
let close: () => Promise<void>;

beforeAll(async () => {
  const database = await createTestDatabase();
  ({ store, close } = await openTestStore(database));
  url = database.url;
});
afterAll(() => close());

const ALL = { maxAgeMs: 0, maxBytes: 0 };
const NONE = { maxAgeMs: 1e12, maxBytes: 1e12 };
const create = (object: KubeObject) => store.commit({ writes: [{ op: 'create', object, cause }] });
const update = (object: KubeObject, value: string) => store.commit({ writes: [{ op: 'update', object: { ...object, data: { value } }, cause }] });

describe('compaction', () => {
  it('keeps the newest row of each key that lives, and refuses what lies below', async () => {
    const [kept, changed, gone] = [configMap('kept'), configMap('changed'), configMap('gone')];
    for (const object of [kept, changed, gone]) await create(object);
    const { revision, continue: token } = await store.list({ kind: 'ConfigMap' }, { limit: 1 });
    for (const value of ['1', '2', '3']) await update(changed, value);
    await store.commit({ writes: [{ op: 'delete', key: keyOf(gone), cause }] });
    const current = await store.currentRevision();

    expect(await store.compact(NONE)).toEqual({ floor: 0, dropped: 0 });
    expect(await store.compact(ALL)).toEqual({ floor: current, dropped: 5 });
    expect(await store.compact(ALL)).toEqual({ floor: current, dropped: 0 });

    expect((await store.history(keyOf(changed))).map((change) => change.revision)).toEqual([6]);
    expect([await store.history(keyOf(gone)), (await store.history(keyOf(kept))).length]).toEqual([[], 1]);
    await expect(store.list({ kind: 'ConfigMap' }, { continue: token })).rejects.toMatchObject({ code: 'EXPIRED' });
    await expect(store.list({ kind: 'ConfigMap' }, { revision })).rejects.toMatchObject({ code: 'EXPIRED' });
    expect(await collect(store, { kind: 'ConfigMap' }, current - 1).ended).toMatchObject({ code: 'EXPIRED' });
    const below = store.tail(current - 1, new AbortController().signal)[Symbol.asyncIterator]();
    await expect(below.next()).rejects.toMatchObject({ code: 'EXPIRED' });

    await update(changed, '4');
    const atFloor = await store.list({ kind: 'ConfigMap' }, { revision: current });
    expect(atFloor.items.map((item) => [item.metadata.name, item.data])).toEqual([
      ['changed', { value: '3' }],
      ['kept', { key: 'value' }],
    ]);
    const watcher = collect(store, { kind: 'ConfigMap' }, current);
    await eventually(() => watcher.items.length === 1);
    watcher.stop();
    expect(told(watcher.items)).toEqual(['MODIFIED changed']);
  });

  it('keeps as many bytes of the newest log as it may', async () => {
    const text = 'x'.repeat(2_000);
    const first = await store.currentRevision();
    for (let i = 0; i < 10; i++) await create(configMap(`bytes-${i}`, {}, { text }));
    const { floor } = await store.compact({ maxAgeMs: 1e12, maxBytes: 10_000 });
    expect(floor - first).toBeGreaterThanOrEqual(4);
    expect(floor - first).toBeLessThanOrEqual(6);
  });

  it('tells a reader that it has overtaken', async () => {
    const other = await openStore({ url, clock: new SystemClock(), name: 'other' });
    const object = configMap('overtaken');
    await create(object);
    const after = await store.currentRevision();
    const stop = new AbortController();
    const slow = other.watch({ kind: 'ConfigMap', name: 'overtaken' }, after - 1, { signal: stop.signal })[Symbol.asyncIterator]();
    expect((await slow.next()).value).toMatchObject({ type: 'ADDED' });
    // More than the ring holds: what comes next is to be had from the database alone, and there it is gone.
    for (let i = 0; i < 8; i++) {
      const filler = (j: number): Write => ({ op: 'create', object: pod(`filler-${i}-${j}`, {}, { text: 'x'.repeat(40_000) }), cause });
      await store.commit({ writes: Array.from({ length: 100 }, (_, j) => filler(j)) });
      await update(object, String(i));
    }
    const last = collect(other, { kind: 'ConfigMap', name: 'overtaken' }, (await store.currentRevision()) - 1);
    await eventually(() => last.items.length === 1);
    await store.compact(ALL);
    await expect(slow.next()).rejects.toMatchObject({ code: 'EXPIRED' });
    await update(object, 'after');
    await eventually(() => last.items.length === 2);
    last.stop();
    await other.close();
  });
});
