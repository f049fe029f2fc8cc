import { describe, expect, it } from '@jest/globals';
import { defaultService } from '../defaults/service.js';
import type { Service } from '../types.js';
import { validateService, validateServiceUpdate } from './service.js';

function serviceOf(spec: Service['spec']): Service {
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's', namespace: 'default' }, spec: structuredClone(spec) } as unknown as Service;
  defaultService(service);
  return service;
}

describe('Services', () => {
  it('are filled in as Kubernetes does', () => {
    expect(serviceOf({ ports: [{ port: 80, targetPort: 9376 }, { name: 'b', port: 81 }] }).spec).toEqual({
      type: 'ClusterIP',
      sessionAffinity: 'None',
      internalTrafficPolicy: 'Cluster',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [
        { port: 80, targetPort: 9376, protocol: 'TCP' },
        { name: 'b', port: 81, targetPort: 81, protocol: 'TCP' },
      ],
    });
  });

  it.each<[string, Service['spec'], string[]]>([
    ['one port needs no name', { ports: [{ port: 80 }] }, []],
    ['a headless one needs no port', { clusterIP: 'None' }, []],
    ['others need a port', {}, ['Required spec.ports: Required value']],
    ['two ports need names', { ports: [{ port: 80 }, { port: 81 }] }, ['Required spec.ports[0].name: Required value', 'Required spec.ports[1].name: Required value']],
    ['a port is a port', { ports: [{ port: 0, targetPort: 80 }] }, ['Invalid spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive']],
    ['a target port is a number or a name', { ports: [{ port: 80, targetPort: 'no such name' }] }, ['Invalid spec.ports[0].targetPort: Invalid value: "no such name": must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)']],
    ['a node port is for node ports', { ports: [{ port: 80, nodePort: 30000 }] }, ["Forbidden spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"]],
    ['a type is one of four', { type: 'Other' as 'ClusterIP', ports: [{ port: 80 }] }, ['NotSupported spec.type: Unsupported value: "Other": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"']],
    ['an external name has to be given', { type: 'ExternalName' }, ['Required spec.externalName: Required value']],
    ['an address is an address', { clusterIP: '1.2.3', ports: [{ port: 80 }] }, ['Invalid spec.clusterIPs[0]: Invalid value: "1.2.3": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
  ])('%s', (_sentence, spec, expected) => {
    expect(validateService(serviceOf(spec)).map(({ reason, field, message }) => `${reason.slice('FieldValue'.length)} ${field}: ${message}`)).toEqual(expected);
  });

  it('keep their address', () => {
    const current = serviceOf({ clusterIP: '10.96.0.7', ports: [{ port: 80 }] });
    expect(validateServiceUpdate(serviceOf({ clusterIP: '10.96.0.8', ports: [{ port: 80 }] }), current).map((cause) => cause.message)).toEqual(['Invalid value: ["10.96.0.8"]: may not change once set']);
    expect(validateServiceUpdate(current, current)).toEqual([]);
  });
});
