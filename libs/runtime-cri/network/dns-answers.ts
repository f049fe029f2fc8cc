import type { Answer, Packet, Question } from 'dns-packet';
import { ServiceNames, type ServiceEntry } from '#runtime';

const TTL = 5;
const AUTHORITATIVE = 1 << 10;
const RECURSION_DESIRED = 1 << 8;
const RECURSION_AVAILABLE = 1 << 7;
const NXDOMAIN = 3;
/**
 * What a resolver makes of a Service's bare name with the second and the third of a pod's search domains. They are said to be there and to have
 * nothing: nslookup of busybox from 1.29 on asks for all of the search list, and fails when one is NXDOMAIN (docs/differences.md).
 */
const SEARCHED = /^[^.]+\.(svc\.)?cluster\.local$/;

/** The cluster's names as DNS messages. */
export class DnsAnswers {
  private readonly names = new ServiceNames();

  constructor(services: ServiceEntry[]) {
    this.names.setServices(services);
  }

  /** Answers a query. There is no way out of the pods' network, so that no other server is asked: what is not known is not there. */
  respond(query: Packet): Packet {
    const question = query.questions?.[0];
    const answers = question && this.answersTo(question);
    return {
      type: 'response',
      id: query.id,
      flags: AUTHORITATIVE | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED) | (answers ? 0 : NXDOMAIN),
      questions: query.questions,
      answers: answers ?? [],
    };
  }

  /** undefined: there is no such name. None: it has nothing of this type. */
  private answersTo({ name, type }: Question): Answer[] | undefined {
    const full = name.toLowerCase().replace(/\.$/, '');
    if (full.endsWith('.in-addr.arpa')) return this.reverse(name, full, type);
    const found = this.names.query(full);
    const servers = this.names.servers(full);
    if (!found && !servers) return SEARCHED.test(full) ? [] : undefined;
    if (type === 'SRV') return (servers ?? []).map((data): Answer => ({ type, name, ttl: TTL, data }));
    const alias: Answer[] = found?.canonical ? [{ type: 'CNAME', name, ttl: TTL, data: found.canonical }] : [];
    if (type !== 'A') return alias;
    return [...alias, ...(found?.addresses ?? []).map((data): Answer => ({ type: 'A', name: found?.canonical || name, ttl: TTL, data }))];
  }

  private reverse(name: string, full: string, type: string): Answer[] | undefined {
    const data = this.names.reverse(full.split('.').slice(0, 4).reverse().join('.'));
    if (data === undefined) return undefined;
    return type === 'PTR' ? [{ type, name, ttl: TTL, data }] : [];
  }
}
