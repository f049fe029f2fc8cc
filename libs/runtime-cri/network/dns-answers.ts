import type { Answer, Packet, Question } from 'dns-packet';
import type { ServiceEntry } from '#runtime';

const DOMAIN = 'cluster.local';
const TTL = 5;
const AUTHORITATIVE = 1 << 10;
const NXDOMAIN = 3;
const MOST_ALIASES = 8;
/**
 * What a resolver makes of a Service's bare name with the second and the third of a pod's search domains. They are said to be there and to have
 * nothing: nslookup of busybox from 1.29 on asks for all of the search list, and fails when one is NXDOMAIN (docs/differences.md).
 */
const SEARCHED = /^[^.]+\.(svc\.)?cluster\.local$/;
const isAddress = (ip: string) => /^\d{1,3}(\.\d{1,3}){3}$/.test(ip);

/** The names of the cluster: those of Services, of their ports (SRV) and of pods' addresses. Source: the DNS specification for Kubernetes. */
export class ClusterNames {
  private readonly services: Map<string, ServiceEntry>;
  private readonly names: Map<string, string>;

  constructor(services: ServiceEntry[]) {
    const nameOf = ({ name, namespace }: ServiceEntry) => `${name}.${namespace}.svc.${DOMAIN}`;
    this.services = new Map(services.map((service) => [nameOf(service), service]));
    this.names = new Map(services.filter(({ ip }) => isAddress(ip)).map((service) => [service.ip, nameOf(service)]));
  }

  /** Answers a query. There is no way out of the pods' network, so that no other server is asked: what is not known is not there. */
  respond(query: Packet): Packet {
    const question = query.questions?.[0];
    const answers = question && this.answersTo(question, 0);
    return {
      type: 'response',
      id: query.id,
      // The query's "recursion desired" comes back, as resolvers expect.
      flags: AUTHORITATIVE | ((query.flags ?? 0) & (1 << 8)) | (1 << 7) | (answers ? 0 : NXDOMAIN),
      questions: query.questions,
      answers: answers ?? [],
    };
  }

  /** undefined: there is no such name. None: it has nothing of this type. */
  private answersTo({ name, type }: Question, depth: number): Answer[] | undefined {
    const full = name.toLowerCase().replace(/\.$/, '');
    if (full.endsWith('.in-addr.arpa')) return this.reverse(name, full, type);
    const pod = /^(\d+-\d+-\d+-\d+)\.[^.]+\.pod\.cluster\.local$/.exec(full);
    if (pod) return addresses(name, type, [pod[1]!.replaceAll('-', '.')]);
    const service = this.services.get(full);
    if (!service) return SEARCHED.test(full) ? [] : this.ports(name, full, type);
    if (service.externalName) {
      const alias: Answer = { type: 'CNAME', name, ttl: TTL, data: service.externalName };
      return [alias, ...(depth < MOST_ALIASES ? (this.answersTo({ name: service.externalName, type }, depth + 1) ?? []) : [])];
    }
    if (isAddress(service.ip)) return addresses(name, type, [service.ip]);
    const ready = [...new Set(service.ports.flatMap(({ targets }) => targets.map(({ ip }) => ip)))];
    return ready.length > 0 ? addresses(name, type, ready) : undefined;
  }

  /** _port._protocol.service: where a named port is. */
  private ports(name: string, full: string, type: string): Answer[] | undefined {
    const match = /^_([^.]+)\._(tcp|udp|sctp)\.(.+)$/.exec(full);
    const service = match && this.services.get(match[3]!);
    if (!service) return undefined;
    const port = service.ports.find((one) => one.name === match[1] && one.protocol.toLowerCase() === match[2]);
    if (!port) return undefined;
    return type === 'SRV' ? [{ type: 'SRV', name, ttl: TTL, data: { priority: 0, weight: 100, port: port.port, target: match[3]! } }] : [];
  }

  private reverse(name: string, full: string, type: string): Answer[] | undefined {
    const found = this.names.get(full.split('.').slice(0, 4).reverse().join('.'));
    if (found === undefined) return undefined;
    return type === 'PTR' ? [{ type: 'PTR', name, ttl: TTL, data: found }] : [];
  }
}

function addresses(name: string, type: string, ips: string[]): Answer[] {
  return type === 'A' || type === 'ANY' ? ips.map((ip): Answer => ({ type: 'A', name, ttl: TTL, data: ip })) : [];
}
