/** The variables that tell a container of Services. Source: pkg/kubelet/envvars/envvars.go. */
import type { ServiceEntry } from '#runtime';

/** Of the pod's own namespace, and of `kubernetes` in default. Headless Services and those without ports have none. */
export function serviceEnvironment(namespace: string, services: readonly ServiceEntry[], links: boolean): Map<string, string> {
  const variables = new Map<string, string>();
  const isMaster = (service: ServiceEntry) => service.namespace === 'default' && service.name === 'kubernetes';
  for (const service of services) {
    if (!isMaster(service) && !(links && service.namespace === namespace)) continue;
    if (service.ip === '' || service.ip === 'None' || service.ports.length === 0) continue;
    addService(variables, service);
  }
  return variables;
}

function addService(variables: Map<string, string>, { name, ip, ports }: ServiceEntry): void {
  const prefix = variableName(name);
  const first = ports[0]!;
  variables.set(`${prefix}_SERVICE_HOST`, ip);
  variables.set(`${prefix}_SERVICE_PORT`, String(first.port));
  for (const port of ports) if (port.name) variables.set(`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port));
  const url = (port: { protocol: string; port: number }) => `${(port.protocol || 'TCP').toLowerCase()}://${ip.includes(':') ? `[${ip}]` : ip}:${port.port}`;
  variables.set(`${prefix}_PORT`, url(first));
  for (const port of ports) {
    const protocol = port.protocol || 'TCP';
    const portPrefix = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`;
    variables.set(portPrefix, url(port));
    variables.set(`${portPrefix}_PROTO`, protocol.toLowerCase());
    variables.set(`${portPrefix}_PORT`, String(port.port));
    variables.set(`${portPrefix}_ADDR`, ip);
  }
}

const variableName = (name: string): string => name.toUpperCase().replaceAll('-', '_');
