import { describe, expect, it } from '@jest/globals';
import { testService } from '../testing.js';
import { ingressOf } from './load-balancer.js';

describe('the address of a load balancer', () => {
  it.each([
    ['follows the Service\'s own', { type: 'LoadBalancer', clusterIP: '10.96.3.4' }, { ingress: [{ ip: '10.97.3.4', ipMode: 'VIP' }] }],
    ['waits for that', { type: 'LoadBalancer', clusterIP: '' }, {}],
    ['is taken away with the type', { type: 'NodePort', clusterIP: '10.96.3.4' }, {}],
    ['is another\'s where a class is named', { type: 'LoadBalancer', clusterIP: '10.96.3.4', loadBalancerClass: 'example.com/lb' }, undefined],
  ])('%s', (_title, spec, wanted) => expect(ingressOf(testService('web', spec))).toEqual(wanted));
});
