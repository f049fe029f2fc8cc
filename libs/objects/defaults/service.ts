/** Source: SetDefaults_Service in pkg/apis/core/v1/defaults.go, and what the allocator of the API server fills in. */
import { isExternallyAccessible, isHeadless } from '../service-needs.js';
import type { Service } from '../types.js';

const CLIENT_IP_SECONDS = 10_800;

/** Fills in, in place. The address and node ports are given by allocation. */
export function defaultService(service: Service): void {
  const spec = (service.spec ??= {});
  spec.type ||= 'ClusterIP';
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: CLIENT_IP_SECONDS } };
  } else if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (spec.type === 'ExternalName') return;
  spec.internalTrafficPolicy ||= 'Cluster';
  defaultFamilies(spec);
  if (isExternallyAccessible(spec)) spec.externalTrafficPolicy ||= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}

/** Whoever fills the endpoints of a headless Service without a selector may do so with addresses of both families. Source: initIPFamilyFields in alloc.go. */
function defaultFamilies(spec: Service['spec']): void {
  const open = isHeadless(spec) && Object.keys(spec.selector ?? {}).length === 0;
  spec.ipFamilyPolicy ||= open ? 'RequireDualStack' : 'SingleStack';
  if (!spec.ipFamilies?.length) spec.ipFamilies = ['IPv4'];
  if (open && spec.ipFamilyPolicy !== 'SingleStack' && spec.ipFamilies.length === 1) spec.ipFamilies.push(spec.ipFamilies[0] === 'IPv4' ? 'IPv6' : 'IPv4');
}
