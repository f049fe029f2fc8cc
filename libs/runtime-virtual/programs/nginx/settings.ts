/** The directives that hold for a server or a location. */
import type { Config, Settings } from './config.js';
import { ConfigError, place } from './syntax.js';
import type { Directive } from './syntax.js';

interface Context {
  directive: Directive;
  /** Whether it is the first of its name in this block: lists of the surrounding block are then replaced. */
  first: boolean;
  resolve(host: string): void;
  config: Config;
}
type Setter = (settings: Settings, args: string[], context: Context) => void;

const wrong = ({ directive }: Context, message: string) => new ConfigError(message + place(directive));
const flag = (args: string[], context: Context) => {
  if (args[0] !== 'on' && args[0] !== 'off') throw wrong(context, `invalid value "${args[0]}" in "${context.directive.name}" directive, it must be "on" or "off"`);
  return args[0] === 'on';
};
const absolute = (path: string) => (path.startsWith('/') || path.startsWith('$') ? path : `/etc/nginx/${path}`);

/** How many arguments each takes: [least, most]. */
const COUNTS: Record<string, [number, number]> = {
  root: [1, 1], alias: [1, 1], index: [1, 99], autoindex: [1, 1], try_files: [2, 99], return: [1, 2], rewrite: [2, 3], set: [2, 2], proxy_pass: [1, 1], proxy_set_header: [2, 2], proxy_read_timeout: [1, 1],
  add_header: [2, 3], error_page: [2, 99], access_log: [1, 99], default_type: [1, 1], deny: [1, 1], allow: [1, 1], stub_status: [0, 1], client_max_body_size: [1, 1], server_tokens: [1, 1],
};

export const SETTINGS: Record<string, Setter> = {
  root: (s, [path]) => {
    s.root = absolute(path!).replace(/(.)\/$/, '$1');
  },
  alias: (s, [path]) => {
    s.alias = absolute(path!);
  },
  index: (s, args, { first }) => {
    s.index = first ? args : [...s.index, ...args];
  },
  autoindex: (s, args, context) => {
    s.autoindex = flag(args, context);
  },
  try_files: (s, args) => {
    s.tryFiles = args;
  },
  return: (s, [code, text], context) => {
    if (s.answer) return;
    if (text === undefined && !/^\d+$/.test(code!)) s.answer = [302, code!];
    else if (!/^\d{1,3}$/.test(code!)) throw wrong(context, `invalid return code "${code}"`);
    else s.answer = [Number(code), text ?? ''];
  },
  rewrite: (s, [pattern, to, how = '']) => {
    s.rewrites.push({ pattern: pattern!, to: to!, flag: how });
  },
  set: (s, [name, value], context) => {
    if (!name!.startsWith('$')) throw wrong(context, `invalid variable name "${name}"`);
    s.variables.push([name!.slice(1), value!]);
  },
  proxy_pass: (s, [url], context) => {
    const found = /^(https?):\/\/([^/:]+)(?::(\d+))?(\/.*)?$/.exec(url!);
    if (!found && !url!.includes('$')) throw wrong(context, /^\w+:\/\//.test(url!) ? `invalid URL prefix` : `invalid URL prefix`);
    if (found && !url!.includes('$') && !Object.hasOwn(context.config.upstreams, found[2]!)) context.resolve(found[2]!);
    s.proxy = url!;
  },
  proxy_set_header: (s, [name, value], { first }) => {
    s.proxyHeaders = [...(first ? [] : s.proxyHeaders), [name!, value!]];
  },
  proxy_read_timeout: (s, [time]) => {
    s.proxyTimeout = duration(time!);
  },
  add_header: (s, [name, value, always], { first }) => {
    s.headers = [...(first ? [] : s.headers), { name: name!, value: value!, always: always === 'always' }];
  },
  error_page: (s, args, { first }) => {
    const to = args[args.length - 1]!;
    const change = args.find((arg) => arg.startsWith('='));
    if (first) s.errorPages = {};
    for (const code of args.slice(0, -1)) if (/^\d+$/.test(code)) s.errorPages[code] = { to, status: change === undefined ? -1 : Number(change.slice(1)) };
  },
  access_log: (s, [path, format = 'combined'], { first }) => {
    const to = path === 'off' ? '' : absolute(path!);
    s.accessLogs = [...(first ? [] : s.accessLogs), { path: to, format: format.includes('=') ? 'combined' : format }].filter((log) => log.path !== '');
  },
  default_type: (s, [type]) => {
    s.defaultType = type!;
  },
  deny: (s, [whom]) => {
    s.denied = s.denied || whom === 'all';
  },
  allow: (s, [whom]) => {
    if (whom === 'all') s.denied = false;
  },
  stub_status: (s) => {
    s.stubStatus = true;
  },
  client_max_body_size: (s, [size]) => {
    s.maxBody = parseInt(size!, 10) * ({ k: 1024, m: 1_048_576, g: 1_073_741_824 }[size!.slice(-1).toLowerCase()] ?? 1);
  },
  server_tokens: (s, [value]) => {
    s.serverTokens = value !== 'off';
  },
};

function duration(text: string): number {
  const found = /^(\d+)(ms|s|m|h)?$/.exec(text);
  return found ? Number(found[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[found[2] ?? 's']! : 60_000;
}

/** Applies one directive. `own`: names that this block has had already. @throws ConfigError */
export function set(settings: Settings, directive: Directive, own: Set<string>, resolve: (host: string) => void, config: Config): void {
  const [least, most] = COUNTS[directive.name]!;
  if (directive.block) throw new ConfigError(`directive "${directive.name}" has no opening "{"`.replace('no opening', 'an unexpected') + place(directive));
  if (directive.args.length < least || directive.args.length > most) throw new ConfigError(`invalid number of arguments in "${directive.name}" directive${place(directive)}`);
  const first = !own.has(directive.name);
  if (!first && ['root', 'alias', 'autoindex', 'proxy_pass', 'default_type'].includes(directive.name)) throw new ConfigError(`"${directive.name}" directive is duplicate${place(directive)}`);
  own.add(directive.name);
  SETTINGS[directive.name]!(settings, directive.args, { directive, first, resolve, config });
}
