import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '#clock';
import { startContainerd, startPostgres, startRedis, whyNoContainerd } from '#embedded';
import type { EmbeddedServer } from '#embedded';
import { Child } from './child.js';
import type { ProcessStats } from './child.js';
import { StartError } from './options.js';
import type { StandaloneOptions } from './options.js';
import { clusterSecret } from './secret.js';

/** The whole service on one machine: databases where none are given, an api process, a worker process. */
export class StandaloneService {
  /** In the order of starting; stopped in the reverse order. */
  private readonly running: { name: string; pid(): number | undefined; stop(): Promise<void> }[] = [];
  private readonly children: Child[] = [];
  /** Known once started. */
  databaseUrl = '';
  private stopped?: Promise<void>;

  constructor(
    private readonly options: StandaloneOptions,
    private readonly clock: Clock,
    private readonly print: (line: string) => void,
  ) {}

  /** Resolves when pods can be submitted. @throws StartError or EmbeddedError, one line that says what to do; what had been started is stopped. */
  async start(): Promise<void> {
    try {
      await this.startAll();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  private async startAll(): Promise<void> {
    const { options } = this;
    await assertFree(options.host, options.port);
    const missing = options.runtime === 'cri' ? whyNoContainerd() : undefined;
    if (missing) throw new StartError(`${missing.replace(/^podbox: /, '')} (--runtime virtual needs nothing of this)`);
    const secret = clusterSecret(options.dataDir);
    const notice = (line: string) => this.print(line);
    const [databaseUrl, redisUrl] = await Promise.all([
      options.databaseUrl ?? this.embedded('postgres', startPostgres({ dataDir: join(options.dataDir, 'postgres'), notice, settings: options.postgresSettings })),
      options.redisUrl ?? this.embedded('redis', startRedis({ dataDir: join(options.dataDir, 'redis'), notice })),
    ]);
    this.databaseUrl = databaseUrl;
    const env = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, PODBOX_CLUSTER_SECRET: secret, PODBOX_DATA: options.dataDir };
    // One after the other: the first runs the migrations.
    await this.child('api', /^api: listening/, { ...env, PODBOX_LISTEN: `${options.host}:${options.port}` });
    const runtime = options.runtime === 'cri' ? await this.containerd() : { PODBOX_RUNTIME: options.runtime };
    await this.child('worker', /^worker: node .* ready/, { ...env, ...runtime, PODBOX_NODE_NAME: options.nodeName }, options.drainSeconds);
  }

  /** Stops everything, the last started first. Harmless when called twice. */
  stop(): Promise<void> {
    this.stopped ??= (async () => {
      for (const part of this.running.reverse()) await part.stop();
    })();
    return this.stopped;
  }

  /** Process ids by name (api, worker, and the embedded servers). */
  pids(): Record<string, number | undefined> {
    return Object.fromEntries(this.running.map((part) => [part.name, part.pid()]));
  }

  /** What the api and worker processes have counted since they started. */
  stats(): Promise<ProcessStats[]> {
    return Promise.all(this.children.map((child) => child.stats()));
  }

  private async embedded(name: string, starting: Promise<EmbeddedServer>): Promise<string> {
    const server = await starting;
    this.running.push({ name, pid: () => server.pid, stop: () => server.stop() });
    return server.url;
  }

  /** Starts containerd or finds it running; it is not stopped with us, so that the containers go on. */
  private async containerd(): Promise<Record<string, string>> {
    try {
      return (await startContainerd(join(this.options.dataDir, 'containerd'))).env;
    } catch (error) {
      throw new StartError((error as Error).message);
    }
  }

  private async child(name: 'api' | 'worker', ready: RegExp, env: Record<string, string>, stopSeconds = 0): Promise<void> {
    const script = new URL(`../${name}/main.js`, import.meta.url);
    const child = new Child({ name, script, env, ready, clock: this.clock, print: this.print, stopMs: stopSeconds * 1000 });
    this.running.push({ name, pid: () => child.pid, stop: () => child.stop() });
    this.children.push(child);
    if (this.stopped) return;
    await child.start();
  }
}

/** Asked before anything is started, so that the answer comes at once. */
async function assertFree(host: string, port: number): Promise<void> {
  const probe = createServer();
  probe.listen(port, host.replace(/^\[|\]$/g, ''));
  try {
    await once(probe, 'listening');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be listened on (${(error as Error).message})`;
    throw new StartError(`${host}:${port} ${reason}: stop that program, or choose another address with npm start -- --listen 127.0.0.1:8081`);
  }
  probe.close();
  await once(probe, 'close');
}
