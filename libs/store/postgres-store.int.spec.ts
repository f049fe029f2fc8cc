import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import type { Key, KubeObject } from '#objects';
import { createTestDatabase, type TestDatabase } from '#testing';
import { openStore, type PostgresStore } from './postgres-store.js';
import type { WatchItem, Write } from './types.js';

const cause = { by: 'test', what: 'request', detail: 'a test' } as const;
let database: TestDatabase;
let store: PostgresStore;
let uids = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openStore({ url: database.url, clock: new SystemClock(), name: 'test' });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const configMap = (name: string, namespace = 'default', more: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, uid: `uid-${++uids}`, creationTimestamp: '2025-01-01T00:00:00Z' },
  data: { key: 'value' },
  ...more,
});
const keyOf = (name: string, namespace = 'default'): Key => ({ kind: 'ConfigMap', namespace, name });
const commit = (...writes: Write[]) => store.commit({ writes });
const create = (object: KubeObject) => commit({ op: 'create', object, cause });

describe('a store', () => {
  it('gives back what was created, with its revision as resourceVersion', async () => {
    const object = configMap('created');
    const { revisions } = await create(object);
    expect(await store.get(keyOf('created'))).toEqual({ ...object, metadata: { ...object.metadata, resourceVersion: String(revisions[0]) } });
  });

  it('watches from a revision on, and lists at one', async () => {
    const { revision } = await store.list({ kind: 'ConfigMap', namespace: 'watched' });
    const names = ['a', 'b', 'c'];
    for (const name of names) await create(configMap(name, 'watched'));
    await commit({ op: 'delete', key: keyOf('b', 'watched'), cause });
    const seen: WatchItem[] = [];
    const stop = new AbortController();
    for await (const item of store.watch({ kind: 'ConfigMap', namespace: 'watched' }, revision, { signal: stop.signal })) {
      seen.push(item);
      if (seen.length === 3) await create(configMap('d', 'watched'));
      if (seen.length === 5) stop.abort();
    }
    expect(seen.map((item) => item.type)).toEqual(['ADDED', 'ADDED', 'ADDED', 'DELETED', 'ADDED']);
    const first = await store.list({ kind: 'ConfigMap', namespace: 'watched' }, { limit: 2 });
    await commit({ op: 'delete', key: keyOf('d', 'watched'), cause });
    const second = await store.list({ kind: 'ConfigMap', namespace: 'watched' }, { limit: 2, continue: first.continue });
    expect([first, second].map((page) => page.items.map((item) => item.metadata.name))).toEqual([['a', 'c'], ['d']]);
    expect([first.remaining, second.remaining, second.revision]).toEqual([1, undefined, first.revision]);
  });

  it('leases a node to one holder at a time', async () => {
    expect(await store.acquireLease('node-1', 'one')).toEqual({ epoch: 1 });
    expect(await store.acquireLease('node-1', 'two')).toBeUndefined();
    expect(await store.renewLease('node-1', 1)).toBe(true);
    await store.releaseLease('node-1', 1);
    expect(await store.acquireLease('node-1', 'two')).toEqual({ epoch: 2 });
    expect(await store.leases()).toMatchObject([{ node: 'node-1', holder: 'two', epoch: 2, released: false }]);
  });
});
