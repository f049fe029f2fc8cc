import { describe, expect, it } from '@jest/globals';
import { runningPod, testPod, testService } from '../testing.js';
import { endpointSlicesFor } from './endpoint-slices-for.js';
import { endpointsFor } from './endpoints-for.js';
import { selects } from './pod-address.js';

const web = (spec: object = {}) => testService('web', { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }], ...spec });
const ips = (addresses: { ip: string }[] | undefined) => addresses?.map(({ ip }) => ip);

describe('a Service\'s endpoints', () => {
  it('follow readiness', () => {
    const [subset] = endpointsFor(web(), [runningPod('b', '10.0.0.2', true), runningPod('a', '10.0.0.1', true), runningPod('c', '10.0.0.3', false)]).subsets;
    expect([ips(subset?.addresses), ips(subset?.notReadyAddresses), subset?.ports]).toEqual([
      ['10.0.0.1', '10.0.0.2'],
      ['10.0.0.3'],
      [{ port: 8080, protocol: 'TCP' }],
    ]);
  });

  it('name the pod and its node', () => {
    const pod = runningPod('a', '10.0.0.1', true);
    expect(endpointsFor(web(), [pod]).subsets[0]?.addresses?.[0]).toEqual({
      ip: '10.0.0.1',
      nodeName: 'n1',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'a', uid: pod.metadata.uid },
    });
  });

  it.each([
    ['a pod without an address', testPod('p', { status: { phase: 'Pending' } })],
    ['a pod that has succeeded', runningPod('p', '10.0.0.1', false, { status: { phase: 'Succeeded' } })],
    ['a pod that is being deleted', runningPod('p', '10.0.0.1', true, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } })],
  ])('leave out %s', (_what, pod) => {
    expect(endpointsFor(web(), [pod]).subsets).toEqual([]);
  });

  it('count every pod as ready where the Service says so', () => {
    const [subset] = endpointsFor(web({ publishNotReadyAddresses: true }), [runningPod('a', '10.0.0.1', false)]).subsets;
    expect([ips(subset?.addresses), subset?.notReadyAddresses]).toEqual([['10.0.0.1'], undefined]);
  });

  it('find named target ports in each pod, and group pods that have the same number', () => {
    const named = (name: string, ip: string, containerPort: number) =>
      runningPod(name, ip, true, { spec: { containers: [{ name: 'app', ports: [{ name: 'http', containerPort }] }] } });
    const service = web({ ports: [{ name: 'http', port: 80, targetPort: 'http' }] });
    const { subsets } = endpointsFor(service, [named('a', '10.0.0.1', 80), named('b', '10.0.0.2', 81), named('c', '10.0.0.3', 80), runningPod('d', '10.0.0.4', true)]);
    expect(subsets.map((subset) => [ips(subset.addresses), subset.ports])).toEqual([
      [['10.0.0.1', '10.0.0.3'], [{ name: 'http', port: 80, protocol: 'TCP' }]],
      [['10.0.0.2'], [{ name: 'http', port: 81, protocol: 'TCP' }]],
    ]);
  });

  it('keep to the protocol of each port', () => {
    const ports = [{ name: 'dns', containerPort: 53, protocol: 'UDP' }, { name: 'sctp', containerPort: 99, protocol: 'SCTP' }];
    const pod = runningPod('p', '10.0.0.1', true, { spec: { containers: [{ name: 'app', ports }] } });
    const service = web({ ports: [{ name: 'a', port: 53, targetPort: 'dns', protocol: 'UDP' }, { name: 'b', port: 53, targetPort: 'dns', protocol: 'TCP' }, { name: 'c', port: 9, targetPort: 'sctp', protocol: 'SCTP' }] });
    const expected = [{ name: 'a', port: 53, protocol: 'UDP' }, { name: 'c', port: 99, protocol: 'SCTP' }];
    expect(endpointsFor(service, [pod]).subsets[0]?.ports).toEqual(expected);
    expect(endpointSlicesFor(service, [pod])[0]?.ports).toEqual(expected);
  });

  it('put several ports of the same pods into one subset', () => {
    const service = web({ ports: [{ name: 'a', port: 80 }, { name: 'b', port: 81 }] });
    expect(endpointsFor(service, [runningPod('p', '10.0.0.1', true)]).subsets).toHaveLength(1);
  });

  it('have addresses without ports for a headless Service without ports', () => {
    const { labels, subsets } = endpointsFor(web({ clusterIP: 'None', ports: undefined }), [runningPod('p', '10.0.0.1', true)]);
    expect(labels).toHaveProperty(['service.kubernetes.io/headless'], '');
    expect([ips(subsets[0]?.addresses), subsets[0]?.ports]).toEqual([['10.0.0.1'], undefined]);
  });

  it('are cut at 1,000 addresses, and say so', () => {
    const pods = Array.from({ length: 1001 }, (_, i) => runningPod(`p${i}`, `10.0.${i >> 8}.${i & 255}`, true));
    const { annotations, subsets } = endpointsFor(web(), pods);
    expect([annotations, subsets[0]?.addresses?.length]).toEqual([{ 'endpoints.kubernetes.io/over-capacity': 'truncated' }, 1000]);
  });

  it.each([
    ['all of its labels', { app: 'web', tier: 'front' }, true],
    ['one label of two', { app: 'web' }, false],
    ['another value', { app: 'db', tier: 'front' }, false],
  ])('select a pod with %s', (_what, labels, expected) => {
    expect(selects(web({ selector: { app: 'web', tier: 'front' } }), labels)).toBe(expected);
  });

  it('select nothing with an empty selector', () => {
    expect(selects(web({ selector: {} }), { app: 'web' })).toBe(false);
  });
});

describe('a Service\'s EndpointSlices', () => {
  it('carry the conditions of each pod, of those that end too', () => {
    const service = web();
    const [slice, ...more] = endpointSlicesFor(service, [
      runningPod('a', '10.0.0.1', true),
      runningPod('b', '10.0.0.2', false),
      runningPod('c', '10.0.0.3', true, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    ]);
    expect(more).toEqual([]);
    expect(slice?.metadata).toMatchObject({
      name: expect.stringMatching(/^web-[0-9a-f]{5}$/),
      labels: { 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' },
      ownerReferences: [{ kind: 'Service', name: 'web', uid: service.metadata.uid, controller: true }],
    });
    expect(slice?.ports).toEqual([{ name: '', port: 8080, protocol: 'TCP' }]);
    expect(slice?.endpoints.map(({ addresses, conditions }) => [...addresses, conditions])).toEqual([
      ['10.0.0.1', { ready: true, serving: true, terminating: false }],
      ['10.0.0.2', { ready: false, serving: false, terminating: false }],
      ['10.0.0.3', { ready: false, serving: true, terminating: true }],
    ]);
  });

  it('say that all are ready where the Service says so, and how they are all the same', () => {
    const deleted = { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } };
    const [slice] = endpointSlicesFor(web({ publishNotReadyAddresses: true }), [runningPod('a', '10.0.0.1', false), runningPod('b', '10.0.0.2', true, deleted)]);
    expect(slice?.endpoints.map(({ conditions }) => conditions)).toEqual([
      { ready: true, serving: false, terminating: false },
      { ready: true, serving: true, terminating: true },
    ]);
  });

  it('are one, empty, where no pod is selected', () => {
    expect(endpointSlicesFor(web(), [])).toMatchObject([{ addressType: 'IPv4', endpoints: [], ports: [] }]);
  });

  it('hold 100 endpoints each, under names of their own', () => {
    const slices = endpointSlicesFor(web(), Array.from({ length: 250 }, (_, i) => runningPod(`p${i}`, `10.0.${i >> 8}.${i & 255}`, true)));
    expect(slices.map((slice) => slice.endpoints.length)).toEqual([100, 100, 50]);
    expect(new Set(slices.map((slice) => slice.metadata.name)).size).toBe(3);
  });
});
