/** gethostbyname(3): addresses, /etc/hosts, then the cluster's DNS with its search domains. */
import { readWhole } from '../files/stat.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Process } from '../kernel/state.js';
import { candidates } from './names.js';

export function isAddress(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
}

/** All addresses of a name; empty: there is no such name. */
export function resolveAll(k: Kernel, p: Process, name: string): string[] {
  if (isAddress(name)) return [name];
  const hosts = readWhole(k, p, '/etc/hosts');
  const wanted = name.toLowerCase().replace(/\.$/, '');
  for (const line of typeof hosts === 'string' ? hosts.split('\n') : []) {
    const [ip = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isAddress(ip) && names.some((other) => other.toLowerCase() === wanted)) return [ip];
  }
  const { searches, options } = k.box.init.dns;
  for (const candidate of candidates(name, searches, options)) {
    const answer = k.core.names.query(candidate);
    if (answer && answer.addresses.length > 0) return answer.addresses;
  }
  return [];
}
