/** postgres and pg_isready: a server that can be reached, asked whether it is ready, and stopped. It knows no SQL, and says so. */
import { errorMessage } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { now } from '../../kernel/kernel.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import { SIGINT, SIGQUIT, SIGTERM } from '../../kernel/signals.js';
import type { Process } from '../../kernel/state.js';
import { openListener } from '../../net/server.js';
import { flush } from '../simple.js';
import { formatTime } from '../times.js';
import { stepTcp } from './tcp.js';
import type { TcpConnection } from './tcp.js';

interface PostgresState {
  port: number;
  address: string;
  listener: number;
  connections: TcpConnection[];
  pending: [number, string][];
  code: number;
}

const NO_PASSWORD = `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
`;

export const postgres: Program<PostgresState> = {
  catches: (1 << SIGTERM) | (1 << SIGINT) | (1 << SIGQUIT),
  init(argv, p) {
    const s: PostgresState = { port: Number(p.env['PGPORT'] ?? 5432), address: '0.0.0.0', listener: -1, connections: [], pending: [], code: -1 };
    const at = argv.indexOf('-p');
    if (at > 0) s.port = Number(argv[at + 1]);
    const listen = (argv.find((arg) => arg.startsWith('listen_addresses=')) ?? argv[argv.indexOf('-h') + 1 || argv.length] ?? '*').replace('listen_addresses=', '');
    s.address = listen === '*' ? '0.0.0.0' : listen === 'localhost' ? '127.0.0.1' : listen;
    if (argv.includes('--version') || argv.includes('-V')) {
      s.pending.push([1, `postgres (PostgreSQL) ${versionOf(p)}\n`]);
      s.code = 0;
    } else if (!p.env['POSTGRES_PASSWORD'] && p.env['POSTGRES_HOST_AUTH_METHOD'] !== 'trust') {
      s.pending.push([2, NO_PASSWORD]);
      s.code = 1;
    }
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    if (p.pending) {
      log(k, p, s, p.pending & (1 << SIGTERM) ? 'received smart shutdown request' : 'received fast shutdown request');
      log(k, p, s, 'database system is shut down');
      s.code = 0;
      return RAN;
    }
    if (s.listener < 0) {
      s.listener = openListener(k, p, s.port, s.address);
      if (s.listener < 0) {
        log(k, p, s, `could not bind IPv4 address "${s.address}": ${errorMessage(s.listener)}`);
        s.code = 1;
        return RAN;
      }
      log(k, p, s, `starting PostgreSQL ${versionOf(p)} on x86_64-pc-linux-gnu, 64-bit`);
      log(k, p, s, `listening on IPv4 address "${s.address}", port ${s.port}`);
      log(k, p, s, 'database system is ready to accept connections');
      return RAN;
    }
    return stepTcp(k, p, [s.listener], s.connections, answer);
  },
};

const versionOf = (p: Process) => /^\d+(\.\d+)?/.exec(p.env['PG_VERSION'] ?? '')?.[0] ?? '17.5';

function log(k: Kernel, p: Process, s: PostgresState, text: string): void {
  s.pending.push([2, `${formatTime(now(k), '%Y-%m-%d %H:%M:%S')}.000 UTC [${p.pid}] LOG:  ${text}\n`]);
}

const int32 = (text: string, at: number) => Buffer.from(text.slice(at, at + 4), 'latin1').readInt32BE();
const SSL_REQUEST = 80877103;

/** No to encryption; to anything else an error that says what this server is. */
function answer(c: TcpConnection): void {
  if (c.received.length < 8 || c.received.length < int32(c.received, 0)) return;
  if (int32(c.received, 4) === SSL_REQUEST) {
    c.received = c.received.slice(8);
    c.sending += 'N';
    return;
  }
  const fields = 'SFATAL\0VFATAL\0C0A000\0Mthe virtual postgres can be reached and is ready, but it runs no SQL\0\0';
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  c.sending += `E${length.toString('latin1')}${fields}`;
  c.closing = true;
}
