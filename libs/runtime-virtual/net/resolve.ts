/** gethostbyname(3): addresses, /etc/hosts, then the cluster's DNS with its search domains. */
import { readWhole } from '../files/stat.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { isIp } from '#runtime';
import { candidates } from './names.js';

export function isAddress(text: string): boolean {
  return isIp(text) && text.split('.').every((part) => Number(part) < 256);
}

/** /etc/resolv.conf as it stands now. */
export function resolver(k: Kernel, p: Process): { servers: string[]; searches: string[]; options: string[] } {
  const text = readWhole(k, p, '/etc/resolv.conf');
  const found = { servers: [] as string[], searches: [] as string[], options: [] as string[] };
  for (const line of typeof text === 'string' ? text.split('\n') : []) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'nameserver' && rest[0]) found.servers.push(rest[0]);
    if (word === 'search' || word === 'domain') found.searches = rest;
    if (word === 'options') found.options.push(...rest);
  }
  return found;
}

/** All addresses of a name; empty: there is no such name. */
export function resolveAll(k: Kernel, p: Process, name: string): string[] {
  if (isAddress(name) || name === '::1' || name === '::') return [name];
  const hosts = readWhole(k, p, '/etc/hosts');
  const wanted = name.toLowerCase().replace(/\.$/, '');
  for (const line of typeof hosts === 'string' ? hosts.split('\n') : []) {
    const [ip = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isAddress(ip) && names.some((other) => other.toLowerCase() === wanted)) return [ip];
  }
  const { searches, options } = resolver(k, p);
  for (const candidate of candidates(name, searches, options)) {
    const answer = k.core.names.query(candidate);
    if (answer && answer.addresses.length > 0) return answer.addresses;
  }
  return [];
}
