import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { basesOf } from '#clock';
import { createTestDatabase } from '#testing';
import { at, cause, keyOf, openTestStore, pod } from './fixtures.js';
import type { PostgresStore } from './postgres-store.js';

let store: PostgresStore;
let close: () => Promise<void>;

beforeAll(async () => ({ store, close } = await openTestStore(await createTestDatabase())));
afterAll(() => close());

const names = async (filter: { node?: string; now: number; limit?: number }) => (await store.attention(filter)).map((one) => one.name);

describe('what wants attention', () => {
  it('follows a pod from its creation to its end', async () => {
    const object = pod('one');
    const uid = object.metadata.uid!;
    const created = (await store.commit({ writes: [{ op: 'create', object, cause }] })).revisions[0]!;
    expect(await store.attention({ node: '', now: 0 })).toEqual([
      { namespace: 'default', name: 'one', uid, node: '', revision: created, dueAt: null },
    ]);

    const bound = { ...at(object, created), spec: { ...(object.spec as object), nodeName: 'node-1' } };
    const binding = (await store.commit({ writes: [{ op: 'update', object: bound, expect: String(created), cause }] })).revisions[0]!;
    expect([await names({ node: '', now: 0 }), await names({ node: 'node-1', now: 0 }), await names({ now: 0 })]).toEqual([[], ['one'], ['one']]);

    const status = (
      await store.commit({
        writes: [{ op: 'status', object: { ...bound, status: { phase: 'Running' } }, cause }],
        podSync: [{ uid, syncedRevision: 'own', dueAt: 5_000, memo: { attempt: 1 } }],
      })
    ).revisions[0]!;
    expect(await store.podSync([uid, 'another'])).toEqual(new Map([[uid, { syncedRevision: status, dueAt: 5_000, memo: { attempt: 1 } }]]));
    expect([await names({ node: 'node-1', now: 4_999 }), await names({ node: 'node-1', now: 5_000 })]).toEqual([[], ['one']]);
    expect(await store.duePods('node-1', 10)).toEqual([{ namespace: 'default', name: 'one', uid, node: 'node-1', revision: status, dueAt: 5_000 }]);

    const before = await store.currentRevision();
    await store.commit({ writes: [], podSync: [{ uid, syncedRevision: binding, dueAt: null }] });
    expect(await store.podSync([uid])).toEqual(new Map([[uid, { syncedRevision: binding, dueAt: null, memo: { attempt: 1 } }]]));
    expect([await names({ node: 'node-1', now: 0 }), await store.duePods('node-1', 10), await store.currentRevision()]).toEqual([
      ['one'],
      [],
      before,
    ]);

    await store.commit({ writes: [{ op: 'delete', key: keyOf(object), cause }] });
    expect([await names({ now: 1e15 }), await store.podSync([uid])]).toEqual([[], new Map()]);
  });

  it('is noted with the creation itself, when it says so', async () => {
    const object = pod('born synced');
    const uid = object.metadata.uid!;
    const { revisions } = await store.commit({
      writes: [{ op: 'create', object, cause }],
      podSync: [{ uid, syncedRevision: 'own', dueAt: 7, memo: [1] }],
    });
    expect(await store.podSync([uid])).toEqual(new Map([[uid, { syncedRevision: revisions[0], dueAt: 7, memo: [1] }]]));
  });

  it('is not noted when the commit fails', async () => {
    const object = pod('two');
    await store.commit({ writes: [{ op: 'create', object, cause }] });
    const attempt = store.commit({
      writes: [{ op: 'status', object, expect: '1', cause }],
      podSync: [{ uid: object.metadata.uid!, dueAt: 1, memo: 1 }],
    });
    await expect(attempt).rejects.toMatchObject({ code: 'CONFLICT' });
    const alone = store.commit({
      preconditions: [{ lease: 'x', epoch: 1 }],
      writes: [],
      podSync: [{ uid: object.metadata.uid!, dueAt: 1, memo: 1 }],
    });
    await expect(alone).rejects.toMatchObject({ code: 'FENCED' });
    expect((await store.podSync([object.metadata.uid!])).get(object.metadata.uid!)).toEqual({ syncedRevision: 0, dueAt: null, memo: null });
  });

  it('comes soonest first, as many as asked for', async () => {
    for (const [name, dueAt] of [
      ['late', 300],
      ['soon', 100],
      ['then', 200],
    ] as const) {
      const object = pod(name, {}, { nodeName: 'node-2' });
      await store.commit({ writes: [{ op: 'create', object, cause }], podSync: [{ uid: object.metadata.uid!, dueAt }] });
    }
    expect((await store.duePods('node-2', 2)).map((one) => one.name)).toEqual(['soon', 'then']);
    expect(await names({ node: 'node-2', now: 0, limit: 2 })).toEqual(['late', 'soon']);
  });

  it('takes a deletion and a note about the same pod at the same moment', async () => {
    const object = pod('both');
    const uid = object.metadata.uid!;
    await store.commit({ writes: [{ op: 'create', object, cause }] });
    await Promise.all([
      store.commit({ writes: [{ op: 'delete', key: keyOf(object), cause }] }),
      store.commit({ writes: [], podSync: [{ uid, dueAt: 1 }] }),
    ]);
    expect(await store.podSync([uid])).toEqual(new Map());
  });

  it('is due on the clock of its namespace, whatever becomes of that afterwards', async () => {
    const commitPod = async (namespace: string) => {
      const object = { ...pod('due'), metadata: { ...pod('due').metadata, namespace } };
      await store.commit({ writes: [{ op: 'create', object, cause }], podSync: [{ uid: object.metadata.uid!, syncedRevision: 'own', dueAt: 100_000 }] });
    };
    for (const namespace of ['real', 'driven']) await commitPod(namespace);
    const row = (virtualBase: number, paused: boolean) => ({
      apiVersion: 'podbox.dev/v1',
      kind: 'Clock',
      metadata: { name: 'clock', namespace: 'driven', uid: 'c', creationTimestamp: '' },
      spec: { rate: 10, paused },
      status: basesOf({ realBase: 50_000, virtualBase, rate: 10, paused }),
    });
    const due = async (now: number) => (await store.attention({ now })).filter(({ name }) => name === 'due').map(({ namespace }) => namespace).sort();
    expect([await due(99_999), await due(100_000)]).toEqual([[], ['driven', 'real']]);
    await store.commit({ writes: [{ op: 'create', object: row(50_000, false), cause }] });
    expect([await due(54_999), await due(55_000), await due(100_000)]).toEqual([[], ['driven'], ['driven', 'real']]);
    await store.commit({ writes: [{ op: 'update', object: row(99_999, true), cause }] });
    expect(await due(200_000)).toEqual(['real']);
    await store.commit({ writes: [{ op: 'update', object: row(100_000, true), cause }] });
    expect(await due(0)).toEqual(['driven']);
  });
});
