/** The subscribers of bench/streams.ts, in a process of their own: lean, so that what they cost is not the service's. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Milliseconds on a clock that all processes of this machine share. */
export const machineTime = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;
/** Connections that are opened at a time. */
const LANES = 50;
const GIVE_UP_MS = 30_000;

/** `names`: the pods that the subscribers follow, in turns; empty: all of them. */
export interface Round {
  url: string;
  subscribers: number;
  names: string[];
}
/** What came, and when (machineTime). */
export interface Report {
  revisions: Float64Array;
  received: Float64Array;
}
type Order = Round | { close: true } | { report: number };

const QUERY = `subscription ($name: String) { podChanges(namespace: "default", name: $name) {
  type cursor pod { name phase displayStatus ready restarts annotations containers { name ready restartCount state { running { startedAt } waiting { reason } } } } } }`;

const cursor = Buffer.from('"cursor":"');
const modified = Buffer.from('"MODIFIED"');
const synced = Buffer.from('"SYNCED"');
let sockets: WebSocket[] = [];
let revisions: number[] = [];
let received: number[] = [];
let measuring = false;

/** Resolves when the subscription has been told the state. */
async function subscribe(url: string, name: string | undefined): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { perMessageDeflate: false, skipUTF8Validation: true });
  sockets.push(socket);
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { name } } }));
  await new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      if (data.includes(modified)) {
        if (!measuring) return;
        received.push(machineTime());
        const from = data.indexOf(cursor) + cursor.length;
        revisions.push(Number(data.toString('latin1', from, data.indexOf(0x22, from))));
      } else if (data.includes(synced)) resolve();
    });
  });
}

async function open({ url, subscribers, names }: Round): Promise<void> {
  measuring = false;
  let next = 0;
  const lane = async () => {
    while (next < subscribers) {
      const index = next++;
      await subscribe(url, names.length > 0 ? names[index % names.length] : undefined);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  revisions = [];
  received = [];
  measuring = true;
}

async function report(expected: number): Promise<Report> {
  const until = performance.now() + GIVE_UP_MS;
  while (received.length < expected && performance.now() < until) await sleep(20);
  return { revisions: Float64Array.from(revisions), received: Float64Array.from(received) };
}

async function obey(order: Order): Promise<Report> {
  if ('report' in order) return report(order.report);
  if ('close' in order) {
    for (const socket of sockets) socket.terminate();
    sockets = [];
  } else await open(order);
  return { revisions: new Float64Array(), received: new Float64Array() };
}

process.on('message', (order: Order) => void obey(order).then((answer) => process.send!(answer)));
