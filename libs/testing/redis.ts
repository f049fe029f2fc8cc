/** A Redis for one test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '#embedded';

export interface TestRedis {
  url: string;
  close(): Promise<void>;
}

/** The shared Redis of the run: what global-setup.ts started. */
export function testRedisUrl(): string {
  const url = process.env.PODBOX_TEST_REDIS;
  if (!url) throw new Error('no Redis for tests: name the file *.int.spec.ts, so that Jest starts one first');
  return url;
}

/**
 * An empty database of the shared Redis that no other test uses. FLUSHDB is that test's own affair;
 * FLUSHALL and a Redis that stops and comes back want a server of their own: `startTestRedis`.
 */
export async function createTestRedis(): Promise<TestRedis> {
  const shared = new Redis(testRedisUrl());
  const databases = Number(((await shared.config('GET', 'databases')) as string[])[1]);
  for (let number = 1; number < databases; number++) {
    const claim = `podbox:test:database:${number}`;
    if ((await shared.set(claim, process.pid, 'NX')) !== 'OK') continue;
    const url = new URL(testRedisUrl());
    url.pathname = `/${number}`;
    const close = async () => {
      await shared.pipeline().select(number).flushdb().select(0).del(claim).exec();
      await shared.quit();
    };
    return { url: url.href, close };
  }
  await shared.quit();
  throw new Error(`all ${databases} databases of the test Redis are taken: FLUSHALL it`);
}

/** A Redis server of the test's own, on a port that stays the same over `restart`. */
export async function startTestRedis(): Promise<TestRedis & { kill(): Promise<void>; restart(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'podbox-test-redis-'));
  let server = await startRedis({ dataDir: folder });
  const kill = () => server.stop();
  const restart = async () => {
    await server.stop();
    server = await startRedis({ dataDir: folder, port: server.port, password: new URL(server.url).password });
  };
  const close = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url: server.url, close, kill, restart };
}
