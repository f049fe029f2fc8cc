import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '#clock';
import type { Endpoints, KubeObject, Service } from '#objects';
import type { ServiceEntry } from '#runtime';
import type { Change } from '#store';
import { ServiceTable, serviceEntry } from './service-table.js';

const service = (name: string, spec: object): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { namespace: 'default', name }, spec });
const endpoints = (name: string, subsets: object[]): KubeObject => ({ apiVersion: 'v1', kind: 'Endpoints', metadata: { namespace: 'default', name }, subsets });

const change = (type: Change['type'], object: KubeObject): Change =>
  ({ type, key: { kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name }, object }) as unknown as Change;

describe('a Service as the runtime gets it', () => {
  it('has its address and ports, and no targets, while nothing is behind it', () => {
    const made = service('web', { clusterIP: '10.96.0.1', ports: [{ port: 80 }] }) as unknown as Service;
    expect(serviceEntry(made, undefined)).toEqual({
      namespace: 'default',
      name: 'web',
      ip: '10.96.0.1',
      externalName: undefined,
      externalIPs: [],
      endpoints: [],
      ports: [{ name: '', protocol: 'TCP', port: 80, nodePort: undefined, targets: [] }],
    });
  });

  it('has the ready addresses of the subsets that know its port by name', () => {
    const made = service('web', { clusterIP: '10.96.0.1', ports: [{ name: 'http', port: 80 }, { name: 'admin', port: 81 }] }) as unknown as Service;
    const behind = endpoints('web', [
      { addresses: [{ ip: '10.1.0.1' }, { ip: '10.1.0.2' }], notReadyAddresses: [{ ip: '10.1.0.3' }], ports: [{ name: 'http', port: 8080 }] },
      { addresses: [{ ip: '10.1.0.4' }], ports: [{ name: 'http', port: 9090 }, { name: 'admin', port: 9091 }] },
    ]) as unknown as Endpoints;
    expect(serviceEntry(made, behind).ports.map((port) => port.targets.map((target) => `${target.ip}:${target.port}`))).toEqual([
      ['10.1.0.1:8080', '10.1.0.2:8080', '10.1.0.4:9090'],
      ['10.1.0.4:9091'],
    ]);
  });

  it('has all its ready addresses, for DNS, with the names that pods have asked for', () => {
    const made = service('db', { clusterIP: 'None' }) as unknown as Service;
    const behind = endpoints('db', [{ addresses: [{ ip: '10.1.0.1', hostname: 'db-0' }, { ip: '10.1.0.2' }], notReadyAddresses: [{ ip: '10.1.0.3' }] }]) as unknown as Endpoints;
    expect(serviceEntry(made, behind).endpoints).toEqual([{ ip: '10.1.0.1', hostname: 'db-0' }, { ip: '10.1.0.2' }]);
  });

  it('may have further addresses, and keep its clients', () => {
    const made = {
      ...service('web', { clusterIP: '10.96.0.1', externalIPs: ['203.0.113.7'], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }),
      status: { loadBalancer: { ingress: [{ ip: '10.97.0.1' }, { hostname: 'x.example.com' }] } },
    } as unknown as Service;
    expect(serviceEntry(made, undefined)).toMatchObject({ externalIPs: ['203.0.113.7', '10.97.0.1'], affinitySeconds: 60 });
  });

  it('that is a name for something outside has that name alone', () => {
    const made = service('db', { type: 'ExternalName', externalName: 'db.example.com' }) as unknown as Service;
    expect(serviceEntry(made, undefined)).toMatchObject({ ip: '', externalName: 'db.example.com', ports: [] });
  });
});

describe('the table of Services', () => {
  it('is handed over once a burst of changes', () => {
    const clock = new ManualClock();
    const tables: ServiceEntry[][] = [];
    const table = new ServiceTable({ setServices: (services) => void tables.push(services) }, clock);
    table.start([service('a', { clusterIP: '10.96.0.1' })]);
    table.apply(change('ADDED', service('b', { clusterIP: '10.96.0.2' })));
    table.apply(change('DELETED', service('a', {})));
    table.apply(change('ADDED', { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name: 'a' } }));
    clock.advance(1_000);
    expect(tables.map((entries) => entries.map((entry) => entry.name))).toEqual([['a'], ['b']]);
  });
});
