import { describe, expect, it } from '@jest/globals';
import { defaultService } from '../defaults/service.js';
import type { Service } from '../types.js';
import { defaultServiceStatus, validateServiceStatus } from './service-status.js';
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
    ['protocols are three', { ports: [{ name: 'a', port: 53, protocol: 'UDP' }, { name: 'b', port: 53, protocol: 'TCP' }, { name: 'c', port: 53, protocol: 'SCTP' }] }, []],
    ['and no others', { ports: [{ port: 53, protocol: 'ICMP' }] }, ['NotSupported spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"']],
    ['a port of one protocol is there once', { ports: [{ name: 'a', port: 53, protocol: 'UDP' }, { name: 'b', port: 53, protocol: 'UDP' }] }, ['Duplicate spec.ports[1]: Duplicate value: {"protocol":"UDP","port":53}']],
    ['protocols share a node port', { type: 'NodePort', ports: [{ name: 'a', port: 53, protocol: 'UDP', nodePort: 30053 }, { name: 'b', port: 53, protocol: 'TCP', nodePort: 30053 }] }, []],
    ['ports of one protocol do not', { type: 'NodePort', ports: [{ name: 'a', port: 53, nodePort: 30053 }, { name: 'b', port: 54, nodePort: 30053 }] }, ['Duplicate spec.ports[1].nodePort: Duplicate value: 30053']],
    ['clients are kept for a day at most', { ports: [{ port: 80 }], sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86401 } } }, ['Invalid spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400']],
    ['an affinity is one of two', { ports: [{ port: 80 }], sessionAffinity: 'Cookie' }, ['NotSupported spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"']],
    ['a policy for traffic from outside wants an outside', { ports: [{ port: 80 }], externalTrafficPolicy: 'Local' }, ['Invalid spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services']],
    ['external addresses are one', { ports: [{ port: 80 }], externalIPs: ['192.0.2.7'], externalTrafficPolicy: 'Local' }, []],
    ['a policy is one of two', { type: 'NodePort', ports: [{ port: 80 }], externalTrafficPolicy: 'Near' as 'Local' }, ['NotSupported spec.externalTrafficPolicy: Unsupported value: "Near": supported values: "Cluster", "Local"']],
    ['external addresses are addresses', { ports: [{ port: 80 }], externalIPs: ['x', '127.0.0.1'] }, ['Invalid spec.externalIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)', 'Invalid spec.externalIPs[1]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)']],
    ['a port for health checks is for balancers with the policy Local', { type: 'LoadBalancer', ports: [{ port: 80 }], healthCheckNodePort: 30001 }, ["Invalid spec.healthCheckNodePort: Invalid value: 30001: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"]],
    ['it is a port', { type: 'LoadBalancer', ports: [{ port: 80 }], externalTrafficPolicy: 'Local', healthCheckNodePort: 70000 }, ['Invalid spec.healthCheckNodePort: Invalid value: 70000: must be between 1 and 65535, inclusive']],
    ['node ports of balancers are for balancers', { type: 'NodePort', ports: [{ port: 80 }], allocateLoadBalancerNodePorts: false }, ["Forbidden spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'"]],
    ['so are classes', { ports: [{ port: 80 }], loadBalancerClass: 'no class' }, ["Forbidden spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"]],
    ['families are two', { ports: [{ port: 80 }], ipFamilies: ['IPv5'] }, ['NotSupported spec.ipFamilies[0]: Unsupported value: "IPv5": supported values: "IPv4", "IPv6"']],
  ])('%s', (_sentence, spec, expected) => {
    expect(validateService(serviceOf(spec)).map(({ reason, field, message }) => `${reason.slice('FieldValue'.length)} ${field}: ${message}`)).toEqual(expected);
  });

  it.each<[string, Service['spec'], object]>([
    ['traffic from outside goes to all nodes', { type: 'NodePort', ports: [{ port: 80 }] }, { externalTrafficPolicy: 'Cluster' }],
    ['also by external addresses', { ports: [{ port: 80 }], externalIPs: ['192.0.2.7'] }, { externalTrafficPolicy: 'Cluster' }],
    ['balancers have node ports', { type: 'LoadBalancer', ports: [{ port: 80 }] }, { allocateLoadBalancerNodePorts: true, externalTrafficPolicy: 'Cluster' }],
    ['unless they say not', { type: 'LoadBalancer', ports: [{ port: 80 }], allocateLoadBalancerNodePorts: false }, { allocateLoadBalancerNodePorts: false }],
    ['clients are kept for three hours', { ports: [{ port: 80 }], sessionAffinity: 'ClientIP' }, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } } }],
    ['a headless one with a selector has one family', { clusterIP: 'None', selector: { a: 'b' } }, { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' }],
    ['a headless one without may have both', { clusterIP: 'None' }, { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }],
    ['unless it wants one', { clusterIP: 'None', ipFamilyPolicy: 'SingleStack' }, { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' }],
    ['an ExternalName has none of it', { type: 'ExternalName', externalName: 'x' }, { ipFamilies: undefined, ipFamilyPolicy: undefined, internalTrafficPolicy: undefined, externalTrafficPolicy: undefined }],
  ])('by default %s', (_what, spec, expected) => {
    const made = serviceOf(spec).spec;
    expect(Object.fromEntries(Object.keys(expected).map((field) => [field, made[field as keyof Service['spec']]]))).toEqual(expected);
  });

  it.each<[string, string, object[], object | string[]]>([
    ['an address is a virtual one', 'LoadBalancer', [{ ip: '10.97.0.1' }, { hostname: 'x.example.com' }], [{ ip: '10.97.0.1', ipMode: 'VIP' }, { hostname: 'x.example.com' }]],
    ['other Services have none', 'NodePort', [{ ip: '10.97.0.1' }], ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"]],
    ['an address is one', 'LoadBalancer', [{ ip: 'x', ipMode: 'Proxy' }], ['status.loadBalancer.ingress[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']],
    ['modes are two, of addresses', 'LoadBalancer', [{ ip: '10.97.0.1', ipMode: 'Some' }, { hostname: 'x', ipMode: 'VIP' }], ['status.loadBalancer.ingress[0].ipMode: Unsupported value: "Some": supported values: "Proxy", "VIP"', 'status.loadBalancer.ingress[1].ipMode: Forbidden: may not be specified when `ip` is not set']],
    ['a name is no address', 'LoadBalancer', [{ hostname: '10.97.0.1' }], ['status.loadBalancer.ingress[0].hostname: Invalid value: "10.97.0.1": must be a DNS name, not an IP address']],
  ])('as balancers say: %s', (_what, type, ingress, expected) => {
    const service = { ...serviceOf({ type: type as 'LoadBalancer', ports: [{ port: 80 }] }), status: { loadBalancer: { ingress: structuredClone(ingress) } } } as unknown as Service;
    defaultServiceStatus(service);
    const causes = validateServiceStatus(service).map(({ field, message }) => `${field}: ${message}`);
    expect(causes.length > 0 ? causes : service.status?.loadBalancer?.ingress).toEqual(expected);
  });

  it('keep their port for health checks', () => {
    const local = (healthCheckNodePort: number) => serviceOf({ type: 'LoadBalancer', clusterIP: '10.96.0.7', ports: [{ port: 80 }], externalTrafficPolicy: 'Local', healthCheckNodePort });
    expect(validateServiceUpdate(local(30002), local(30001)).map(({ field, message }) => `${field}: ${message}`)).toEqual(['spec.healthCheckNodePort: Forbidden: field is immutable']);
  });

  it('keep their address', () => {
    const current = serviceOf({ clusterIP: '10.96.0.7', ports: [{ port: 80 }] });
    expect(validateServiceUpdate(serviceOf({ clusterIP: '10.96.0.8', ports: [{ port: 80 }] }), current).map((cause) => cause.message)).toEqual(['Invalid value: ["10.96.0.8"]: may not change once set']);
    expect(validateServiceUpdate(current, current)).toEqual([]);
  });
});
