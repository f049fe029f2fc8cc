/** Source: validateContainerPorts, checkHostPortConflicts in pkg/apis/core/validation. */
import type { Container } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, invalid, notSupported, required } from './causes.js';
import { isIp, portFaults, portNameFaults } from './names.js';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

/** `taken`: the host ports of the pod's containers so far. */
export function portCauses({ ports = [] }: Container, path: string, hostNetwork: boolean, taken: Set<string>): FieldCause[] {
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
    if (hostNetwork && port.hostPort && port.hostPort !== port.containerPort) {
      causes.push(invalid(`${at}.hostPort`, port.hostPort, 'must match `containerPort` when `hostNetwork` is true'));
    }
    if (port.hostPort) {
      const text = `${port.protocol ?? 'TCP'}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (taken.has(text)) causes.push(duplicate(`${at}.hostPort`, text));
      taken.add(text);
    }
  }
  return causes;
}
