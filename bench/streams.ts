/**
 * How live subscriptions are: `npm run bench -- streams [subscribers ...]` (1000 and 5000 when none is given). 100 pods change all the time; subscribers, each on a
 * websocket of its own, follow one pod each, or all of them. The api is a process of its own; the subscribers are another one; this one makes the changes.
 * The delay is from the change's time stamp in the change log, which its commit writes, to when its message has reached the subscriber's program.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { SystemClock } from '#clock';
import { startPostgres } from '#embedded';
import { migrate, openStore, type PostgresStore } from '#store';
import { temporaryFolder } from '#testing';
import { boundPod } from '#testing/nodes';
import { percentile, printTable } from './report.js';
import { machineTime, type Report, type Round } from './streams-clients.js';

const PODS = 100;
const SECONDS = 20;
const CLIENTS = new URL('./streams-clients.js', import.meta.url);
const API = new URL('../apps/api/main.js', import.meta.url);
const cause = { by: 'bench', what: 'request', detail: 'bench' } as const;

/** What one round measures: `rate` changes of all pods together a second. */
interface Plan {
  subscribers: number;
  follow: 'one pod' | 'all pods';
  rate: number;
}

async function startApi(databaseUrl: string): Promise<{ url: string; child: ChildProcess }> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, PODBOX_CLUSTER_SECRET: 'bench', PODBOX_LISTEN: '127.0.0.1:0' };
  const child = spawn(process.execPath, [API.pathname], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
      const listening = /listening on (\S+)\n/.exec(said)?.[1];
      if (listening) resolve(listening);
    });
    child.once('exit', () => reject(new Error(`the api did not start: ${said}`)));
  });
  return { url, child };
}

const residentKiB = ({ pid }: ChildProcess): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
/** CPU seconds that a process has used. */
const cpuSeconds = ({ pid }: ChildProcess): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

const podName = (index: number) => `pod-${index % PODS}`;
const pods = Array.from({ length: PODS }, (_, n) => boundPod('bench-node', podName(n), { containers: [{ name: 'app', image: 'busybox' }] }));

/** Changes the pods evenly, `rate` times a second, for as long as `going` says. Returns how many changes it made. */
async function change(store: PostgresStore, rate: number, going: () => boolean): Promise<number> {
  const started = machineTime();
  const pending = new Set<Promise<unknown>>();
  let made = 0;
  while (going()) {
    for (const due = ((machineTime() - started) / 1000) * rate; made < due; made++) {
      const pod = pods[made % PODS]!;
      const object = { ...pod, metadata: { ...pod.metadata, annotations: { change: String(made) } } };
      const write = store.commit({ writes: [{ op: 'update', object, cause }] });
      pending.add(write);
      void write.finally(() => pending.delete(write));
    }
    await sleep(2);
  }
  await Promise.all(pending);
  return made;
}

/** When each revision was committed, as machineTime. */
async function commitTimes(databaseUrl: string): Promise<Map<number, number>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const offset = Date.now() - machineTime();
  const { rows } = await client.query<{ revision: string; at: string }>('SELECT revision, at FROM change_log');
  await client.end();
  return new Map(rows.map(({ revision, at }) => [Number(revision), Number(at) - offset]));
}

const tell = async (child: ChildProcess, message: object): Promise<Report> => {
  child.send(message);
  const [answer] = (await once(child, 'message')) as [Report];
  return answer;
};

async function round(store: PostgresStore, databaseUrl: string, { subscribers, follow, rate }: Plan): Promise<Record<string, number | string>> {
  const { url, child: api } = await startApi(databaseUrl);
  const clients = fork(CLIENTS, { serialization: 'advanced' });
  try {
    const plan: Round = { url, subscribers, names: follow === 'one pod' ? Array.from({ length: PODS }, (_, n) => podName(n)) : [] };
    // The compiler's warming up, and what an api process takes by itself.
    await tell(clients, { ...plan, subscribers: 20 });
    let warming = true;
    const warm = change(store, rate, () => warming);
    await sleep(2000);
    warming = false;
    await warm;
    await tell(clients, { close: true });
    await sleep(500);
    const before = residentKiB(api);
    const began = machineTime();
    await tell(clients, plan);
    const connected = (machineTime() - began) / 1000;
    const subscribed = residentKiB(api);
    const cpu = cpuSeconds(api);
    const from = machineTime();
    const changes = await change(store, rate, () => machineTime() - from < SECONDS * 1000);
    const elapsed = (machineTime() - from) / 1000;
    const used = cpuSeconds(api) - cpu;
    const expected = follow === 'one pod' ? (changes * subscribers) / PODS : changes * subscribers;
    const { revisions, received } = await tell(clients, { report: expected });
    const committed = await commitTimes(databaseUrl);
    const delays = [...received].map((at, n) => at - committed.get(revisions[n]!)!);
    const [p50, p99, max] = [0.5, 0.99, 1].map((share) => percentile(delays, share)) as [number, number, number];
    const messages = received.length;
    return {
      subscribers,
      follow,
      'changes/s': changes / elapsed,
      'messages/s': messages / elapsed,
      'lost %': 100 * (1 - messages / expected),
      'p50 ms': p50,
      'p99 ms': p99,
      'max ms': max,
      'API CPU %': (100 * used) / elapsed,
      'KiB/subscriber': (subscribed - before) / subscribers,
      'KiB/subscriber, loaded': (residentKiB(api) - before) / subscribers,
      'subscribed in s': connected,
    };
  } finally {
    clients.kill();
    api.kill();
    await Promise.all([api, clients].map(async (child) => child.exitCode ?? child.signalCode ?? (await once(child, 'exit'))));
  }
}

const given = process.argv.slice(2).map(Number);
const folder = temporaryFolder('bench-streams');
const server = process.env.DATABASE_URL ? undefined : await startPostgres({ dataDir: join(folder, 'postgres') });
const url = new URL(process.env.DATABASE_URL ?? server!.url);
url.pathname = `/podbox_bench_${process.pid}`;
await migrate(url.href);
const store = await openStore({ url: url.href, clock: new SystemClock(), name: 'bench' });
try {
  for (const object of pods) await store.commit({ writes: [{ op: 'create', object, cause }] });
  const plans = (given.length > 0 ? given : [1000, 5000]).flatMap((subscribers): Plan[] => [
    { subscribers, follow: 'one pod', rate: 100 },
    { subscribers, follow: 'all pods', rate: 5000 / subscribers },
  ]);
  const rounds = [];
  for (const plan of plans) rounds.push(await round(store, url.href, plan));
  printTable('Subscriptions over websockets to 100 pods that change all the time: from a change to its message', rounds);
  console.log(`\n${JSON.stringify({ benchmark: 'streams', rounds })}`);
} finally {
  await store.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
