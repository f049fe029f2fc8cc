/** ping: answers where a pod, a Service or a web host has the address. */
import { BLOCKED, RAN } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { now, setTimer } from '../kernel/kernel.js';
import { resolveAll } from '../net/resolve.js';
import { isLocal } from '../net/sockets.js';
import { parseOptions } from './options.js';
import { flush } from './simple.js';
import type { Io } from './simple.js';

interface PingState {
  host: string;
  ip: string;
  count: number;
  sent: number;
  received: number;
  wait: number;
  nextAt: number;
  pending: [number, string][];
  code: number;
}

export const ping: Program<PingState> = {
  init(argv, p, k) {
    const s: PingState = { host: '', ip: '', count: 0, sent: 0, received: 0, wait: 10_000, nextAt: 0, pending: [], code: -1 };
    const io: Io = { k, p, argv, out: '', err: '' };
    const options = parseOptions(io, 'c:w:W:i:qs:4');
    s.host = options?.rest[0] ?? '';
    s.count = Number(options?.value('c') ?? 0);
    const [ip] = s.host === '' ? [] : resolveAll(k, p, s.host);
    s.ip = ip ?? '';
    if (ip === undefined) {
      s.pending.push([2, s.host === '' ? `${io.err || 'Usage: ping [OPTIONS] HOST\n'}` : `ping: bad address '${s.host}'\n`]);
      s.code = 1;
    } else s.pending.push([1, `PING ${s.host} (${ip}): 56 data bytes\n`]);
    return s;
  },
  step(k, p, s) {
    const left = flush(k, p, s.pending);
    if (left !== 0) return left;
    if (s.code >= 0) return s.code;
    if (now(k) < s.nextAt) {
      setTimer(k, p, s.nextAt);
      return BLOCKED;
    }
    if (s.count > 0 && s.sent >= s.count) {
      const lost = Math.round(((s.sent - s.received) / s.sent) * 100);
      const times = s.received > 0 ? 'round-trip min/avg/max = 0.050/0.050/0.050 ms\n' : '';
      s.pending.push([1, `\n--- ${s.host} ping statistics ---\n${s.sent} packets transmitted, ${s.received} packets received, ${lost}% packet loss\n${times}`]);
      s.code = s.received > 0 ? 0 : 1;
      return RAN;
    }
    const answers = isLocal(k, s.ip) || k.core.byIp.has(s.ip) || k.core.names.webAt(s.ip) !== undefined;
    if (answers) {
      s.pending.push([1, `64 bytes from ${s.ip}: seq=${s.sent} ttl=64 time=0.050 ms\n`]);
      s.received++;
    }
    s.sent++;
    s.nextAt = now(k) + (s.count > 0 && s.sent >= s.count ? (answers ? 0 : s.wait) : 1000);
    return RAN;
  },
};
