import { describe, expect, it } from '@jest/globals';
import type { Service } from '../types.js';
import { defaultService } from './service.js';
import { prepareServiceUpdate } from './service-update.js';

type Spec = Service['spec'];

const copy = (spec: object): Spec => JSON.parse(JSON.stringify(spec)) as Spec;

function made(spec: object): Spec {
  const service = { spec: copy(spec) } as unknown as Service;
  defaultService(service);
  return service.spec;
}
const ports = (nodePort?: number) => [{ port: 80, protocol: 'TCP', targetPort: 80, ...(nodePort && { nodePort }) }];
const named = (...list: [string, number, number?][]) => list.map(([name, port, nodePort]) => ({ name, port, protocol: 'TCP', targetPort: port, ...(nodePort && { nodePort }) }));
const own = { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'] };
const balancer = { type: 'LoadBalancer', ...own, ports: ports(30001) };

describe('an update of a Service', () => {
  it.each<[string, object, object, object]>([
    ['keeps the address that it does not name', { ...own, ports: ports() }, { ports: ports() }, own],
    ['has none as an ExternalName', { ...own, ports: ports() }, { type: 'ExternalName', externalName: 'x', ...own, ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' }, { clusterIP: undefined, clusterIPs: undefined, ipFamilies: undefined, ipFamilyPolicy: undefined }],
    ['keeps a node port whose port is another number now', { type: 'NodePort', ...own, ports: ports(30001) }, { type: 'NodePort', ports: [{ port: 81, targetPort: 81, protocol: 'TCP' }] }, { ports: [{ port: 81, targetPort: 81, protocol: 'TCP', nodePort: 30001 }] }],
    ['keeps node ports by the names of their ports', { type: 'NodePort', ...own, ports: named(['a', 80, 30001], ['b', 81, 30002]) }, { type: 'NodePort', ports: named(['b', 80], ['a', 81], ['c', 82]) }, { ports: named(['b', 80, 30002], ['a', 81, 30001], ['c', 82]) }],
    ['gives no node port twice', { type: 'NodePort', ...own, ports: named(['a', 80, 30001]) }, { type: 'NodePort', ports: named(['b', 80, 30001], ['a', 81]) }, { ports: named(['b', 80, 30001], ['a', 81]) }],
    ['loses node ports that it leaves as they are with a type that has none', { type: 'NodePort', ...own, ports: ports(30001) }, { type: 'ClusterIP', ports: ports(30001), externalTrafficPolicy: 'Cluster' }, { ports: ports(), externalTrafficPolicy: undefined }],
    ['keeps those that were changed, to be told', { type: 'NodePort', ...own, ports: ports(30001) }, { type: 'ClusterIP', ports: ports(30002) }, { ports: ports(30002) }],
    ['keeps the port for health checks', { ...balancer, externalTrafficPolicy: 'Local', healthCheckNodePort: 30009 }, { ...balancer, externalTrafficPolicy: 'Local' }, { healthCheckNodePort: 30009 }],
    ['loses it with the policy', { ...balancer, externalTrafficPolicy: 'Local', healthCheckNodePort: 30009 }, { ...balancer, externalTrafficPolicy: 'Cluster', healthCheckNodePort: 30009 }, { healthCheckNodePort: undefined }],
    ['loses what only balancers have', { ...balancer, loadBalancerClass: 'x/y' }, { type: 'NodePort', ...own, ports: ports(30001), allocateLoadBalancerNodePorts: true, loadBalancerClass: 'x/y' }, { allocateLoadBalancerNodePorts: undefined, loadBalancerClass: undefined, ports: ports(30001) }],
  ])('%s', (_what, before, change, expected) => {
    const next = copy(change);
    prepareServiceUpdate(next, made(before));
    expect(Object.fromEntries(Object.keys(expected).map((field) => [field, next[field as keyof Spec]]))).toEqual(expected);
  });
});
