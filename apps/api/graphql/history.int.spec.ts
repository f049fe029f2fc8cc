/**
 * Nothing is lost, doubled or out of order, whatever breaks: clients on two api processes are cut off at random and come back with their cursors, while 500 pods
 * live and die, an api process is killed, the other one restarted, and Redis emptied. What each client has put together is the change log.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { Redis } from 'ioredis';
import pg from 'pg';
import { WebSocket } from 'ws';
import { sleep, SystemClock } from '#clock';
import type { Pod } from '#objects';
import { openStore, type PostgresStore } from '#store';
import { eventually } from '#testing';
import { startClockWorld, type ClockWorld } from '../testing/clock-world.js';
import { call } from '../testing/test-api.js';

const SEED = 20_261_121;
const CLIENTS = 20;
const PODS = 500;
/** Pods at a time. */
const LANES = 125;
const NAMESPACE = 'lives';
const WITHIN = { timeoutMs: 120_000 };

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Message {
  type: string;
  cursor: string;
  pod: { name: string } | null;
}

/** A program that follows pods. What it has dealt with is kept; its connections are cut without a word. */
class Follower {
  readonly seen: string[] = [];
  readonly problems: string[] = [];
  cursor: string | undefined;
  connections = 0;
  private stopped = false;
  private cut: () => void = () => undefined;

  constructor(
    private readonly urls: string[],
    private readonly chance: () => number,
    private readonly connect: typeof overSocket,
  ) {}

  async run(): Promise<void> {
    while (!this.stopped) {
      this.connections++;
      const most = 1 + Math.floor(this.chance() * 400);
      let taken = 0;
      let broken = false;
      await new Promise<void>((resolve) => {
        const disconnect = this.connect(this.urls[Math.floor(this.chance() * this.urls.length)]!, this.cursor, {
          message: (message) => {
            // What still comes from a connection that was cut is lost on the way.
            if (broken) return;
            this.take(message);
            if (++taken >= most) this.cut();
          },
          problem: (code) => this.problems.push(code),
          ended: () => this.cut(),
        });
        this.cut = () => {
          broken = true;
          disconnect();
          resolve();
        };
        if (this.stopped) this.cut();
      });
      await sleep(new SystemClock(), 20);
    }
  }

  stop(): void {
    this.stopped = true;
    this.cut();
  }

  private take({ type, cursor, pod }: Message): void {
    this.cursor = cursor;
    if (pod) this.seen.push(`${cursor} ${type} ${pod.name}`);
  }
}

interface Sink {
  message(message: Message): void;
  /** The service has answered with an error. */
  problem(code: string): void;
  ended(): void;
}

const QUERY = `subscription ($after: String) { podChanges(namespace: "${NAMESPACE}", after: $after) { type cursor pod { name displayStatus containers { name ready } } } }`;
interface Data {
  podChanges: Message;
}
const codesOf = (problem: unknown): string[] => (Array.isArray(problem) ? problem.map((one: { extensions?: { code?: string } }) => one.extensions?.code ?? 'none') : []);

/** Returns what cuts the connection. */
function overSocket(url: string, after: string | undefined, sink: Sink): () => void {
  let socket: WebSocket | undefined;
  const client = createSocketClient({ url: `${url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, on: { opened: (opened) => (socket = opened as WebSocket) } });
  client.subscribe<Data>(
    { query: QUERY, variables: { after } },
    {
      next: ({ data, errors }) => (data ? sink.message(data.podChanges) : codesOf(errors).forEach(sink.problem)),
      error: (problem) => {
        codesOf(problem).forEach(sink.problem);
        sink.ended();
      },
      complete: () => sink.ended(),
    },
  );
  return () => {
    socket?.terminate();
    void client.dispose();
  };
}

function overEvents(url: string, after: string | undefined, sink: Sink): () => void {
  const client = createSseClient({ url: `${url}/graphql/stream`, retryAttempts: 0 });
  client.subscribe<Data>(
    { query: QUERY, variables: { after } },
    { next: ({ data, errors }) => (data ? sink.message(data.podChanges) : codesOf(errors).forEach(sink.problem)), error: () => sink.ended(), complete: () => sink.ended() },
  );
  return () => client.dispose();
}

describe('the history of a namespace, as clients put it together', () => {
  let world: ClockWorld;
  let store: PostgresStore;
  let log: pg.Client;
  const urls: string[] = [];
  const processes: ChildProcess[] = [];

  /** `port` 0: any. Returns when it listens. */
  async function startApi(index: number, port: string): Promise<void> {
    const env = { ...process.env, DATABASE_URL: world.cluster.databaseUrl, PODBOX_CLUSTER_SECRET: 'test', PODBOX_LISTEN: `127.0.0.1:${port}` };
    const child = spawn(process.execPath, [fileURLToPath(new URL('../main.js', import.meta.url))], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    processes[index] = child;
    let said = '';
    urls[index] = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        said += String(chunk);
        const url = /listening on (http:\S+)\n/.exec(said)?.[1];
        if (url) resolve(url);
      });
      child.once('exit', () => reject(new Error(`the api process ended: ${said}`)));
    });
  }
  async function restart(index: number, signal: NodeJS.Signals): Promise<void> {
    processes[index]!.kill(signal);
    await once(processes[index]!, 'exit');
    await startApi(index, new URL(urls[index]!).port);
  }

  beforeAll(async () => {
    world = await startClockWorld(['n1']);
    await world.namespace(NAMESPACE);
    store = await openStore({ url: world.cluster.databaseUrl, clock: new SystemClock(), name: 'history' });
    log = new pg.Client({ connectionString: world.cluster.databaseUrl });
    await log.connect();
    await Promise.all([startApi(0, '0'), startApi(1, '0')]);
  }, 120_000);
  afterAll(async () => {
    for (const child of processes) child.kill('SIGKILL');
    await log?.end();
    await store?.close();
    await world?.close();
  });

  /** Each pod is created, runs, ends, and is removed. `progress`: how many are gone. */
  async function live(progress: (gone: number) => void): Promise<void> {
    const phases = new Map<string, string>();
    const left = new AbortController();
    const from = await store.currentRevision();
    const watching = (async () => {
      for await (const item of store.watch({ kind: 'Pod', namespace: NAMESPACE }, from, { signal: left.signal })) {
        if (item.type !== 'BOOKMARK') phases.set(item.change.key.name, item.type === 'DELETED' ? 'gone' : ((item.change.object as unknown as Pod).status?.phase ?? ''));
      }
    })();
    const path = `${world.api.url}/api/v1/namespaces/${NAMESPACE}/pods`;
    let next = 0;
    let gone = 0;
    const lane = async () => {
      while (next < PODS) {
        const name = `pod-${next++}`;
        const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image: 'busybox', command: ['true'] }] };
        const { code, text } = await call(path, { method: 'POST', body: { metadata: { name }, spec } });
        if (code !== 201) throw new Error(text);
        await eventually(() => phases.get(name) === 'Succeeded', { describe: `${name} has run`, ...WITHIN });
        await call(`${path}/${name}`, { method: 'DELETE' });
        await eventually(() => phases.get(name) === 'gone', { describe: `${name} is gone`, ...WITHIN });
        progress(++gone);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    left.abort();
    await watching;
  }

  it('is the change log: no gap, nothing twice, in order', async () => {
    const chance = random(SEED);
    const followers = Array.from({ length: CLIENTS }, (_, n) => new Follower(urls, random(Math.floor(chance() * 2 ** 32)), n % 2 === 0 ? overSocket : overEvents));
    const running = followers.map((follower) => follower.run());
    await eventually(() => followers.every(({ cursor }) => cursor !== undefined), WITHIN);

    const mischief: Promise<unknown>[] = [];
    const redis = new Redis(world.cluster.redisUrl);
    await live((gone) => {
      if (gone === Math.floor(PODS / 4)) mischief.push(restart(0, 'SIGKILL'));
      if (gone === Math.floor(PODS / 2)) mischief.push(redis.flushdb());
      if (gone === Math.floor((PODS * 3) / 4)) mischief.push(restart(1, 'SIGTERM'));
    });
    await Promise.all(mischief);
    await redis.quit();
    expect(mischief).toHaveLength(3);

    const { rows } = await log.query<{ line: string }>(`SELECT revision || ' ' || type || ' ' || name AS line FROM change_log WHERE kind = 'Pod' AND namespace = $1 ORDER BY revision`, [NAMESPACE]);
    const truth = rows.map(({ line }) => line);
    expect(truth.length).toBeGreaterThan(PODS * 4);
    await eventually(() => followers.every(({ seen }) => seen.length >= truth.length), { describe: 'all have been told everything', ...WITHIN });
    for (const follower of followers) follower.stop();
    await Promise.all(running);
    for (const { seen, problems, connections } of followers) {
      expect(problems).toEqual([]);
      expect(connections).toBeGreaterThan(5);
      expect(seen).toEqual(truth);
    }
  }, 300_000);
});
