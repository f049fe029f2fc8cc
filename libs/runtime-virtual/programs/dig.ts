/** dig: the answer section in dig's form; +short for the addresses alone. */
import { now } from '../kernel/kernel.js';
import { candidates } from '../net/names.js';
import { resolver } from '../net/resolve.js';
import type { Run } from './simple.js';
import { formatTime } from './times.js';

export const dig: Run = (io) => {
  const args = io.argv.slice(1);
  const name = args.find((arg) => !/^[-+@]/.test(arg) && !/^(A|AAAA|ANY|SRV|TXT|CNAME|IN)$/i.test(arg)) ?? '.';
  const type = args.find((arg) => /^(A|AAAA|ANY|SRV|TXT|CNAME)$/i.test(arg))?.toUpperCase() ?? 'A';
  const dns = resolver(io.k, io.p);
  const server = args.find((arg) => arg.startsWith('@'))?.slice(1) ?? dns.servers[0] ?? '127.0.0.1';
  const tried = args.includes('+search') ? candidates(name, dns.searches, dns.options) : [name];
  const answer = tried.map((candidate) => io.k.core.names.query(candidate)).find((found) => found !== undefined);
  const addresses = type === 'A' || type === 'ANY' ? (answer?.addresses ?? []) : [];
  if (args.includes('+short')) {
    if (answer && answer.canonical !== '') io.out += `${answer.canonical}.\n`;
    for (const ip of addresses) io.out += `${ip}\n`;
    return 0;
  }
  const full = `${(answer?.name ?? tried[0]!).replace(/\.$/, '')}.`;
  const rows = [...(answer && answer.canonical !== '' ? [`${full}\t30\tIN\tCNAME\t${answer.canonical}.`] : []), ...addresses.map((ip) => `${full}\t30\tIN\tA\t${ip}`)];
  io.out += `\n; <<>> DiG 9.18.28 <<>> ${args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n`;
  io.out += `;; ->>HEADER<<- opcode: QUERY, status: ${answer ? 'NOERROR' : 'NXDOMAIN'}, id: 1\n;; flags: qr aa rd; QUERY: 1, ANSWER: ${rows.length}, AUTHORITY: 0, ADDITIONAL: 0\n\n`;
  io.out += `;; QUESTION SECTION:\n;${full}\t\tIN\t${type}\n\n`;
  if (rows.length > 0) io.out += `;; ANSWER SECTION:\n${rows.join('\n')}\n\n`;
  io.out += `;; Query time: 0 msec\n;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: ${formatTime(now(io.k), '%a %b %d %H:%M:%S UTC %Y')}\n;; MSG SIZE  rcvd: 64\n\n`;
  return 0;
};
