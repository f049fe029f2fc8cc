/** pg_isready: whether somebody listens on a Postgres port. */
import { fileOf } from '../../kernel/descriptors.js';
import { BLOCKED, ECONNREFUSED } from '../../kernel/errors.js';
import { now, setTimer } from '../../kernel/kernel.js';
import { attach } from '../../kernel/open-files.js';
import { RAN } from '../../kernel/program.js';
import type { Program } from '../../kernel/program.js';
import { resolveAll } from '../../net/resolve.js';
import { connect, connected } from '../../net/sockets.js';
import { parseOptions } from '../options.js';
import { flush } from '../simple.js';

interface ReadyState {
  shown: string;
  host: string;
  port: number;
  quiet: boolean;
  fd: number;
  deadline: number;
  pending: [number, string][];
  code: number;
}

export const pgIsReady: Program<ReadyState> = {
  init(argv, p, k) {
    const io = { k, p, argv, out: '', err: '' };
    const options = parseOptions(io, 'd:h:p:qt:U:', ['dbname=d:', 'host=h:', 'port=p:', 'quiet=q', 'timeout=t:', 'username=U:']);
    const host = options?.value('h') ?? p.env['PGHOST'] ?? '';
    const s: ReadyState = {
      shown: host || '/var/run/postgresql', host: host === '' || host.startsWith('/') ? '127.0.0.1' : host, port: Number(options?.value('p') ?? p.env['PGPORT'] ?? 5432), quiet: options?.has('q') ?? false, fd: -1,
      deadline: now(k) + Number(options?.value('t') ?? 3) * 1000, pending: [], code: -1,
    };
    if (!options) {
      s.pending.push([2, io.err]);
      s.code = 3;
    }
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    const end = (code: number) => {
      if (!s.quiet) s.pending.push([1, `${s.shown}:${s.port} - ${code === 0 ? 'accepting connections' : 'no response'}\n`]);
      s.code = code;
      return RAN;
    };
    if (s.fd < 0) {
      const [ip] = resolveAll(k, p, s.host);
      const id = ip === undefined ? ECONNREFUSED : connect(k, ip, s.port);
      if (id < 0) return end(2);
      s.fd = attach(k, p, id, 3);
      return RAN;
    }
    const file = fileOf(k, p, s.fd);
    const state = file?.kind === 'socket' ? connected(p, file) : ECONNREFUSED;
    if (state !== BLOCKED) return end(state === 0 ? 0 : 2);
    if (now(k) >= s.deadline) return end(2);
    setTimer(k, p, s.deadline);
    return BLOCKED;
  },
};
