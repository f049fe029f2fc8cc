/** Source: validateContainerPorts, checkHostPortConflicts in pkg/apis/core/validation. */
import type { Container, PodSpec } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, invalid, notSupported, required } from './causes.js';
import { isIp, portFaults, portNameFaults } from './names.js';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function portCauses({ ports = [] }: Container, path: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${path}.ports[${index}]`;
    if (port.name) {
      const faults = portNameFaults(port.name);
      causes.push(...faults.map((why) => invalid(`${at}.name`, port.name, why)));
      if (faults.length === 0 && names.has(port.name)) causes.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) causes.push(required(`${at}.containerPort`));
    else causes.push(...portFaults(port.containerPort).map((why) => invalid(`${at}.containerPort`, port.containerPort, why)));
    if (port.hostPort) causes.push(...portFaults(port.hostPort).map((why) => invalid(`${at}.hostPort`, port.hostPort, why)));
    if (port.hostIP && !isIp(port.hostIP)) causes.push(invalid(`${at}.hostIP`, port.hostIP, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
    if (!port.protocol) causes.push(required(`${at}.protocol`));
    else if (!PROTOCOLS.includes(port.protocol)) causes.push(notSupported(`${at}.protocol`, port.protocol, PROTOCOLS));
  }
  return causes;
}

/** `taken`: the host ports of the containers before it. */
export function hostPortCauses({ ports = [] }: Container, path: string, taken: Set<string>): FieldCause[] {
  return ports.flatMap(({ protocol = 'TCP', hostIP = '', hostPort }, index) => {
    if (!hostPort) return [];
    const text = `${protocol}/${hostIP}/${hostPort}`;
    if (taken.has(text)) return [duplicate(`${path}.ports[${index}].hostPort`, text)];
    taken.add(text);
    return [];
  });
}

/** Source: validatePodHostNetworkDeps. */
export function hostNetworkCauses({ hostNetwork, containers = [] }: PodSpec): FieldCause[] {
  if (!hostNetwork) return [];
  const ports = containers.flatMap((container, index) => (container.ports ?? []).map((port, place) => ({ port, at: `spec.containers[${index}].ports[${place}].hostPort` })));
  return ports.flatMap(({ port, at }) => ((port.hostPort ?? 0) === port.containerPort ? [] : [invalid(at, port.hostPort ?? 0, 'must match `containerPort` when `hostNetwork` is true')]));
}
