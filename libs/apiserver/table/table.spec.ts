import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '#objects';
import { KINDS } from '../kinds/table.js';
import { toTable } from './table.js';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const metadata = { name: 'x', namespace: 'default', uid: 'u', creationTimestamp: '2026-01-01T00:55:00Z' };

function row(kind: keyof typeof KINDS, fields: object): Record<string, unknown> {
  const { columnDefinitions, rows } = toTable(KINDS[kind], [{ apiVersion: 'v1', kind, metadata, ...fields } as KubeObject], {}, NOW);
  return Object.fromEntries(columnDefinitions.map(({ name }, index) => [name, rows[0]!.cells[index]]));
}

describe('rows', () => {
  it.each<[string, keyof typeof KINDS, object, Record<string, unknown>]>([
    [
      'a new pod',
      'Pod',
      { spec: { containers: [{ name: 'a' }] }, status: { phase: 'Pending' } },
      { Name: 'x', Ready: '0/1', Status: 'Pending', Restarts: '0', Age: '5m', IP: '<none>', Node: '<none>' },
    ],
    [
      'a pod with readiness gates',
      'Pod',
      {
        spec: { containers: [{ name: 'a' }], readinessGates: [{ conditionType: 'g' }] },
        status: { phase: 'Pending', conditions: [{ type: 'g', status: 'True' }] },
      },
      { 'Readiness Gates': '1/1' },
    ],
    [
      'a Service',
      'Service',
      { spec: { type: 'ClusterIP', clusterIP: '10.96.1.1', ports: [{ port: 80 }, { port: 53, protocol: 'UDP' }], selector: { b: '2', a: '1' } } },
      { Type: 'ClusterIP', 'Cluster-IP': '10.96.1.1', 'External-IP': '<none>', 'Port(s)': '80/TCP,53/UDP', Selector: 'a=1,b=2' },
    ],
    [
      'a Service with node ports',
      'Service',
      { spec: { type: 'NodePort', clusterIP: '10.96.1.1', ports: [{ port: 80, nodePort: 30080 }] } },
      { 'Port(s)': '80:30080/TCP' },
    ],
    ['a Service that waits for its balancer', 'Service', { spec: { type: 'LoadBalancer', clusterIP: '10.96.1.1' } }, { 'External-IP': '<pending>' }],
    [
      'a Service that is a name',
      'Service',
      { spec: { type: 'ExternalName', externalName: 'example.com' } },
      { 'Cluster-IP': '<none>', 'External-IP': 'example.com', 'Port(s)': '<none>' },
    ],
    [
      'Endpoints',
      'Endpoints',
      { subsets: [{ addresses: ['1', '2', '3', '4'].map((ip) => ({ ip })), ports: [{ port: 80 }] }] },
      { Endpoints: '1:80,2:80,3:80 + 1 more...' },
    ],
    ['no endpoints', 'Endpoints', {}, { Endpoints: '<none>' }],
    [
      'an EndpointSlice',
      'EndpointSlice',
      { addressType: 'IPv4', ports: [{ port: 80 }], endpoints: [{ addresses: ['1'] }] },
      { AddressType: 'IPv4', Ports: '80', Endpoints: '1' },
    ],
    [
      'a node',
      'Node',
      {
        metadata: { ...metadata, labels: { 'node-role.kubernetes.io/worker': '' } },
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          nodeInfo: { kubeletVersion: 'v1' },
          addresses: [{ type: 'InternalIP', address: '1' }],
        },
      },
      { Status: 'Ready,SchedulingDisabled', Roles: 'worker', Version: 'v1', 'Internal-IP': '1', 'External-IP': '<none>' },
    ],
    ['a node nobody heard of', 'Node', { status: {} }, { Status: 'Unknown', Roles: '<none>' }],
    [
      'an event',
      'Event',
      {
        type: 'Normal',
        reason: 'Started',
        message: 'm\n',
        involvedObject: { kind: 'Pod', name: 'p', fieldPath: 'spec.containers{a}' },
        source: { component: 'kubelet', host: 'n' },
        firstTimestamp: '2026-01-01T00:50:00Z',
        lastTimestamp: '2026-01-01T00:59:30Z',
        count: 3,
      },
      { 'Last Seen': '30s', Object: 'pod/p', Subobject: 'spec.containers{a}', Source: 'kubelet, n', Message: 'm', 'First Seen': '10m', Count: '3' },
    ],
    ['a ConfigMap', 'ConfigMap', { data: { a: '1' }, binaryData: { b: 'Yg==' } }, { Data: 2 }],
    ['a Secret', 'Secret', { type: 'Opaque', data: { a: 'Yg==' } }, { Type: 'Opaque', Data: 1 }],
    ['a namespace', 'Namespace', { status: { phase: 'Active' } }, { Status: 'Active' }],
  ])('%s', (_what, kind, fields, expected) => expect(row(kind, fields)).toMatchObject(expected));
});
