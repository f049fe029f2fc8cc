import { describe, expect, it } from '@jest/globals';
import { nodeOf } from '../schema/nodes.js';
import { mergePatch } from './merge.js';
import { PatchError, strategicMerge } from './strategic.js';

const POD = nodeOf('io.k8s.api.core.v1.Pod');
const containers = (...list: object[]) => ({ spec: { containers: list } });

describe('merge patches', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['replace values', { a: 1 }, { a: 2 }, { a: 2 }],
    ['add values', { a: 1 }, { b: { c: 1 } }, { a: 1, b: { c: 1 } }],
    ['remove what is null', { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ['replace lists as a whole', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    ['go into objects', { a: { b: 1, c: 1 } }, { a: { b: 2 } }, { a: { b: 2, c: 1 } }],
    ['drop nulls of what is new', {}, { a: { b: null } }, { a: {} }],
    ['take a key named __proto__ for a key', {}, JSON.parse('{"__proto__":{"x":1}}'), JSON.parse('{"__proto__":{"x":1}}')],
  ])('%s', (_what, target, patch, expected) => expect(mergePatch(target, patch)).toEqual(expected));
});

describe('strategic merge patches', () => {
  it.each<[string, object, object, object]>([
    [
      'merge containers by name',
      containers({ name: 'a', image: '1' }, { name: 'b', image: '1' }),
      containers({ name: 'b', image: '2' }),
      containers({ name: 'a', image: '1' }, { name: 'b', image: '2' }),
    ],
    ['append what is new', containers({ name: 'a' }), containers({ name: 'b' }), containers({ name: 'a' }, { name: 'b' })],
    ['delete an item by its key', containers({ name: 'a' }, { name: 'b' }), containers({ name: 'a', $patch: 'delete' }), containers({ name: 'b' })],
    [
      'replace a list when told to',
      containers({ name: 'a' }, { name: 'b' }),
      containers({ name: 'c' }, { $patch: 'replace' }),
      containers({ name: 'c' }),
    ],
    [
      'replace an object when told to',
      { metadata: { labels: { a: '1' } } },
      { metadata: { labels: { $patch: 'replace', b: '2' } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'empty an object when told to',
      { metadata: { labels: { a: '1' } } },
      { metadata: { labels: { $patch: 'delete' } } },
      { metadata: { labels: {} } },
    ],
    [
      'replace lists that have no key',
      containers({ name: 'a', args: ['1', '2'] }),
      containers({ name: 'a', args: ['3'] }),
      containers({ name: 'a', args: ['3'] }),
    ],
    [
      'merge lists of plain values',
      { metadata: { finalizers: ['a'] } },
      { metadata: { finalizers: ['b', 'a'] } },
      { metadata: { finalizers: ['a', 'b'] } },
    ],
    [
      'delete from lists of plain values',
      { metadata: { finalizers: ['a', 'b'] } },
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
      { metadata: { finalizers: ['b'] } },
    ],
    [
      'remove what is null',
      { metadata: { labels: { a: '1', b: '2' } } },
      { metadata: { labels: { a: null } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'order as they say, the rest where it was',
      containers({ name: 'a' }, { name: 'x' }, { name: 'b' }),
      { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }, { name: 'c' }], containers: [{ name: 'c' }] } },
      containers({ name: 'x' }, { name: 'b' }, { name: 'a' }, { name: 'c' }),
    ],
    [
      'order without a change',
      containers({ name: 'a' }, { name: 'b' }),
      { spec: { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] } },
      containers({ name: 'b' }, { name: 'a' }),
    ],
    [
      'keep only the keys named',
      { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
      { spec: { volumes: [{ name: 'v', hostPath: { path: '/x' }, $retainKeys: ['name', 'hostPath'] }] } },
      { spec: { volumes: [{ name: 'v', hostPath: { path: '/x' } }] } },
    ],
    [
      'go into lists in lists',
      containers({ name: 'a', env: [{ name: 'X', value: '1' }] }),
      containers({ name: 'a', env: [{ name: 'Y', value: '2' }] }),
      containers({
        name: 'a',
        env: [
          { name: 'X', value: '1' },
          { name: 'Y', value: '2' },
        ],
      }),
    ],
  ])('%s', (_what, original, patch, expected) => {
    const before = structuredClone(original);
    expect(strategicMerge(original as Record<string, unknown>, patch as Record<string, unknown>, POD)).toEqual(expected);
    expect(original).toEqual(before);
  });

  it.each<[string, object, RegExp]>([
    ['an item without its key', containers({ image: 'x' }), /spec\.containers\[0\]: does not contain the declared merge key: name/],
    ['an item that is no object', { spec: { containers: ['x'] } }, /spec\.containers\[0\]: must be an object/],
    ['an unknown directive', { spec: { $patch: 'explode' } }, /spec: unknown patch type "explode"/],
  ])('refuse %s', (_what, patch, message) => {
    expect(() => strategicMerge(containers({ name: 'a' }) as Record<string, unknown>, patch as Record<string, unknown>, POD)).toThrow(PatchError);
    expect(() => strategicMerge(containers({ name: 'a' }) as Record<string, unknown>, patch as Record<string, unknown>, POD)).toThrow(message);
  });
});
