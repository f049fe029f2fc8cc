/** What Services of each type have. Source: pkg/apis/core/v1/helper, pkg/api/service/util.go, pkg/registry/core/service. */
import type { Service } from './types.js';

type Spec = Service['spec'];

export const needsClusterIp = ({ type = 'ClusterIP' }: Spec): boolean => type !== 'ExternalName';
export const mayHaveNodePorts = ({ type }: Spec): boolean => type === 'NodePort' || type === 'LoadBalancer';
export const isExternallyAccessible = (spec: Spec): boolean => mayHaveNodePorts(spec) || ((spec.type ?? 'ClusterIP') === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0);
/** Balancers ask on this node port which nodes have pods of the Service. */
export const needsHealthCheckPort = ({ type, externalTrafficPolicy }: Spec): boolean => type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
export const isHeadless = ({ clusterIP, clusterIPs }: Spec): boolean => clusterIP === 'None' || (clusterIPs?.length === 1 && clusterIPs[0] === 'None');
