import { describe, expect, it } from '@jest/globals';
import { effectiveLimits, effectiveRequests, resourcesText } from './effective-resources.js';
import { generateName } from './generate-name.js';
import type { Container, PodSpec } from './types.js';

const asks = (cpu: string, more: Partial<Container> = {}): Container => ({ name: 'c', image: 'a', resources: { requests: { cpu } }, ...more });
const sidecar = { restartPolicy: 'Always' };

describe('the effective requests of a pod', () => {
  it.each<[string, PodSpec, Record<string, string>]>([
    ['are the sum of its app containers', { containers: [asks('100m'), asks('200m')] }, { cpu: '300m' }],
    ['are those of its largest init container, where that asks for more', { initContainers: [asks('1'), asks('2')], containers: [asks('500m')] }, { cpu: '2' }],
    ['are the sum, where no init container asks for more', { initContainers: [asks('100m')], containers: [asks('300m'), asks('300m')] }, { cpu: '600m' }],
    ['are compared per resource', { initContainers: [{ name: 'i', resources: { requests: { cpu: '1', memory: '64Mi' } } }], containers: [{ name: 'c', resources: { requests: { cpu: '100m', memory: '1Gi' } } }] }, { cpu: '1', memory: '1Gi' }],
    ['count a sidecar with the apps', { initContainers: [asks('200m', sidecar)], containers: [asks('300m')] }, { cpu: '500m' }],
    ['count a sidecar with the init containers after it', { initContainers: [asks('200m', sidecar), asks('1')], containers: [asks('300m')] }, { cpu: '1200m' }],
    ['do not count it with those before it', { initContainers: [asks('1'), asks('200m', sidecar)], containers: [asks('300m')] }, { cpu: '1' }],
    ['are those of the pod, where it has its own', { resources: { requests: { cpu: '3' } }, containers: [asks('1')] }, { cpu: '3' }],
    ['have the overhead added', { overhead: { cpu: '50m' }, containers: [asks('1')] }, { cpu: '1050m' }],
    ['are none, where nobody asks', { containers: [{ name: 'c' }] }, {}],
  ])('%s', (_sentence, spec, expected) => {
    expect(resourcesText(effectiveRequests(spec))).toEqual(expected);
  });

  it('have limits beside them, with overhead only on what is limited', () => {
    const spec: PodSpec = { overhead: { cpu: '50m', memory: '1Mi' }, containers: [{ name: 'c', resources: { limits: { cpu: '1' } } }] };
    expect(resourcesText(effectiveLimits(spec))).toEqual({ cpu: '1050m' });
  });
});

describe('generateName', () => {
  it('appends five letters, and cuts the base so that the name stays a label', () => {
    expect(generateName('web-', () => 0)).toBe('web-bbbbb');
    expect(generateName('x'.repeat(80), (below) => below - 1)).toBe(`${'x'.repeat(58)}99999`);
  });
});
