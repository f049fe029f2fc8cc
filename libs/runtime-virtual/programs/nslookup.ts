/** nslookup in the two forms that busybox has had. Both resolve as the C library does (search domains, ndots). */
import { candidates } from '../net/names.js';
import type { NameAnswer } from '#runtime';
import { arpa, lookUp, TYPES } from '../net/records.js';
import { resolver } from '../net/resolve.js';
import { complain } from './options.js';
import type { Io, Run } from './simple.js';

const isAddress = (text: string) => /^\d{1,3}(\.\d{1,3}){3}$/.test(text);

function asked(io: Io): { name: string; server: string } | undefined {
  const [name, server] = io.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  if (name !== undefined) return { name, server: server ?? resolver(io.k, io.p).servers[0] ?? '127.0.0.1' };
  io.err += 'BusyBox v1.36.1 multi-call binary.\n\nUsage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n';
  return undefined;
}

/** The first of the candidates that has an answer. */
function resolve(io: Io, name: string): NameAnswer | undefined {
  const { searches, options } = resolver(io.k, io.p);
  for (const candidate of candidates(name, searches, options)) {
    const answer = io.k.core.names.query(candidate);
    if (answer) return answer;
  }
  return undefined;
}

/** Since 1.29: every query's answer, for IPv4 and then IPv6. */
export const nslookup: Run = (io) => {
  const question = asked(io);
  if (!question) return 1;
  const { name, server } = question;
  const wanted = io.argv.map((arg) => /^-(?:q|query|querytype|type)=(.*)$/i.exec(arg)?.[1]).find((type) => type !== undefined)?.toUpperCase();
  if (wanted !== undefined && !TYPES.includes(wanted)) return complain(io, `invalid query type "${wanted}"`);
  io.out += `Server:\t\t${server}\nAddress:\t${server}:53\n\n`;
  if (wanted !== undefined && !isAddress(name)) return typed(io, name, wanted);
  if (isAddress(name)) {
    const found = io.k.core.names.reverse(name);
    io.out += found === undefined ? `** server can't find ${arpa(name)}: NXDOMAIN\n\n` : `${arpa(name)}\tname = ${found}\n\n`;
    return found === undefined ? 1 : 0;
  }
  const answer = resolve(io, name);
  if (!answer) {
    const { searches } = resolver(io.k, io.p);
    const queries = name.includes('.') || searches.length === 0 ? [name] : searches.map((search) => `${name}.${search}`);
    for (const query of [...queries, ...queries]) io.out += `** server can't find ${query}: NXDOMAIN\n\n`;
    return 1;
  }
  if (answer.canonical !== '') io.out += `${answer.name}\tcanonical name = ${answer.canonical}\n`;
  for (const ip of answer.addresses) io.out += `Name:\t${answer.canonical || answer.name}\nAddress: ${ip}\n`;
  io.out += '\n\n';
  return 0;
};

/** -type=: the records of that type, each in its own form. */
function typed(io: Io, name: string, type: string): number {
  const { searches, options } = resolver(io.k, io.p);
  const tried = candidates(name, searches, options);
  const found = tried.find((candidate) => lookUp(io.k.core.names, candidate, type) !== undefined);
  if (found === undefined) {
    io.out += `** server can't find ${name}: NXDOMAIN\n\n`;
    return 1;
  }
  const records = lookUp(io.k.core.names, found, type)!;
  if (records.length === 0) io.out += `*** Can't find ${found}: No answer\n`;
  for (const record of records) {
    const data = record.data.replace(/\.$/, '');
    if (record.type === 'A') io.out += `Name:\t${record.name}\nAddress: ${data}\n`;
    else io.out += `${record.name}\t${{ CNAME: 'canonical name', PTR: 'name', SRV: 'service' }[record.type] ?? record.type} = ${data}\n`;
  }
  io.out += '\n';
  return 0;
}

/** Up to 1.28: the C library's answer, with each address's own name. */
export const oldNslookup: Run = (io) => {
  const question = asked(io);
  if (!question) return 1;
  const { name, server } = question;
  const { names } = io.k.core;
  const named = (ip: string) => (names.reverse(ip) === undefined ? ip : `${ip} ${names.reverse(ip)}`);
  io.out += `Server:    ${server}\nAddress 1: ${named(server)}\n\n`;
  const addresses = isAddress(name) ? [name] : (resolve(io, name)?.addresses ?? []);
  if (addresses.length === 0) {
    io.err += `nslookup: can't resolve '${name}'\n`;
    return 1;
  }
  io.out += `Name:      ${name}\n`;
  addresses.forEach((ip, i) => (io.out += `Address ${i + 1}: ${named(ip)}\n`));
  return 0;
};
