/** Names and addresses: the Service table that the host gives, and the virtual web hosts. Pure lookups over tables. */
import type { ServiceEntry } from '#runtime';
import { webHostAt, WEB_HOSTS } from './web-hosts.js';

/** Where a connection really goes. `web`: to this virtual web host. */
export interface Target {
  ip: string;
  port: number;
  web?: string;
}

export interface Answer {
  name: string;
  addresses: string[];
  /** Set where the name is an alias. */
  canonical: string;
}

const CLUSTER = 'cluster.local';
const isAddress = (ip: string) => /^\d{1,3}(\.\d{1,3}){3}$/.test(ip);

export class Names {
  private byName = new Map<string, ServiceEntry>();
  private byIp = new Map<string, ServiceEntry>();
  /** Round robin over a Service port's endpoints. */
  private readonly turns = new Map<string, number>();

  setServices(services: ServiceEntry[]): void {
    this.byName = new Map(services.map((service) => [`${service.name}.${service.namespace}.svc.${CLUSTER}`, service]));
    this.byIp = new Map(services.filter((service) => isAddress(service.ip)).map((service) => [service.ip, service]));
  }

  /** Looks up one full name, as the cluster's DNS server does. undefined: NXDOMAIN. */
  query(name: string, depth = 0): Answer | undefined {
    const full = name.toLowerCase().replace(/\.$/, '');
    const service = this.byName.get(full);
    if (service) return this.answerService(full, service, depth);
    const pod = /^(\d+-\d+-\d+-\d+)\.[^.]+\.pod\.cluster\.local$/.exec(full);
    if (pod) return { name: full, addresses: [pod[1]!.replaceAll('-', '.')], canonical: '' };
    if (Object.hasOwn(WEB_HOSTS, full)) return { name: full, addresses: [WEB_HOSTS[full]!.ip], canonical: '' };
    return undefined;
  }

  private answerService(name: string, service: ServiceEntry, depth: number): Answer | undefined {
    if (service.externalName) {
      const target = depth < 8 ? this.query(service.externalName, depth + 1) : undefined;
      return { name, addresses: target?.addresses ?? [], canonical: service.externalName };
    }
    if (isAddress(service.ip)) return { name, addresses: [service.ip], canonical: '' };
    const addresses = [...new Set(service.ports.flatMap((port) => port.targets.map((target) => target.ip)))];
    return addresses.length > 0 ? { name, addresses, canonical: '' } : undefined;
  }

  /** The name that an address has in DNS, or undefined. */
  reverse(ip: string): string | undefined {
    const service = this.byIp.get(ip);
    if (service) return `${service.name}.${service.namespace}.svc.${CLUSTER}`;
    return webHostAt(ip);
  }

  /** Where a connection to ip:port goes: a Service's address leads to one of its ready endpoints in turn. undefined: no route. */
  route(ip: string, port: number): Target | 'refused' | undefined {
    const service = this.byIp.get(ip);
    if (service) {
      const found = service.ports.find((other) => other.port === port);
      if (!found || found.targets.length === 0) return 'refused';
      const key = `${ip}:${port}`;
      const turn = this.turns.get(key) ?? 0;
      this.turns.set(key, turn + 1);
      return found.targets[turn % found.targets.length];
    }
    const web = webHostAt(ip);
    if (web !== undefined) return port === 80 || port === 443 ? { ip, port, web } : 'refused';
    return isAddress(ip) ? { ip, port } : undefined;
  }
}

/** The full names that a resolver asks for, in order (resolv.conf: search, ndots). */
export function candidates(name: string, searches: string[], options: string[]): string[] {
  if (name.endsWith('.')) return [name];
  const ndots = Number(options.find((option) => option.startsWith('ndots:'))?.slice(6) ?? 1);
  const dots = name.split('.').length - 1;
  const searched = searches.map((search) => `${name}.${search}`);
  return dots >= ndots ? [name, ...searched] : [...searched, name];
}
