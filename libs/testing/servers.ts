/** The servers that all test files of one run share: those named by DATABASE_URL and REDIS_URL, else embedded ones in a temporary folder. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres, startRedis } from '#embedded';
import { dropTemplate, makeTemplate } from './database.js';
import { temporaryFolder } from './folder.js';

export interface TestServers {
  postgres: string;
  redis: string;
  stop(): Promise<void>;
}

export async function startTestServers(): Promise<TestServers> {
  const folder = temporaryFolder('test');
  const stops: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const each of stops.reverse()) await each();
  };
  const start = async (server: Promise<{ url: string; stop(): Promise<void> }>): Promise<string> => {
    const { url, stop } = await server;
    stops.push(stop);
    return url;
  };
  try {
    // Throw-away data: durability is switched off here and nowhere else.
    const settings = { fsync: 'off', full_page_writes: 'off' };
    const postgres = process.env.DATABASE_URL ?? (await start(startPostgres({ dataDir: join(folder, 'postgres'), settings })));
    const redis = process.env.REDIS_URL ?? (await start(startRedis({ dataDir: join(folder, 'redis') })));
    await makeTemplate(postgres);
    if (process.env.DATABASE_URL) stops.push(() => dropTemplate(postgres));
    return { postgres, redis, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
