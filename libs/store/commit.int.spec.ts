import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '#testing';
import type { KubeObject } from '#objects';
import { at, cause, configMap, keyOf, openTestStore, pod } from './fixtures.js';
import type { PostgresStore } from './postgres-store.js';
import type { CommitRequest, Write } from './types.js';

let store: PostgresStore;
let close: () => Promise<void>;

beforeAll(async () => ({ store, close } = await openTestStore(await createTestDatabase())));
afterAll(() => close());

const commit = (...writes: Write[]) => store.commit({ writes });
const create = async (object: KubeObject): Promise<KubeObject> => at(object, (await commit({ op: 'create', object, cause })).revisions[0]);
const codeOf = (request: CommitRequest): Promise<string> =>
  store.commit(request).then(
    () => 'done',
    (error: { code: string }) => error.code,
  );
const rv = (object: KubeObject): string => object.metadata.resourceVersion!;

describe('a write', () => {
  it('gives back what was created, with its revision as resourceVersion', async () => {
    const object = configMap('created', { labels: { a: 'b' } });
    const stored = await create(object);
    expect(await store.get(keyOf(object))).toEqual(stored);
    expect(await store.currentRevision()).toBe(Number(rv(stored)));
  });

  it('gives consecutive revisions, in the order of the writes', async () => {
    const { revisions } = await commit(...['w1', 'w2', 'w3'].map((name): Write => ({ op: 'create', object: configMap(name), cause })));
    expect(revisions).toEqual([0, 1, 2].map((i) => revisions[0]! + i));
    const stored = await store.getMany(['w3', 'w1', 'absent', 'w2'].map((name) => ({ kind: 'ConfigMap', namespace: 'default', name })));
    expect(stored.map((object) => [object.metadata.name, Number(rv(object))])).toEqual([
      ['w3', revisions[2]],
      ['w1', revisions[0]],
      ['w2', revisions[1]],
    ]);
  });

  it('replaces the whole object on update: what is gone is gone', async () => {
    const before = await create(pod('whole', { labels: { a: 'b' } }));
    const { status: _status, ...after } = { ...before, metadata: { ...before.metadata, labels: {} } };
    const { revisions } = await commit({ op: 'update', object: after, expect: rv(before), cause });
    expect(await store.get(keyOf(after))).toEqual(at(after, revisions[0]));
  });

  it('replaces nothing but status on a status write, and logs the whole', async () => {
    const before = await create(pod('status-only', { labels: { a: 'b' } }, { nodeName: 'node-1' }));
    const stale = { ...pod('status-only', { uid: before.metadata.uid }), status: { phase: 'Running', podIP: '10.0.0.1' } };
    const { revisions } = await commit({ op: 'status', object: stale, cause });
    const after = at({ ...before, status: stale.status }, revisions[0]);
    expect(await store.get(keyOf(before))).toEqual(after);
    const change = (await store.history(keyOf(before))).at(-1)!;
    expect(change).toMatchObject({ type: 'MODIFIED', revision: revisions[0], labels: { a: 'b' }, cause, uid: before.metadata.uid });
    expect(change.object).toEqual(after);
    expect(JSON.parse(change.json)).toEqual(after);
    expect(change.fields).toMatchObject({ 'spec.nodeName': 'node-1', 'status.phase': 'Running', 'status.podIP': '10.0.0.1' });
    expect(change.previousFields).toMatchObject({ 'spec.nodeName': 'node-1', 'status.phase': 'Pending', 'status.podIP': '' });
  });

  it('logs the last state of what was deleted, at the revision of the deletion', async () => {
    const before = await create(configMap('deleted'));
    const { revisions } = await commit({ op: 'delete', key: keyOf(before), cause });
    const change = (await store.history(keyOf(before))).at(-1)!;
    expect([change.type, change.object]).toEqual(['DELETED', at(before, revisions[0])]);
    expect(await store.get(keyOf(before))).toBeUndefined();
  });

  it('logs what the last state was to be, when a deletion says so', async () => {
    const before = await create(pod('deleted-as', { labels: { a: '1' } }));
    const last = { ...before, metadata: { ...before.metadata, labels: { a: '2' } }, status: { phase: 'Succeeded' } };
    const { revisions } = await commit({ op: 'delete', key: keyOf(before), object: last, expect: rv(before), cause });
    const change = (await store.history(keyOf(before))).at(-1)!;
    expect(change.object).toEqual(at(last, revisions[0]));
    expect([change.previousLabels, change.labels]).toEqual([{ a: '1' }, { a: '2' }]);
  });

  it('takes an object of one megabyte', async () => {
    const big = await create(configMap('big', {}, { text: 'ü€'.repeat(300_000) }));
    expect(await store.get(keyOf(big))).toEqual(big);
  });

  it('takes \\u0000 and lone surrogates in bodies and causes', async () => {
    const object = configMap('nul', { annotations: { nul: 'a\0b' } }, { text: '\0\ud800' });
    await commit({ op: 'create', object, cause: { ...cause, detail: '\0' } });
    const stored = await store.get(keyOf(object));
    expect([stored!.metadata.annotations, stored!.data]).toEqual([{ nul: 'a\0b' }, { text: '\0\ud800' }]);
    expect((await store.history(keyOf(object)))[0]!.cause.detail).toBe('\0');
  });
});

describe('a commit', () => {
  it('is refused with the code that says why, and changes nothing', async () => {
    const there = await create(configMap('there'));
    const absent = configMap('absent');
    const other = configMap('other');
    const key = keyOf(there);
    const wrong = String(Number(rv(there)) - 1);
    const cases: [sentence: string, request: CommitRequest, code: string][] = [
      ['creating what is there', { writes: [{ op: 'create', object: there, cause }] }, 'ALREADY_EXISTS'],
      ['updating what is not there', { writes: [{ op: 'update', object: absent, cause }] }, 'NOT_FOUND'],
      ['updating what is not there, at a version', { writes: [{ op: 'update', object: absent, expect: '1', cause }] }, 'NOT_FOUND'],
      ['a status for what is not there', { writes: [{ op: 'status', object: absent, cause }] }, 'NOT_FOUND'],
      ['deleting what is not there', { writes: [{ op: 'delete', key: keyOf(absent), cause }] }, 'NOT_FOUND'],
      ['updating another version', { writes: [{ op: 'update', object: there, expect: wrong, cause }] }, 'CONFLICT'],
      ['a status for another version', { writes: [{ op: 'status', object: there, expect: wrong, cause }] }, 'CONFLICT'],
      ['deleting another version', { writes: [{ op: 'delete', key, expect: wrong, cause }] }, 'CONFLICT'],
      ['deleting another uid', { writes: [{ op: 'delete', key, uid: 'another', cause }] }, 'CONFLICT'],
      [
        'updating another uid',
        { writes: [{ op: 'update', object: { ...there, metadata: { ...there.metadata, uid: 'another' } }, cause }] },
        'CONFLICT',
      ],
      ['needing what is absent', { preconditions: [{ key: keyOf(absent), resourceVersion: '1' }], writes: [] }, 'CONFLICT'],
      ['needing another version', { preconditions: [{ key, resourceVersion: wrong }], writes: [{ op: 'create', object: other, cause }] }, 'CONFLICT'],
      [
        'needing the absence of what is there',
        { preconditions: [{ key, absent: true }], writes: [{ op: 'create', object: other, cause }] },
        'CONFLICT',
      ],
      [
        'needing a lease that nobody has',
        { preconditions: [{ lease: 'nobody', epoch: 1 }], writes: [{ op: 'create', object: other, cause }] },
        'FENCED',
      ],
      [
        'one bad write among good ones',
        {
          writes: [
            { op: 'create', object: other, cause },
            { op: 'create', object: there, cause },
          ],
        },
        'ALREADY_EXISTS',
      ],
    ];
    const before = await store.currentRevision();
    const codes = await Promise.all(cases.map(async ([sentence, request]) => [sentence, await codeOf(request)]));
    expect(codes).toEqual(cases.map(([sentence, , code]) => [sentence, code]));
    expect(await store.currentRevision()).toBe(before);
    expect(await store.get(keyOf(other))).toBeUndefined();
  });

  it('says whose version it was', async () => {
    const there = await create(configMap('whose'));
    const attempt = commit({ op: 'create', object: configMap('whose-not'), cause }, { op: 'update', object: there, expect: '1', cause });
    await expect(attempt).rejects.toMatchObject({ code: 'CONFLICT', key: keyOf(there) });
  });

  it('happens when its preconditions hold', async () => {
    const there = await create(configMap('needed'));
    const object = configMap('needing');
    const preconditions = [
      { key: keyOf(there), resourceVersion: rv(there) },
      { key: keyOf(object), absent: true },
    ] as const;
    expect(await codeOf({ preconditions: [...preconditions], writes: [{ op: 'create', object, cause }] })).toBe('done');
  });

  it('fails alone: what was committed at the same moment is numbered densely', async () => {
    const before = await store.currentRevision();
    const requests = Array.from({ length: 30 }, (_, i): CommitRequest => {
      const object = configMap(`alone-${i}`);
      return { writes: [i % 3 === 0 ? { op: 'update', object, cause } : { op: 'create', object, cause }] };
    });
    const codes = await Promise.all(requests.map(codeOf));
    expect(codes).toEqual(requests.map((_, i) => (i % 3 === 0 ? 'NOT_FOUND' : 'done')));
    expect(await store.currentRevision()).toBe(before + 20);
  });

  it.each([
    ['a name that no index takes', () => configMap(Array.from({ length: 2_000 }, () => Math.random().toString(36)).join(''))],
    ['a name with a lone surrogate', () => configMap('\ud800')],
    ['a label with a lone surrogate', () => configMap('surrogate', { labels: { a: '\ud800' } })],
    ["a pod with another pod's uid", () => pod('twin', { uid: 'uid-of-the-first' })],
  ])('poisons no other with %s', async (sentence, bad) => {
    await codeOf({ writes: [{ op: 'create', object: pod('the-first', { uid: 'uid-of-the-first' }), cause }] });
    const requests = Array.from({ length: 20 }, (_, i): CommitRequest => ({
      writes: [{ op: 'create', object: i === 7 ? bad() : configMap(`${sentence.replaceAll(' ', '-')}-${i}`), cause }],
    }));
    expect(await Promise.all(requests.map(codeOf))).toEqual(requests.map((_, i) => (i === 7 ? 'INVALID' : 'done')));
  });

  it('of a key comes after those that were given before it', async () => {
    const object = configMap('in-order');
    const key = keyOf(object);
    const attempts: Write[] = [
      { op: 'create', object, cause },
      { op: 'update', object: { ...object, data: { round: '1' } }, cause },
      { op: 'delete', key, cause },
      { op: 'create', object: { ...object, metadata: { ...object.metadata, uid: 'second' } }, cause },
    ];
    await Promise.all(attempts.map((write) => commit(write)));
    expect((await store.history(key)).map((change) => change.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'ADDED']);
  });
});
