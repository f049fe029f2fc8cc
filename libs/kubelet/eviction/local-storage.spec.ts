import { describe, expect, it } from '@jest/globals';
import type { Pod } from '#objects';
import { measured, overLimit } from './local-storage.js';

const MIB = 2 ** 20;
const container = (name: string, limit?: string) => ({ name, image: 'busybox', ...(limit && { resources: { limits: { 'ephemeral-storage': limit } } }) });
const pod = (spec: object): Pod => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', uid: 'u' }, spec: { containers: [container('app')], ...spec } }) as unknown as Pod;
const sizes = (mebibytes: Record<string, number>) => new Map(Object.entries(mebibytes).map(([name, value]) => [name, value * MIB]));

describe('Local storage', () => {
  const two = { containers: [container('a', '1Mi'), container('b', '2Mi')] };
  const volumes = [{ name: 'data', emptyDir: {} }, { name: 'mem', emptyDir: { medium: 'Memory' } }];
  it.each<[string, object, Record<string, number>, Record<string, number>, string | undefined]>([
    ['a pod without limits may hold what it likes', {}, {}, { app: 1000 }, undefined],
    ['a pod at its limits stays', two, {}, { a: 1, b: 2 }, undefined],
    ['a container over its own limit', two, {}, { a: 1.5, b: 0 }, 'Container a exceeded its local ephemeral storage limit "1Mi". '],
    ['the sum over the sum of limits comes before single containers', two, {}, { a: 2, b: 2 }, 'Pod ephemeral local storage usage exceeds the total limit of containers 3Mi. '],
    ['emptyDirs on disk count for the pod', { ...two, volumes }, { data: 3.5 }, {}, 'Pod ephemeral local storage usage exceeds the total limit of containers 3Mi. '],
    ['emptyDirs in memory do not', { ...two, volumes }, { mem: 3.5 }, {}, undefined],
    ['an emptyDir over its own limit comes first', { ...two, volumes: [{ name: 'data', emptyDir: { sizeLimit: '1Mi' } }] }, { data: 4 }, { a: 4 }, 'Usage of EmptyDir volume "data" exceeds the limit "1Mi". '],
    ['only what is limited is counted against it', { containers: [container('a', '1Mi'), container('b')] }, {}, { b: 5 }, 'Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. '],
    ['sidecars have limits too', { initContainers: [{ ...container('side', '1Mi'), restartPolicy: 'Always' }], containers: [container('app', '9Mi')] }, {}, { side: 2 }, 'Container side exceeded its local ephemeral storage limit "1Mi". '],
    ['a limit for the pod as a whole', { resources: { limits: { 'ephemeral-storage': '1Gi' } }, containers: [container('a')] }, {}, { a: 1025 }, 'Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. '],
    ['a limit of 0 is none', { containers: [container('a', '0')] }, {}, { a: 5 }, undefined],
  ])('%s', (_, spec, held, containers, message) => {
    expect(overLimit(pod(spec), { volumes: sizes(held), containers: sizes(containers) })).toBe(message);
  });

  it.each<[string, object, string[], boolean]>([
    ['nothing without limits', { volumes }, [], false],
    ['an emptyDir with a limit', { volumes: [{ name: 'mem', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }] }, ['mem'], false],
    ['containers with limits, and all emptyDirs on disk', { ...two, volumes }, ['data'], true],
  ])('is measured of %s', (_, spec, names, containers) => {
    expect(measured(pod(spec))).toEqual({ volumes: names, containers });
  });
});
