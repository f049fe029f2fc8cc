/** redis-server: the commands of redis-commands.ts on port 6379; all that it knows is its state. */
import { errorMessage } from '../../kernel/errors.js';
import { now } from '../../kernel/kernel.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import { SIGINT, SIGTERM } from '../../kernel/signals.js';
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
  listener: number;
  connections: (TcpConnection & { trusted?: boolean })[];
  db: Database;
  pending: [number, string][];
  code: number;
}

/** The value of `--name`, or of `name` in none: undefined. */
const option = (argv: string[], name: string) => {
  const at = argv.indexOf(`--${name}`);
  return at < 0 ? undefined : argv[at + 1];
};

export const redisServer: Program<RedisState> = {
  catches: (1 << SIGTERM) | (1 << SIGINT),
  init(argv, p, k) {
    const version = /^\d+\.\d+\.\d+/.exec(p.env['REDIS_VERSION'] ?? '')?.[0] ?? '7.4.0';
    const s: RedisState = { port: Number(option(argv, 'port') ?? 6379), listener: -1, connections: [], db: { entries: {}, password: option(argv, 'requirepass') ?? '', startedAt: now(k), version }, pending: [], code: -1 };
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
    if (s.listener < 0) {
      s.listener = openListener(k, p, s.port);
      if (s.listener < 0) {
        line('#', `Warning: Could not create server TCP listening socket *:${s.port}: bind: ${errorMessage(s.listener)}`);
        line('#', 'Failed listening on port 6379 (tcp), aborting.');
        s.code = 1;
      } else {
        line('*', `Running mode=standalone, port=${s.port}.`);
        line('*', 'Server initialized');
        line('*', 'Ready to accept connections tcp');
      }
      return RAN;
    }
    return stepTcp(k, p, s.listener, s.connections, (c: TcpConnection & { trusted?: boolean }) => {
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
