/** Laws of patches, for any object and patch. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nodeOf } from '../schema/nodes.js';
import { mergePatch } from './merge.js';
import { strategicMerge } from './strategic.js';

const POD = nodeOf('io.k8s.api.core.v1.Pod');
const runs = { numRuns: 200 };
const key = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.integer(), fc.string({ maxLength: 3 }), fc.boolean()),
  node: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.array(tie('leaf'), { maxLength: 3 }), fc.dictionary(key, tie('node'), { maxKeys: 3, noNullPrototype: true })),
})).node;
const object = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true });
const patch = fc.dictionary(key, fc.oneof(value, fc.constant(null)), { maxKeys: 4, noNullPrototype: true });

const container = fc.record({ name: fc.constantFrom('x', 'y', 'z'), image: fc.constantFrom('1', '2', '3') });
const pod = fc.uniqueArray(container, { selector: ({ name }) => name, maxLength: 3 }).map((containers) => ({ spec: { containers } }));
type Pod = { spec: { containers: { name: string; image: string }[] } };
const images = (given: Pod) => new Map(given.spec.containers.map(({ name, image }) => [name, image]));

describe('any merge patch', () => {
  it('does nothing the second time', () => {
    fc.assert(fc.property(object, patch, (target, change) => {
      const once = mergePatch(target, change);
      expect(mergePatch(once, change)).toEqual(once);
    }), runs);
  });

  it('changes neither its target nor itself', () => {
    fc.assert(fc.property(object, patch, (target, change) => {
      const before = structuredClone([target, change]);
      mergePatch(target, change);
      expect([target, change]).toEqual(before);
    }), runs);
  });

  it('that is the object itself gives the object', () => {
    fc.assert(fc.property(object, (target) => expect(mergePatch({}, target)).toEqual(target)), runs);
  });
});

describe('any strategic merge patch', () => {
  it('gives each container the image that the patch says, or else the one it had', () => {
    fc.assert(fc.property(pod, pod, (target, change) => {
      const merged = strategicMerge(structuredClone(target), structuredClone(change), POD) as Pod;
      expect(images(merged)).toEqual(new Map([...images(target), ...images(change)]));
    }), runs);
  });

  it('does nothing the second time', () => {
    fc.assert(fc.property(pod, pod, (target, change) => {
      const once = strategicMerge(structuredClone(target), structuredClone(change), POD);
      expect(strategicMerge(structuredClone(once) as object as Record<string, unknown>, structuredClone(change), POD)).toEqual(once);
    }), runs);
  });
});
