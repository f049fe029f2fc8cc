/** Which server and which location answer a request. */
import { RE2JS } from 're2js';
import { ANY } from '../../net/sockets.js';
import type { Config, Location, ServerConfig } from './config.js';

const expressions = new Map<string, RE2JS>();

function expression(pattern: string, caseless: boolean): RE2JS {
  const key = `${caseless ? 'i' : 'c'}${pattern}`;
  let found = expressions.get(key);
  if (!found) {
    found = RE2JS.compile(pattern, caseless ? RE2JS.CASE_INSENSITIVE : 0);
    if (expressions.size > 500) expressions.clear();
    expressions.set(key, found);
  }
  return found;
}

/** The groups of a match, the whole match first; undefined: none. Linear in the text. */
export function matchPerl(pattern: string, text: string, caseless = false): string[] | undefined {
  const matcher = expression(pattern, caseless).matcher(text);
  if (!matcher.find()) return undefined;
  return Array.from({ length: matcher.groupCount() + 1 }, (_, i) => matcher.group(i) ?? '');
}

/** How well a name of server_name fits a host: 0 not at all, 4 exactly. */
export function fits(name: string, host: string): number {
  if (name === host) return 4;
  if (name.startsWith('.') && (host === name.slice(1) || host.endsWith(name))) return 3;
  if (name.startsWith('*.') && host.endsWith(name.slice(1)) && host.length >= name.length) return 3;
  if (name.endsWith('.*') && host.startsWith(name.slice(0, -1))) return 2;
  return name.startsWith('~') && matchPerl(name.slice(1), host) ? 1 : 0;
}

/** `ip` and `port`: where the connection came in. Servers of just that address go before those of all. */
export function findServer(config: Config, ip: string, port: number, host: string): ServerConfig | undefined {
  const own = config.servers.some((server) => server.listens.some((listen) => listen.port === port && listen.ip === ip));
  const fitting = ({ listens }: ServerConfig) => listens.filter((listen) => listen.port === port && listen.ip === (own ? ip : ANY));
  const there = config.servers.filter((server) => fitting(server).length > 0);
  let best: ServerConfig | undefined;
  let grade = 0;
  for (const server of there) {
    const fit = Math.max(0, ...server.names.map((name) => fits(name.toLowerCase(), host)));
    if (fit > grade) [best, grade] = [server, fit];
  }
  return best ?? there.find((server) => fitting(server).some(({ isDefault }) => isDefault)) ?? there[0];
}

export interface Found {
  location: Location;
  captures: string[];
}

/** nginx's order: exact; the longest prefix, which `^~` makes final; expressions in the order of the file; the longest prefix. */
export function findLocation(locations: Location[], uri: string): Found | undefined {
  let prefix: Location | undefined;
  for (const location of locations) {
    if (location.kind === 'exact' && location.pattern === uri) return { location, captures: [] };
    if ((location.kind === 'prefix' || location.kind === 'first') && uri.startsWith(location.pattern) && location.pattern.length >= (prefix?.pattern.length ?? 0)) prefix = location;
  }
  const inner = prefix && prefix.locations.length > 0 ? findLocation(prefix.locations, uri) : undefined;
  if (inner) return inner;
  if (prefix?.kind !== 'first') {
    for (const location of locations) {
      if (location.kind !== 'regex') continue;
      const captures = matchPerl(location.pattern, uri, location.caseless);
      if (captures) return { location, captures };
    }
  }
  return prefix && { location: prefix, captures: [] };
}

/** The path of a request target: decoded, without "." and ".."; undefined: it leads out of the root, or is no path. */
export function normalize(target: string): { uri: string; args: string } | undefined {
  const question = target.indexOf('?');
  const raw = question < 0 ? target : target.slice(0, question);
  if (!raw.startsWith('/') || /%(?![0-9a-fA-F]{2})/.test(raw)) return undefined;
  const path = raw.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') {
      if (names.pop() === undefined) return undefined;
    } else if (name !== '' && name !== '.') names.push(name);
  }
  const uri = `/${names.join('/')}${names.length > 0 && /\/\.{0,2}$/.test(path) ? '/' : ''}`;
  return { uri, args: question < 0 ? '' : target.slice(question + 1) };
}
