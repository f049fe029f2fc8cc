/** DNS as its clients ask for it: records of a type. */
import type { Names } from './names.js';

export interface DnsRecord {
  name: string;
  type: string;
  /** As dig prints it. */
  data: string;
}

export const TYPES = ['A', 'AAAA', 'ANY', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'];

/** The name under which an address is looked up. */
export const arpa = (ip: string): string => `${ip.split('.').reverse().join('.')}.in-addr.arpa`;

/** The address of such a name; undefined: it is none. */
function addressOf(name: string): string | undefined {
  const found = /^(\d{1,3}(?:\.\d{1,3}){3})\.in-addr\.arpa$/.exec(name);
  return found?.[1]!.split('.').reverse().join('.');
}

/** undefined: there is no such name. []: it has no records of that type. Names as given, without a dot at their end. */
export function lookUp(names: Names, name: string, type: string): DnsRecord[] | undefined {
  const full = name.toLowerCase().replace(/\.$/, '');
  const ip = addressOf(full);
  if (ip !== undefined) {
    const found = names.reverse(ip);
    if (found === undefined) return undefined;
    return type === 'PTR' || type === 'ANY' ? [{ name: full, type: 'PTR', data: `${found}.` }] : [];
  }
  const answer = names.query(full);
  const servers = names.servers(full);
  if (!answer && !servers) return undefined;
  const wants = (other: string) => type === other || type === 'ANY';
  const records: DnsRecord[] = [];
  if (answer && answer.canonical !== '' && (wants('CNAME') || type === 'A' || type === 'AAAA')) records.push({ name: full, type: 'CNAME', data: `${answer.canonical.replace(/\.$/, '')}.` });
  if (wants('A')) for (const address of answer?.addresses ?? []) records.push({ name: answer!.canonical.replace(/\.$/, '') || full, type: 'A', data: address });
  if (wants('SRV')) for (const { priority, weight, port, target } of servers ?? []) records.push({ name: full, type: 'SRV', data: `${priority} ${weight} ${port} ${target}.` });
  return records;
}
