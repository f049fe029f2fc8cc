/** The cluster's DNS: what the Service table says of a name or an address. Pure lookups, for every runtime's DNS server. Source: the DNS specification for Kubernetes. */
import type { ServiceEntry } from './port.js';

export interface NameAnswer {
  name: string;
  addresses: string[];
  /** Set where the name is an alias. */
  canonical: string;
}

export interface ServerRecord {
  priority: number;
  weight: number;
  port: number;
  target: string;
}

const CLUSTER = 'cluster.local';
const SERVICE = /^(?:(.+)\.)?([^.]+\.[^.]+\.svc\.cluster\.local)$/;
const MOST_ALIASES = 8;
/** The DNS server's own Service, which no table holds. */
const DNS_NAME = `kube-dns.kube-system.svc.${CLUSTER}`;
/** Where every pod finds its DNS server. */
export const CLUSTER_DNS = '10.96.0.10';

export const isIp = (text: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(text);
const dashed = (ip: string) => ip.replaceAll('.', '-');
const nameOf = ({ name, namespace }: ServiceEntry) => `${name}.${namespace}.svc.${CLUSTER}`;

export class ServiceNames {
  private byName = new Map<string, ServiceEntry>();
  private byIp = new Map<string, ServiceEntry>();

  setServices(services: ServiceEntry[]): void {
    this.byName = new Map(services.map((service) => [nameOf(service), service]));
    this.byIp = new Map(services.filter((service) => isIp(service.ip)).map((service) => [service.ip, service]));
  }

  /** Looks up one full name, as the cluster's DNS server does. undefined: NXDOMAIN. */
  query(name: string, depth = 0): NameAnswer | undefined {
    const full = name.toLowerCase().replace(/\.$/, '');
    if (full === DNS_NAME) return { name: full, addresses: [CLUSTER_DNS], canonical: '' };
    const [, label, rest] = SERVICE.exec(full) ?? [];
    const service = rest === undefined ? undefined : this.byName.get(rest);
    if (service) return label === undefined ? this.answerService(full, service, depth) : answerEndpoint(full, label, service);
    const pod = /^(\d+-\d+-\d+-\d+)\.[^.]+\.pod\.cluster\.local$/.exec(full);
    if (pod) return { name: full, addresses: [pod[1]!.replaceAll('-', '.')], canonical: '' };
    return undefined;
  }

  private answerService(name: string, service: ServiceEntry, depth: number): NameAnswer | undefined {
    if (service.externalName) {
      const target = depth < MOST_ALIASES ? this.query(service.externalName, depth + 1) : undefined;
      return { name, addresses: target?.addresses ?? [], canonical: service.externalName };
    }
    if (isIp(service.ip)) return { name, addresses: [service.ip], canonical: '' };
    const addresses = [...new Set(endpointsOf(service).map(({ ip }) => ip))];
    return addresses.length > 0 ? { name, addresses, canonical: '' } : undefined;
  }

  /** SRV records: `_port._protocol.service.namespace.svc.cluster.local`, or all ports of a Service by its name. undefined: NXDOMAIN. */
  servers(name: string): ServerRecord[] | undefined {
    const full = name.toLowerCase().replace(/\.$/, '');
    const [, label, rest = ''] = SERVICE.exec(full) ?? [];
    const service = this.byName.get(rest);
    const [, wanted, protocol] = /^_([^.]+)\._(tcp|udp|sctp)$/.exec(label ?? '') ?? [];
    if (!service || service.externalName || (label !== undefined && wanted === undefined)) return undefined;
    const ports = service.ports.filter((port) => wanted === undefined || (port.name === wanted && port.protocol.toLowerCase() === protocol));
    const records = isIp(service.ip)
      ? ports.map(({ port }) => ({ port, target: rest }))
      : ports.flatMap(({ targets }) => targets.map(({ ip, port }) => ({ port, target: `${labelOf(service, ip)}.${rest}` })));
    return records.length === 0 ? undefined : records.map((record) => ({ priority: 0, weight: Math.floor(100 / records.length), ...record }));
  }

  /** The name that an address has in DNS, or undefined. */
  reverse(ip: string): string | undefined {
    if (ip === CLUSTER_DNS) return DNS_NAME;
    const service = this.byIp.get(ip);
    if (service) return nameOf(service);
    for (const headless of this.byName.values()) {
      if (isIp(headless.ip) || headless.externalName || !endpointsOf(headless).some((endpoint) => endpoint.ip === ip)) continue;
      return `${labelOf(headless, ip)}.${nameOf(headless)}`;
    }
    return undefined;
  }
}

const endpointsOf = (service: ServiceEntry): { ip: string; hostname?: string }[] => service.endpoints ?? service.ports.flatMap((port) => port.targets);
const labelOf = (service: ServiceEntry, ip: string) => endpointsOf(service).find((endpoint) => endpoint.ip === ip)?.hostname ?? dashed(ip);

/** A pod's own name below its Service's: its hostname, where it has asked for one (hostname and subdomain), else its address with dashes. */
function answerEndpoint(name: string, label: string, service: ServiceEntry): NameAnswer | undefined {
  if (isIp(service.ip) || service.externalName) return undefined;
  const addresses = endpointsOf(service).filter(({ ip, hostname }) => (hostname ?? dashed(ip)) === label);
  return addresses.length > 0 ? { name, addresses: [...new Set(addresses.map(({ ip }) => ip))], canonical: '' } : undefined;
}
