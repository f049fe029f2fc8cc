import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '#testing';
import type { KubeObject } from '#objects';
import { at, cause, configMap, keyOf, openTestStore, pod } from './fixtures.js';
import type { PostgresStore } from './postgres-store.js';
import type { ListResult, Scope } from './types.js';

let store: PostgresStore;
let close: () => Promise<void>;
let namespace = '';
let tests = 0;

beforeAll(async () => ({ store, close } = await openTestStore(await createTestDatabase())));
afterAll(() => close());
beforeEach(() => {
  namespace = `ns-${++tests}`;
});

const names = (result: ListResult): string[] => result.items.map((item) => item.metadata.name!);
const create = async (object: KubeObject): Promise<KubeObject> =>
  at(object, (await store.commit({ writes: [{ op: 'create', object, cause }] })).revisions[0]);
const createAll = async (...all: string[]): Promise<KubeObject[]> => {
  const objects: KubeObject[] = [];
  for (const name of all) objects.push(await create(configMap(name, { namespace, labels: { odd: String(name.charCodeAt(0) % 2) } })));
  return objects;
};
const remove = (object: KubeObject) => store.commit({ writes: [{ op: 'delete', key: keyOf(object), cause }] });
const update = (object: KubeObject) => store.commit({ writes: [{ op: 'update', object: { ...object, data: { changed: 'yes' } }, cause }] });
/** All pages of a list, `meanwhile` done after the first. */
async function pages(scope: Scope, limit: number, meanwhile: () => Promise<unknown>): Promise<ListResult[]> {
  const results = [await store.list(scope, { limit })];
  await meanwhile();
  while (results.at(-1)!.continue !== undefined) results.push(await store.list(scope, { limit, continue: results.at(-1)!.continue }));
  return results;
}

describe('a list', () => {
  it('is of one kind, and one namespace if one is given, by namespace and name', async () => {
    await createAll('b', 'a', 'B');
    await create(pod('a', { namespace }));
    await create(configMap('z', { namespace: `${namespace}-a` }));
    expect(names(await store.list({ kind: 'ConfigMap', namespace }))).toEqual(['B', 'a', 'b']);
    expect(names(await store.list({ kind: 'ConfigMap', namespace, name: 'a' }))).toEqual(['a']);
    expect(names(await store.list({ kind: 'ConfigMap' })).slice(-4)).toEqual(['B', 'a', 'b', 'z']);
  });

  it('of nothing still has the revision at which there was nothing', async () => {
    const current = await store.currentRevision();
    expect(await store.list({ kind: 'ConfigMap', namespace })).toEqual({ items: [], revision: current });
  });

  it('gives all its pages at one revision, whatever happens in between', async () => {
    const [, , c, d, e] = await createAll('a', 'b', 'c', 'd', 'e');
    const revision = await store.currentRevision();
    const results = await pages({ kind: 'ConfigMap', namespace }, 2, async () => {
      await update(c!);
      await remove(d!);
      await createAll('aa', 'dd', 'f');
      await remove(e!);
      await createAll('e');
    });
    expect(results.map(names)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
    expect(results.map((result) => [result.revision, result.remaining])).toEqual([
      [revision, 3],
      [revision, 1],
      [revision, undefined],
    ]);
    expect(results.flatMap((result) => result.items).slice(2)).toEqual([c, d, e]);
  });

  it('has as many on a page as asked for, after the selector', async () => {
    await createAll(...'abcdefghij');
    const matches = (labels: Record<string, string>, fields: Record<string, string>) => labels.odd === '1' && fields['metadata.name'] !== 'e';
    const results = await pages({ kind: 'ConfigMap', namespace, matches }, 2, () => createAll('k'));
    expect(results.map(names)).toEqual([
      ['a', 'c'],
      ['g', 'i'],
    ]);
    expect(results.map((result) => result.remaining)).toEqual([undefined, undefined]);
  });

  it('shows what was at a revision, deleted since or not', async () => {
    const [a, b] = await createAll('a', 'b');
    const revision = await store.currentRevision();
    await update(a!);
    await remove(b!);
    await createAll('c');
    expect((await store.list({ kind: 'ConfigMap', namespace }, { revision })).items).toEqual([a, b]);
    expect(names(await store.list({ kind: 'ConfigMap', namespace }))).toEqual(['a', 'c']);
  });

  it.each([
    ['a revision that is yet to come', { revision: 1e12 }, 'FUTURE'],
    ['a token that nobody gave', { continue: 'abc' }, 'INVALID'],
  ])('at %s is refused', async (_sentence, page, code) => {
    await expect(store.list({ kind: 'ConfigMap' }, page)).rejects.toMatchObject({ code });
  });

  it('does not end too early for a reader who asks for one at a time', async () => {
    await createAll(...'abcdefg');
    const results = await pages({ kind: 'ConfigMap', namespace }, 1, async () => undefined);
    expect(results.flatMap(names)).toEqual([...'abcdefg']);
  });
});
