/** From nginx.conf and what it includes to a Config; the mistakes nginx would find are found, in its words. */
import { RE2JS } from 're2js';
import { list, readWhole } from '../../files/stat.js';
import { errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Process } from '../../kernel/state.js';
import { resolveAll } from '../../net/resolve.js';
import { ANY } from '../../net/sockets.js';
import { COMBINED, DEFAULTS, IGNORED } from './config.js';
import type { Config, Location, ServerConfig, Settings, VariableMap } from './config.js';
import { set, SETTINGS } from './settings.js';
import { ConfigError, parseConfig, place } from './syntax.js';
import type { Directive } from './syntax.js';

const PREFIX = '/etc/nginx/';
const MAX_INCLUDES = 16;
const bad = (directive: Directive, message: string) => new ConfigError(message + place(directive));

/** @throws ConfigError */
export function readConfig(k: Kernel, p: Process, file: string, globals: string): Config {
  const config: Config = { servers: [], upstreams: {}, maps: [], types: {}, logFormats: { combined: COMBINED }, errorLog: '/var/log/nginx/error.log', pid: '/run/nginx.pid', daemon: true, masterProcess: true, warnings: [] };
  const reader = new Reader(k, p, config);
  reader.top(parseConfig(globals, 'command line'));
  const text = readWhole(k, p, file);
  if (typeof text === 'number') throw new ConfigError(`open() "${file}" failed (${-text}: ${errorMessage(text)})`);
  const directives = reader.included(parseConfig(text, file), 0);
  if (!directives.some(({ name }) => name === 'events')) throw new ConfigError('no "events" section in configuration');
  reader.top(directives);
  checkNames(config);
  return config;
}

class Reader {
  constructor(
    private readonly k: Kernel,
    private readonly p: Process,
    private readonly config: Config,
  ) {}

  /** The directives with what `include` names put in its place. */
  included(directives: Directive[], depth: number): Directive[] {
    if (depth > MAX_INCLUDES) throw new ConfigError('too many nested includes');
    return directives.flatMap((directive) => {
      if (directive.name !== 'include') return [directive.block ? { ...directive, block: this.included(directive.block, depth) } : directive];
      const path = absolutePath(directive.args[0] ?? '');
      return this.matching(path).flatMap((file) => {
        const text = readWhole(this.k, this.p, file);
        if (typeof text === 'number') throw bad(directive, `open() "${file}" failed (${-text}: ${errorMessage(text)})`);
        return this.included(parseConfig(text, file), depth + 1);
      });
    });
  }

  private matching(path: string): string[] {
    if (!/[*?[]/.test(path)) return [path];
    const folder = path.slice(0, path.lastIndexOf('/'));
    const pattern = new RegExp(`^${path.slice(folder.length + 1).replace(/[\\^$.+()|{}]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`);
    const names = list(this.k, this.p, folder);
    return typeof names === 'number' ? [] : names.filter((name) => !name.startsWith('.') && pattern.test(name)).sort().map((name) => `${folder}/${name}`);
  }

  top(directives: Directive[]): void {
    for (const directive of directives) {
      const [value = ''] = directive.args;
      if (directive.name === 'http') this.http(directive.block ?? []);
      else if (directive.name === 'events') for (const inner of directive.block ?? []) this.known(inner);
      else if (directive.name === 'daemon') this.config.daemon = value === 'on';
      else if (directive.name === 'master_process') this.config.masterProcess = value === 'on';
      else if (directive.name === 'pid') this.config.pid = absolutePath(value);
      else if (directive.name === 'error_log') this.config.errorLog = logPath(value);
      else if (directive.name === 'stream' || directive.name === 'mail') throw bad(directive, `unknown directive "${directive.name}"`);
      else this.known(directive);
    }
  }

  private known(directive: Directive): void {
    if (IGNORED.has(directive.name)) return;
    if (Object.hasOwn(SETTINGS, directive.name) || ['server', 'location', 'listen', 'server_name', 'upstream', 'log_format', 'types'].includes(directive.name)) {
      throw bad(directive, `"${directive.name}" directive is not allowed here`);
    }
    if (directive.name.startsWith('ssl_')) throw bad(directive, `"${directive.name}": TLS is not in the virtual nginx`);
    throw bad(directive, `unknown directive "${directive.name}"`);
  }

  private http(directives: Directive[]): void {
    const settings = this.settings(DEFAULTS, directives, ['server', 'upstream', 'types', 'log_format', 'map', 'geo', 'split_clients']);
    for (const directive of directives) {
      const [name = '', ...rest] = directive.args;
      if (directive.name === 'types') {
        for (const { name: type, args } of directive.block ?? []) for (const extension of args) this.config.types[`.${extension}`] = type;
      } else if (directive.name === 'log_format') {
        this.config.logFormats[name] = rest.filter((part) => !part.startsWith('escape=')).join('');
      } else if (directive.name === 'upstream') this.upstream(directive, name);
      else if (directive.name === 'map') this.map(directive);
      else if (['geo', 'split_clients'].includes(directive.name)) throw bad(directive, `"${directive.name}" is not in the virtual nginx`);
    }
    for (const directive of directives) if (directive.name === 'server') this.config.servers.push(this.server(directive, settings));
    for (const { path, format } of settings.accessLogs) {
      if (path !== '' && !Object.hasOwn(this.config.logFormats, format)) throw new ConfigError(`unknown log format "${format}"`);
    }
  }

  private map(directive: Directive): void {
    const [source = '', variable = ''] = directive.args;
    if (directive.args.length !== 2 || !directive.block) throw bad(directive, 'invalid number of arguments in "map" directive');
    if (!/^\$\w+$/.test(variable)) throw bad(directive, `invalid variable name "${variable}"`);
    const map: VariableMap = { name: variable.slice(1), source, default: '', hostnames: false, entries: [] };
    for (const inner of directive.block) {
      if (inner.name === 'hostnames' && inner.args.length === 0) map.hostnames = true;
      else if (inner.name === 'volatile' && inner.args.length === 0) continue;
      else if (inner.args.length !== 1) throw bad(inner, 'invalid number of the map parameters');
      else if (inner.name === 'default') map.default = inner.args[0]!;
      else {
        if (inner.name.startsWith('~')) checkRegex(inner, inner.name.replace(/^~\*?/, ''));
        // A backslash makes a key of what would be something else.
        map.entries.push([inner.name.replace(/^\\/, ''), inner.args[0]!]);
      }
    }
    this.config.maps.push(map);
  }

  private upstream(directive: Directive, name: string): void {
    const servers = (directive.block ?? []).filter((inner) => inner.name === 'server' && !inner.args.includes('down') && !inner.args.includes('backup'));
    if (servers.length === 0) throw bad(directive, `no servers are inside upstream`);
    this.config.upstreams[name] = servers.flatMap((inner) => {
      const address = (inner.args[0] ?? '').includes(':') ? inner.args[0]! : `${inner.args[0]}:80`;
      this.resolve(inner, address.replace(/:\d+$/, ''));
      return Array.from({ length: Number(inner.args.find((arg) => arg.startsWith('weight='))?.slice(7) ?? 1) || 1 }, () => address);
    });
  }

  private resolve(directive: Directive, host: string): void {
    if (resolveAll(this.k, this.p, host).length === 0) throw bad(directive, `host not found in upstream "${host}"`);
  }

  private server(directive: Directive, from: Settings): ServerConfig {
    const block = directive.block ?? [];
    const server: ServerConfig = { listens: [], names: [], locations: [], settings: this.settings(from, block, ['listen', 'server_name', 'location']) };
    for (const inner of block) {
      if (inner.name === 'listen') this.listen(inner, server);
      else if (inner.name === 'server_name') server.names.push(...inner.args);
    }
    if (server.listens.length === 0) server.listens.push({ ip: ANY, port: 80, isDefault: false });
    server.locations = this.locations(block, server.settings);
    return server;
  }

  private listen(directive: Directive, server: ServerConfig): void {
    const [address = '', ...flags] = directive.args;
    if (flags.includes('ssl')) throw bad(directive, 'the "ssl" parameter of "listen": TLS is not in the virtual nginx');
    const found = /^(?:(\[[^\]]*\]|[^:\s]+):)?(\d+)$/.exec(address);
    const port = found ? Number(found[2]) : 80;
    const host = found ? found[1] ?? '' : address;
    if (address.startsWith('unix:') || (!found && !/^(\[[^\]]*\]|[\w.*-]+)$/.test(address))) throw bad(directive, `invalid host in "${address}" of the "listen" directive`);
    if (port < 1 || port > 65_535) throw bad(directive, `invalid port in "${address}" of the "listen" directive`);
    const isDefault = flags.includes('default_server') || flags.includes('default');
    // Pods have IPv4 alone: IPv6's words for all addresses and for loopback are those of IPv4.
    const ip = ['', '*', '[::]'].includes(host) ? ANY : host === '[::1]' ? '127.0.0.1' : resolveAll(this.k, this.p, host)[0];
    if (ip === undefined) throw bad(directive, `host not found in "${address}" of the "listen" directive`);
    if (server.listens.some((listen) => listen.port === port && listen.ip === ip)) {
      if (!address.startsWith('[')) throw bad(directive, `a duplicate listen ${ip}:${port}`);
      return;
    }
    if (isDefault && this.config.servers.some((other) => other.listens.some((listen) => listen.port === port && listen.ip === ip && listen.isDefault))) {
      throw bad(directive, `a duplicate default server for ${ip}:${port}`);
    }
    server.listens.push({ ip, port, isDefault });
  }

  private locations(directives: Directive[], from: Settings): Location[] {
    return directives.filter(({ name }) => name === 'location').map((directive) => {
      const [first = '', second] = directive.args;
      const block = directive.block ?? [];
      const kinds: Record<string, Location['kind']> = { '=': 'exact', '^~': 'first', '~': 'regex', '~*': 'regex' };
      const kind = second === undefined ? (first.startsWith('@') ? 'named' : 'prefix') : kinds[first];
      if (kind === undefined) throw bad(directive, `invalid location modifier "${first}"`);
      const pattern = second ?? first;
      if (kind === 'regex') checkRegex(directive, pattern);
      const inherited: Settings = { ...from, alias: '', answer: null, rewrites: [], tryFiles: [], proxy: '', stubStatus: false };
      const settings = this.settings(inherited, block, ['location', 'internal']);
      return { kind, pattern, caseless: first === '~*', settings, locations: this.locations(block, settings), internal: block.some(({ name }) => name === 'internal') };
    });
  }

  /** What the block's own directives make of what it inherits. `others` are dealt with elsewhere. */
  private settings(from: Settings, directives: Directive[], others: string[]): Settings {
    const settings = structuredClone(from);
    const own = new Set<string>();
    for (const directive of directives) {
      if (others.includes(directive.name)) continue;
      if (directive.name === 'error_log') this.config.errorLog = logPath(directive.args[0] ?? '');
      else if (directive.name === 'if') throw bad(directive, '"if" is not in the virtual nginx');
      else if (Object.hasOwn(SETTINGS, directive.name)) set(settings, directive, own, (host) => this.resolve(directive, host), this.config);
      else this.known(directive);
    }
    return settings;
  }
}

export function checkRegex(directive: Directive, pattern: string): void {
  try {
    RE2JS.compile(pattern);
  } catch (error) {
    throw bad(directive, `pcre2_compile() failed: ${(error as Error).message} in "${pattern}"`);
  }
}

/** The same name twice on a port is a warning: the second is not used. */
function checkNames(config: Config): void {
  const seen = new Set<string>();
  for (const server of config.servers) {
    for (const { ip, port } of server.listens) {
      for (const name of server.names.length > 0 ? server.names : ['']) {
        const key = `${name} ${ip}:${port}`;
        if (seen.has(key)) config.warnings.push(`conflicting server name "${name}" on ${ip}:${port}, ignored`);
        seen.add(key);
      }
    }
  }
}

export function absolutePath(path: string): string {
  return path.startsWith('/') ? path : PREFIX + path;
}

export function logPath(path: string): string {
  return path === 'stderr' ? '/dev/stderr' : path === 'off' ? '' : absolutePath(path);
}
