/** dig: the answer in dig's form; +short for the data alone, +noall +answer for its records alone, -x for an address's name. */
import { now } from '../kernel/kernel.js';
import { candidates } from '../net/names.js';
import { arpa, lookUp, TYPES } from '../net/records.js';
import { resolver } from '../net/resolve.js';
import type { Io, Run } from './simple.js';
import { formatTime } from './times.js';

const TTL = 30;

interface Question {
  name: string;
  type: string;
  server: string;
}

/** The questions (several names may be asked for) and the + options, the later of which win. */
function read(io: Io): { questions: Question[]; flags: Map<string, boolean> } {
  const args = io.argv.slice(1);
  const flags = new Map<string, boolean>();
  const questions: Question[] = [];
  let type = '';
  let server = resolver(io.k, io.p).servers[0] ?? '127.0.0.1';
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg.startsWith('@')) server = arg.slice(1);
    else if (arg.startsWith('+')) flags.set(arg.replace(/^\+(no)?/, '').replace(/=.*/, ''), !arg.startsWith('+no'));
    else if (arg === '-x') questions.push({ name: arpa(args.shift() ?? ''), type: 'PTR', server: '' });
    else if (arg === '-t') type = (args.shift() ?? '').toUpperCase();
    else if (arg === '-q') questions.push({ name: args.shift() ?? '', type: '', server: '' });
    else if (arg === '-p' || arg === '-b' || arg === '-c') args.shift();
    else if (TYPES.includes(arg.toUpperCase())) {
      type = arg.toUpperCase();
      const last = questions[questions.length - 1];
      if (last && last.type === '') last.type = type;
    } else if (!arg.startsWith('-') && arg.toUpperCase() !== 'IN') questions.push({ name: arg, type: '', server: '' });
  }
  if (questions.length === 0) questions.push({ name: '.', type: 'NS', server });
  return { questions: questions.map((question) => ({ name: question.name, type: question.type || type || 'A', server })), flags };
}

export const dig: Run = (io) => {
  const { questions, flags } = read(io);
  for (const question of questions) ask(io, question, flags);
  return 0;
};

function ask(io: Io, { name, type, server }: Question, flags: Map<string, boolean>): void {
  const dns = resolver(io.k, io.p);
  const tried = flags.get('search') ? candidates(name, dns.searches, dns.options) : [name];
  const found = tried.find((candidate) => lookUp(io.k.core.names, candidate, type) !== undefined);
  const asked = found ?? tried[0]!;
  const records = found === undefined ? undefined : lookUp(io.k.core.names, found, type);
  if (flags.get('short')) {
    for (const { data } of records ?? []) io.out += `${data}\n`;
    return;
  }
  const all = flags.get('all') !== false;
  const shows = (part: string) => flags.get(part) ?? all;
  const comments = shows('comments');
  const full = `${asked.toLowerCase().replace(/\.$/, '')}.`;
  const rows = (records ?? []).map((record) => `${record.name}.\t${TTL}\tIN\t${record.type}\t${record.data}\n`).join('');
  if (flags.get('cmd') ?? all) io.out += `\n; <<>> DiG 9.18.28 <<>> ${io.argv.slice(1).join(' ')}\n;; global options: +cmd\n`;
  if (comments) {
    io.out += `;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${records ? 'NOERROR' : 'NXDOMAIN'}, id: 1\n`;
    io.out += `;; flags: qr aa rd; QUERY: 1, ANSWER: ${records?.length ?? 0}, AUTHORITY: 0, ADDITIONAL: 0\n\n`;
  }
  if (shows('question')) io.out += `${comments ? ';; QUESTION SECTION:\n' : ''};${full}\t\tIN\t${type}\n${comments ? '\n' : ''}`;
  if (shows('answer') && rows !== '') io.out += `${comments ? ';; ANSWER SECTION:\n' : ''}${rows}${comments ? '\n' : ''}`;
  if (shows('stats')) io.out += `;; Query time: 0 msec\n;; SERVER: ${server}#53(${server}) (UDP)\n;; WHEN: ${formatTime(now(io.k), '%a %b %d %H:%M:%S UTC %Y')}\n;; MSG SIZE  rcvd: 64\n\n`;
}
