/** redis-server: the commands of redis-commands.ts on port 6379; all that it knows is its state. */
import { readWhole } from '../../files/stat.js';
import { EADDRNOTAVAIL, errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { now } from '../../kernel/kernel.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import { SIGINT, SIGTERM } from '../../kernel/signals.js';
import type { Process } from '../../kernel/state.js';
import { openListener } from '../../net/server.js';
import { flush } from '../simple.js';
import { formatTime } from '../times.js';
import { runRedis } from './redis-commands.js';
import type { Database } from './redis-commands.js';
import { decode, encode } from './resp.js';
import { stepTcp } from './tcp.js';
import type { TcpConnection } from './tcp.js';

interface RedisState {
  port: number;
  /** Where it listens; [] once it does. */
  addresses: string[];
  listeners: number[];
  connections: (TcpConnection & { trusted?: boolean })[];
  db: Database;
  pending: [number, string][];
  code: number;
}

/** What the configuration file (the first argument) and the options after it say, by directive; or why it can't be read. */
function configuration(k: Kernel, p: Process, argv: string[]): Record<string, string[]> | string {
  const found: Record<string, string[]> = {};
  const file = argv[1] !== undefined && !argv[1].startsWith('-') ? argv[1] : undefined;
  const text = file === undefined ? '' : readWhole(k, p, file);
  if (typeof text === 'number') return `Fatal error, can't open config file '${file}': ${errorMessage(text)}`;
  for (const line of text.split('\n')) {
    const [name = '', ...values] = line.trim().split(/\s+/).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
    if (name !== '' && !name.startsWith('#')) found[`-${name.toLowerCase()}`] = values;
  }
  let last: string[] = [];
  for (const word of argv.slice(file === undefined ? 1 : 2)) {
    if (word.startsWith('--')) found[word.slice(1).toLowerCase()] = last = [];
    else last.push(...word.split(/\s+/).filter((part) => part !== ''));
  }
  return found;
}

export const redisServer: Program<RedisState> = {
  catches: (1 << SIGTERM) | (1 << SIGINT),
  init(argv, p, k) {
    const version = /^\d+\.\d+\.\d+/.exec(p.env['REDIS_VERSION'] ?? '')?.[0] ?? '7.4.0';
    const read = configuration(k, p, argv);
    const options = typeof read === 'string' ? {} : read;
    // A minus before an address: it is no mistake when there is none such.
    const addresses = (options['-bind'] ?? ['*']).filter((address) => !address.startsWith('-') && !address.includes(':'));
    const s: RedisState = {
      port: Number(options['-port']?.[0] ?? 6379), addresses, listeners: [], connections: [], pending: [], code: -1,
      db: { entries: {}, password: options['-requirepass']?.[0] ?? '', startedAt: now(k), version },
    };
    if (typeof read === 'string') {
      s.pending.push([2, `${read}\n`]);
      s.code = 1;
    }
    if (argv.includes('--version') || argv.includes('-v')) {
      s.pending.push([1, `Redis server v=${version} sha=00000000:0 malloc=libc bits=64 build=podbox\n`]);
      s.code = 0;
    }
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    const line = (mark: string, text: string) => s.pending.push([1, `${p.pid}:M ${formatTime(now(k), '%d %b %Y %H:%M:%S')}.000 ${mark} ${text}\n`]);
    if (p.pending) {
      line('*', 'User requested shutdown...');
      line('#', 'Redis is now ready to exit, bye bye...');
      s.code = 0;
      return RAN;
    }
    if (s.listeners.length === 0) {
      s.listeners = s.addresses.map((address) => openListener(k, p, s.port, address));
      const failed = s.listeners.findIndex((fd) => fd < 0);
      if (failed >= 0 || s.listeners.length === 0) {
        line('#', `Warning: Could not create server TCP listening socket ${s.addresses[failed] ?? '*'}:${s.port}: bind: ${errorMessage(s.listeners[failed] ?? EADDRNOTAVAIL)}`);
        line('#', `Failed listening on port ${s.port} (tcp), aborting.`);
        s.code = 1;
      } else {
        line('*', `Running mode=standalone, port=${s.port}.`);
        line('*', 'Server initialized');
        line('*', 'Ready to accept connections tcp');
      }
      return RAN;
    }
    return stepTcp(k, p, s.listeners, s.connections, (c: TcpConnection & { trusted?: boolean }) => {
      for (let next = decode(c.received); next; next = decode(c.received)) {
        c.received = c.received.slice(next.next);
        const words = Array.isArray(next.value) ? next.value.map(String) : [];
        if (words.length > 0) c.sending += encode(answer(s, c, words, now(k)));
        if (c.closing) return;
      }
    });
  },
};

function answer(s: RedisState, c: TcpConnection & { trusted?: boolean }, words: string[], at: number) {
  const name = words[0]!.toUpperCase();
  if (name === 'QUIT') {
    c.closing = true;
    return { status: 'OK' };
  }
  if (name === 'AUTH') {
    if (s.db.password === '') return { error: 'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?' };
    c.trusted = words[words.length - 1] === s.db.password;
    return c.trusted ? { status: 'OK' } : { error: 'WRONGPASS invalid username-password pair or user is disabled.' };
  }
  if (s.db.password !== '' && c.trusted !== true) return { error: 'NOAUTH Authentication required.' };
  return runRedis(s.db, words, at);
}
