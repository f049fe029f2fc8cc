/** The address of a Service of type LoadBalancer: pure. Nothing outside of the cluster is there to give one. */
import type { Service } from '#objects';

/**
 * status.loadBalancer as it is to be; undefined: somebody else's (loadBalancerClass). A Service's own address is unique, so the one
 * derived from it is too: 10.96.x.y gives 10.97.x.y. Pods reach it; programs of this machine use the node port.
 */
export function ingressOf({ spec }: Service): NonNullable<NonNullable<Service['status']>['loadBalancer']> | undefined {
  if (spec.type !== 'LoadBalancer') return {};
  if (spec.loadBalancerClass) return undefined;
  const own = /^10\.96\.(\d+\.\d+)$/.exec(spec.clusterIP ?? '');
  return own ? { ingress: [{ ip: `10.97.${own[1]}`, ipMode: 'VIP' }] } : {};
}
