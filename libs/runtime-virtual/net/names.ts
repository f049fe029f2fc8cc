/** Names as virtual pods see them: the cluster's, and those of the virtual web hosts. */
import { ServiceNames } from '#runtime';
import type { NameAnswer } from '#runtime';
import type { WebHost } from './web-hosts.js';

export class Names extends ServiceNames {
  private readonly webByIp: Map<string, string>;

  constructor(readonly web: Record<string, WebHost>) {
    super();
    this.webByIp = new Map(Object.entries(web).map(([name, host]) => [host.ip, name]));
  }

  override query(name: string, depth = 0): NameAnswer | undefined {
    const full = name.toLowerCase().replace(/\.$/, '');
    if (Object.hasOwn(this.web, full)) return { name: full, addresses: [this.web[full]!.ip], canonical: '' };
    return super.query(name, depth);
  }

  override reverse(ip: string): string | undefined {
    return super.reverse(ip) ?? this.webAt(ip);
  }

  /** The name of the virtual web host that has this address. */
  webAt(ip: string): string | undefined {
    return this.webByIp.get(ip);
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
