/**
 * A process in the pods' network namespace, which the worker is not in: a worker has to reach its databases and be reached by the api
 * processes, at the machine's loopback address. Arguments: the path of a unix socket, and the DNS server's address. Whoever connects to the
 * socket sends a line `ADDRESS PORT`; answered are `ok` and the bytes of a connection to there, or the error's code. The table of Services
 * comes by messages. The process ends with its worker.
 */
import { connect, createServer, type Socket } from 'node:net';
import { sleep, SystemClock } from '#clock';
import type { ServiceEntry } from '#runtime';
import { DnsAnswers } from './dns-answers.js';
import { DnsServer } from './dns-server.js';

const RETRY_MS = 100;
const [path = '', dnsAddress = ''] = process.argv.slice(2);
const dns = new DnsServer();

function serve(client: Socket): void {
  client.on('error', () => client.destroy());
  client.once('data', (line) => {
    client.pause();
    const [address = '', port = ''] = line.toString().trim().split(' ');
    const target = connect({ host: address, port: Number(port), allowHalfOpen: true });
    // Either end breaking breaks the other.
    client.once('close', () => target.destroy());
    target.once('error', (error: NodeJS.ErrnoException) => client.end(`${error.code ?? 'ERROR'}\n`));
    target.once('connect', () => {
      client.write('ok\n');
      target.removeAllListeners('error');
      target.on('error', () => client.destroy());
      client.pipe(target);
      target.pipe(client);
    });
  });
}

/** A worker that was killed may have left an agent that has not noticed yet. */
async function listenForNames(): Promise<void> {
  for (;;) {
    try {
      return await dns.listen(dnsAddress);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await sleep(new SystemClock(), RETRY_MS);
    }
  }
}

process.once('disconnect', () => process.exit(0));
// Ctrl-C in a terminal is for the worker, which ends us when it has ended its work.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('message', (services: ServiceEntry[]) => (dns.answers = new DnsAnswers(services)));
await listenForNames();
createServer({ allowHalfOpen: true }, serve).listen(path, () => process.send?.('ready'));
