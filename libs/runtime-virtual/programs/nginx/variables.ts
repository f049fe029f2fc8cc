/** nginx's variables. */
import { now } from '../../kernel/kernel.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Request } from '../../net/http.js';
import { formatTime } from '../times.js';
import type { ServerConfig, Settings, VariableMap } from './config.js';
import { fits, matchPerl } from './route.js';

/** One request on its way to its answer; `uri` changes as it is passed on within the server. */
export interface Exchange {
  request: Request;
  uri: string;
  args: string;
  host: string;
  ip: string;
  port: number;
  from: string;
  fromPort: number;
  server: ServerConfig;
  maps: VariableMap[];
  settings: Settings;
  captures: string[];
  variables: Record<string, string>;
  status: number;
  sent: number;
  version: string;
  /** host:port that proxy_pass names, and the address that answered. */
  proxyHost: string;
  upstream: string;
}

export function expand(k: Kernel, text: string, x: Exchange): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_all, braced?: string, plain?: string) => variable(k, braced ?? plain!, x));
}

function variable(k: Kernel, name: string, x: Exchange): string {
  const { request } = x;
  if (/^[1-9]$/.test(name)) return x.captures[Number(name)] ?? '';
  const own = x.variables[`$${name}`];
  if (own !== undefined) return own;
  const map = x.maps.find((other) => other.name === name);
  if (map) return mapped(k, map, x);
  if (name.startsWith('arg_')) return new URLSearchParams(x.args).get(name.slice(4)) ?? '';
  if (name.startsWith('http_')) return request.headers[name.slice(5).replaceAll('_', '-')] ?? '';
  const forwarded = request.headers['x-forwarded-for'];
  switch (name) {
    case 'remote_addr': return x.from;
    case 'remote_port': return String(x.fromPort);
    case 'remote_user': return '';
    case 'time_local': return formatTime(now(k), '%d/%b/%Y:%H:%M:%S +0000');
    case 'time_iso8601': return formatTime(now(k), '%Y-%m-%dT%H:%M:%S+00:00');
    case 'msec': return (now(k) / 1000).toFixed(3);
    case 'request': return `${request.method} ${request.target} ${request.version}`;
    case 'request_method': return request.method;
    case 'request_uri': return request.target;
    case 'request_body': return request.body;
    case 'request_length': return String(request.body.length);
    case 'request_time': return '0.000';
    case 'uri':
    case 'document_uri': return x.uri;
    case 'args':
    case 'query_string': return x.args;
    case 'is_args': return x.args === '' ? '' : '?';
    case 'host': return x.host;
    case 'hostname': return k.box.init.hostname;
    case 'server_name': return x.server.names[0] ?? '';
    case 'server_addr': return x.ip;
    case 'server_port': return String(x.port);
    case 'server_protocol': return request.version;
    case 'scheme': return 'http';
    case 'https': return '';
    case 'status': return String(x.status);
    case 'body_bytes_sent':
    case 'bytes_sent': return String(x.sent);
    case 'content_type': return request.headers['content-type'] ?? '';
    case 'content_length': return request.headers['content-length'] ?? '';
    case 'document_root': return x.settings.root;
    case 'proxy_host': return x.proxyHost;
    case 'upstream_addr': return x.upstream;
    case 'proxy_add_x_forwarded_for': return forwarded === undefined ? x.from : `${forwarded}, ${x.from}`;
    case 'nginx_version': return x.version;
    case 'pid': return '1';
    default: return '';
  }
}

/** Exact keys, names with a star, patterns in the order of the file, the default. */
function mapped(k: Kernel, map: VariableMap, x: Exchange): string {
  // A map that leads to itself ends here.
  if (x.variables[`$ ${map.name}`] !== undefined) return '';
  x.variables[`$ ${map.name}`] = '';
  try {
    const value = expand(k, map.source, x);
    const plain = map.entries.filter(([key]) => !key.startsWith('~'));
    const exact = plain.find(([key]) => key.toLowerCase() === value.toLowerCase());
    const graded = map.hostnames && !exact ? plain.map((entry) => ({ entry, grade: fits(entry[0].toLowerCase(), value.toLowerCase()) })).filter(({ grade }) => grade > 0) : [];
    const named = graded.sort((a, b) => b.grade - a.grade || b.entry[0].length - a.entry[0].length)[0]?.entry;
    const pattern = map.entries.find(([key]) => key.startsWith('~') && matchPerl(key.replace(/^~\*?/, ''), value, key.startsWith('~*')));
    return expand(k, (exact ?? named ?? pattern)?.[1] ?? map.default, x);
  } finally {
    delete x.variables[`$ ${map.name}`];
  }
}

/** A line of the access log: what is empty shows as a dash. */
export function logLine(k: Kernel, format: string, x: Exchange): string {
  return `${format.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_all, braced?: string, plain?: string) => variable(k, braced ?? plain!, x) || '-')}\n`;
}
