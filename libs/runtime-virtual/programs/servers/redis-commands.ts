/** The commands of the virtual Redis, over plain data. */
import type { Reply } from './resp.js';

type Value = { type: 'string'; text: string } | { type: 'list'; items: string[] } | { type: 'set'; members: string[] } | { type: 'hash'; fields: [string, string][] };
export interface Entry {
  value: Value;
  /** Pod time at which it goes; 0: never. */
  expires: number;
}
/** Keys and values; a key has a $ before it, so that none is taken for a member of Object.prototype. */
export interface Database {
  entries: Record<string, Entry>;
  password: string;
  startedAt: number;
  version: string;
}

const OK = { status: 'OK' };
const WRONG_TYPE = { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' };
const NOT_INTEGER = { error: 'ERR value is not an integer or out of range' };
class Refused extends Error {}

interface Call {
  db: Database;
  args: string[];
  now: number;
}
type Command = { least: number; most: number; run(call: Call): Reply };

function live(db: Database, key: string, now: number): Entry | undefined {
  const entry = db.entries[`$${key}`];
  if (!entry) return undefined;
  if (entry.expires === 0 || entry.expires > now) return entry;
  delete db.entries[`$${key}`];
  return undefined;
}

function typed<T extends Value['type']>({ db, now }: Call, key: string, type: T): Extract<Value, { type: T }> | undefined {
  const entry = live(db, key, now);
  if (!entry) return undefined;
  if (entry.value.type !== type) throw new Refused(WRONG_TYPE.error);
  return entry.value as Extract<Value, { type: T }>;
}

function put(db: Database, key: string, value: Value, expires = 0): void {
  db.entries[`$${key}`] = { value, expires };
}
const textOf = (call: Call, key: string) => typed(call, key, 'string')?.text;
const keysOf = (call: Call) => Object.keys(call.db.entries).map((key) => key.slice(1)).filter((key) => live(call.db, key, call.now));
const integer = (text: string) => {
  if (!/^-?\d{1,15}$/.test(text)) throw new Refused(NOT_INTEGER.error);
  return Number(text);
};

function increment(call: Call, by: number): Reply {
  const [key = ''] = call.args;
  const before = live(call.db, key, call.now);
  const sum = integer(textOf(call, key) ?? '0') + by;
  put(call.db, key, { type: 'string', text: String(sum) }, before?.expires ?? 0);
  return sum;
}

function set(call: Call): Reply {
  const [key = '', text = '', ...rest] = call.args;
  let expires = 0;
  let old: Reply = OK;
  const there = live(call.db, key, call.now);
  for (let i = 0; i < rest.length; i++) {
    const option = rest[i]!.toUpperCase();
    if (option === 'EX') expires = call.now + integer(rest[++i] ?? '') * 1000;
    else if (option === 'PX') expires = call.now + integer(rest[++i] ?? '');
    else if (option === 'KEEPTTL') expires = there?.expires ?? 0;
    else if (option === 'GET') old = textOf(call, key) ?? null;
    else if (option === 'NX' || option === 'XX') {
      if ((option === 'NX') === (there !== undefined)) return null;
    } else return { error: 'ERR syntax error' };
  }
  put(call.db, key, { type: 'string', text }, expires);
  return old;
}

function push(call: Call, left: boolean): Reply {
  const [key = '', ...items] = call.args;
  const list = typed(call, key, 'list') ?? { type: 'list' as const, items: [] };
  for (const item of items) list.items[left ? 'unshift' : 'push'](item);
  call.db.entries[`$${key}`] ??= { value: list, expires: 0 };
  return list.items.length;
}

function pop(call: Call, left: boolean): Reply {
  const [key = ''] = call.args;
  const list = typed(call, key, 'list');
  const item = left ? list?.items.shift() : list?.items.pop();
  if (list?.items.length === 0) delete call.db.entries[`$${key}`];
  return item ?? null;
}

function expire(call: Call, ms: number): Reply {
  const entry = live(call.db, call.args[0]!, call.now);
  if (entry) entry.expires = call.now + ms;
  return entry ? 1 : 0;
}

function ttl(call: Call, unit: number): Reply {
  const entry = live(call.db, call.args[0]!, call.now);
  return !entry ? -2 : entry.expires === 0 ? -1 : Math.ceil((entry.expires - call.now) / unit);
}

function globOf(pattern: string): (text: string) => boolean {
  const expression = new RegExp(`^${pattern.replace(/[\\^$.+(){}|]/g, '\\$&').replace(/\*+/g, '[^]*').replaceAll('?', '[^]')}$`);
  return (text) => expression.test(text);
}

const INFO = (call: Call) =>
  `# Server\r\nredis_version:${call.db.version}\r\nredis_mode:standalone\r\nos:Linux\r\ntcp_port:6379\r\nuptime_in_seconds:${Math.floor((call.now - call.db.startedAt) / 1000)}\r\n\r\n# Clients\r\nconnected_clients:1\r\n\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Keyspace\r\ndb0:keys=${keysOf(call).length},expires=0,avg_ttl=0\r\n`;

/** [name, fewest arguments, most, what it does]. */
const TABLE: [string, number, number, (call: Call) => Reply][] = [
  ['PING', 0, 1, ({ args }) => args[0] ?? { status: 'PONG' }],
  ['ECHO', 1, 1, ({ args }) => args[0]!],
  ['SELECT', 1, 1, ({ args }) => (args[0] === '0' ? OK : { error: 'ERR DB index is out of range' })],
  ['CLIENT', 1, 99, () => OK],
  ['COMMAND', 0, 99, () => []],
  ['CONFIG', 1, 99, ({ args }) => (args[0]!.toUpperCase() === 'GET' ? [] : OK)],
  ['INFO', 0, 9, INFO],
  ['DBSIZE', 0, 0, (call) => keysOf(call).length],
  ['TIME', 0, 0, ({ now }) => [String(Math.floor(now / 1000)), String((now % 1000) * 1000)]],
  ['SAVE', 0, 0, () => OK],
  ['BGSAVE', 0, 1, () => ({ status: 'Background saving started' })],
  ['FLUSHALL', 0, 1, ({ db }) => ((db.entries = {}), OK)],
  ['FLUSHDB', 0, 1, ({ db }) => ((db.entries = {}), OK)],
  ['SET', 2, 9, set],
  ['SETNX', 2, 2, (call) => (live(call.db, call.args[0]!, call.now) ? 0 : (put(call.db, call.args[0]!, { type: 'string', text: call.args[1]! }), 1))],
  ['SETEX', 3, 3, ({ db, args, now }) => (put(db, args[0]!, { type: 'string', text: args[2]! }, now + integer(args[1]!) * 1000), OK)],
  ['GET', 1, 1, (call) => textOf(call, call.args[0]!) ?? null],
  ['GETDEL', 1, 1, (call) => { const text = textOf(call, call.args[0]!) ?? null; delete call.db.entries[`$${call.args[0]}`]; return text; }],
  ['MSET', 2, 999, ({ db, args }) => { for (let i = 0; i + 1 < args.length; i += 2) put(db, args[i]!, { type: 'string', text: args[i + 1]! }); return OK; }],
  ['MGET', 1, 999, ({ db, args, now }) => args.map((key) => { const found = live(db, key, now)?.value; return found?.type === 'string' ? found.text : null; })],
  ['STRLEN', 1, 1, (call) => textOf(call, call.args[0]!)?.length ?? 0],
  ['APPEND', 2, 2, (call) => { const text = (textOf(call, call.args[0]!) ?? '') + call.args[1]!; put(call.db, call.args[0]!, { type: 'string', text }); return text.length; }],
  ['INCR', 1, 1, (call) => increment(call, 1)],
  ['DECR', 1, 1, (call) => increment(call, -1)],
  ['INCRBY', 2, 2, (call) => increment(call, integer(call.args[1]!))],
  ['DECRBY', 2, 2, (call) => increment(call, -integer(call.args[1]!))],
  ['DEL', 1, 999, ({ db, args, now }) => args.filter((key) => live(db, key, now) && delete db.entries[`$${key}`]).length],
  ['EXISTS', 1, 999, ({ db, args, now }) => args.filter((key) => live(db, key, now)).length],
  ['TYPE', 1, 1, ({ db, args, now }) => ({ status: live(db, args[0]!, now)?.value.type ?? 'none' })],
  ['KEYS', 1, 1, (call) => keysOf(call).filter(globOf(call.args[0]!))],
  ['SCAN', 1, 9, (call) => ['0', keysOf(call)]],
  ['RENAME', 2, 2, ({ db, args, now }) => { const entry = live(db, args[0]!, now); if (!entry) return { error: 'ERR no such key' }; delete db.entries[`$${args[0]}`]; db.entries[`$${args[1]}`] = entry; return OK; }],
  ['EXPIRE', 2, 3, (call) => expire(call, integer(call.args[1]!) * 1000)],
  ['PEXPIRE', 2, 3, (call) => expire(call, integer(call.args[1]!))],
  ['TTL', 1, 1, (call) => ttl(call, 1000)],
  ['PTTL', 1, 1, (call) => ttl(call, 1)],
  ['PERSIST', 1, 1, ({ db, args, now }) => { const entry = live(db, args[0]!, now); if (!entry || entry.expires === 0) return 0; entry.expires = 0; return 1; }],
  ['LPUSH', 2, 999, (call) => push(call, true)],
  ['RPUSH', 2, 999, (call) => push(call, false)],
  ['LPOP', 1, 1, (call) => pop(call, true)],
  ['RPOP', 1, 1, (call) => pop(call, false)],
  ['LLEN', 1, 1, (call) => typed(call, call.args[0]!, 'list')?.items.length ?? 0],
  ['LRANGE', 3, 3, (call) => { const items = typed(call, call.args[0]!, 'list')?.items ?? []; const [from, to] = call.args.slice(1).map(integer) as [number, number]; const end = to < 0 ? items.length + to : to; return items.slice(from < 0 ? Math.max(0, items.length + from) : from, end + 1); }],
  ['SADD', 2, 999, (call) => { const set = typed(call, call.args[0]!, 'set') ?? { type: 'set' as const, members: [] }; const fresh = call.args.slice(1).filter((member, i, all) => !set.members.includes(member) && all.indexOf(member) === i); set.members.push(...fresh); call.db.entries[`$${call.args[0]}`] ??= { value: set, expires: 0 }; return fresh.length; }],
  ['SREM', 2, 999, (call) => { const set = typed(call, call.args[0]!, 'set'); if (!set) return 0; const before = set.members.length; set.members = set.members.filter((member) => !call.args.includes(member, 1)); if (set.members.length === 0) delete call.db.entries[`$${call.args[0]}`]; return before - set.members.length; }],
  ['SMEMBERS', 1, 1, (call) => typed(call, call.args[0]!, 'set')?.members ?? []],
  ['SISMEMBER', 2, 2, (call) => (typed(call, call.args[0]!, 'set')?.members.includes(call.args[1]!) ? 1 : 0)],
  ['SCARD', 1, 1, (call) => typed(call, call.args[0]!, 'set')?.members.length ?? 0],
  ['HSET', 3, 999, hset],
  ['HMSET', 3, 999, (call) => (hset(call), OK)],
  ['HGET', 2, 2, (call) => typed(call, call.args[0]!, 'hash')?.fields.find(([name]) => name === call.args[1])?.[1] ?? null],
  ['HGETALL', 1, 1, (call) => typed(call, call.args[0]!, 'hash')?.fields.flat() ?? []],
  ['HKEYS', 1, 1, (call) => typed(call, call.args[0]!, 'hash')?.fields.map(([name]) => name) ?? []],
  ['HVALS', 1, 1, (call) => typed(call, call.args[0]!, 'hash')?.fields.map(([, value]) => value) ?? []],
  ['HLEN', 1, 1, (call) => typed(call, call.args[0]!, 'hash')?.fields.length ?? 0],
  ['HEXISTS', 2, 2, (call) => (typed(call, call.args[0]!, 'hash')?.fields.some(([name]) => name === call.args[1]) ? 1 : 0)],
  ['HDEL', 2, 999, (call) => { const hash = typed(call, call.args[0]!, 'hash'); if (!hash) return 0; const before = hash.fields.length; hash.fields = hash.fields.filter(([name]) => !call.args.includes(name, 1)); if (hash.fields.length === 0) delete call.db.entries[`$${call.args[0]}`]; return before - hash.fields.length; }],
];
const COMMANDS = new Map<string, Command>(TABLE.map(([name, least, most, run]) => [name, { least, most, run }]));

function hset(call: Call): Reply {
  const [key = '', ...rest] = call.args;
  const hash = typed(call, key, 'hash') ?? { type: 'hash' as const, fields: [] };
  let added = 0;
  for (let i = 0; i + 1 < rest.length; i += 2) {
    const field = hash.fields.find(([name]) => name === rest[i]);
    if (field) field[1] = rest[i + 1]!;
    else {
      hash.fields.push([rest[i]!, rest[i + 1]!]);
      added++;
    }
  }
  call.db.entries[`$${key}`] ??= { value: hash, expires: 0 };
  return added;
}

/** Runs one command; changes `db`. `words[0]` is its name. */
export function runRedis(db: Database, words: string[], now: number): Reply {
  const [name = '', ...args] = words;
  const command = COMMANDS.get(name.toUpperCase());
  if (!command) return { error: `ERR unknown command '${name}', with args beginning with: ${args.map((arg) => `'${arg}' `).join('')}` };
  if (args.length < command.least || args.length > command.most) return { error: `ERR wrong number of arguments for '${name.toLowerCase()}' command` };
  try {
    return command.run({ db, args, now });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { error: error.message };
  }
}
