/** What an update of a Service keeps although it does not name it, and loses although it does: in place. Source: patchAllocatedValues, dropTypeDependentFields. */
import { isExternallyAccessible, mayHaveNodePorts, needsClusterIp, needsHealthCheckPort } from '../service-needs.js';
import type { Service } from '../types.js';

type Spec = Service['spec'];

/** Before defaulting. */
export function prepareServiceUpdate(next: Spec, current: Spec): void {
  // Asked of both as they are to be: a policy that is left out becomes Cluster.
  keepAllocated(next, current);
  dropLeftOver(next, current);
}

function keepAllocated(next: Spec, current: Spec): void {
  if (needsClusterIp(current) && needsClusterIp(next)) {
    if (!next.clusterIP && !next.clusterIPs?.length && current.clusterIP) next.clusterIP = current.clusterIP;
    if (!next.clusterIPs?.length && next.clusterIP === current.clusterIP && current.clusterIPs) next.clusterIPs = current.clusterIPs;
  }
  if (mayHaveNodePorts(current) && mayHaveNodePorts(next)) {
    const used = new Set((next.ports ?? []).map(({ nodePort }) => nodePort));
    const byName = new Map((current.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]));
    for (const port of next.ports ?? []) {
      const before = byName.get(port.name ?? '');
      if (port.nodePort || !before || used.has(before)) continue;
      port.nodePort = before;
      used.add(before);
    }
  }
  if (needsHealthCheckPort(current) && needsHealthCheckPort(next)) next.healthCheckNodePort ||= current.healthCheckNodePort;
}

/** What the new type has no use for, and whoever changed the type has not touched. */
function dropLeftOver(next: Spec, current: Spec): void {
  const drop = (isWanted: (spec: Spec) => boolean, ...fields: (keyof Spec)[]) => {
    if (isWanted(current) && !isWanted(next)) for (const field of fields) if (isSame(next[field], current[field])) delete next[field];
  };
  drop(needsClusterIp, 'clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy');
  const nodePorts = ({ ports = [] }: Spec) => ports.map(({ nodePort }) => nodePort ?? 0).sort((a, b) => a - b);
  if (mayHaveNodePorts(current) && !mayHaveNodePorts(next) && isSame(nodePorts(next), nodePorts(current))) for (const port of next.ports ?? []) delete port.nodePort;
  drop(needsHealthCheckPort, 'healthCheckNodePort');
  drop(({ type }) => type === 'LoadBalancer', 'allocateLoadBalancerNodePorts', 'loadBalancerClass');
  drop(isExternallyAccessible, 'externalTrafficPolicy');
}

/** Of texts, numbers and lists of them. */
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
