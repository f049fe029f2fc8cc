/** The embedded Redis: holds only work to be done, so nothing of it is kept on disk (principle 1). */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { EmbeddedError } from './errors.js';
import { findRedis, projectCache } from './redis-files.js';
import { onFreePort, spawnServer, untilReady } from './server.js';
import type { EmbeddedServer } from './server.js';

export interface RedisOptions {
  /** For its configuration and log. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** Where a fetched redis-server is kept. Default: .podbox/cache of the project. */
  cacheDir?: string;
  /** Default: a random one. */
  password?: string;
  notice?: (line: string) => void;
}

const START_TIMEOUT_MS = 30_000;

/** @throws EmbeddedError */
export async function startRedis(options: RedisOptions): Promise<EmbeddedServer> {
  const binary = findRedis(resolve(options.cacheDir ?? projectCache()), options.notice ?? (() => undefined));
  const dataDir = resolve(options.dataDir);
  const configFile = join(dataDir, 'redis.conf');
  const logFile = join(dataDir, 'redis.log');
  const password = options.password ?? randomBytes(24).toString('hex');
  return onFreePort(options.port, async (port) => {
    try {
      mkdirSync(dataDir, { recursive: true });
      writeFileSync(configFile, configuration(port, password, dataDir), { mode: 0o600 });
    } catch (error) {
      throw new EmbeddedError('UNREADABLE', `cannot use ${dataDir} for Redis: ${(error as Error).message}`, { cause: error });
    }
    const server = await spawnServer([binary.command, configFile], { cwd: dataDir, env: binary.env, logFile, stopSignal: 'TERM' });
    const url = `redis://:${password}@127.0.0.1:${port}/0`;
    await untilReady('Redis', server, logFile, () => answers(url), START_TIMEOUT_MS);
    return { url, pid: server.pid, port, dataDir, stop: server.stop };
  });
}

const configuration = (port: number, password: string, dataDir: string): string =>
  [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    'daemonize no',
    'save ""',
    'appendonly no',
    'maxmemory-policy noeviction',
    'databases 1024',
    'tcp-backlog 511',
    `dir "${dataDir}"`,
    '',
  ].join('\n');

async function answers(url: string): Promise<boolean> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  // Without a listener ioredis prints what ends up in the rejection anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
