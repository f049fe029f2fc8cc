import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Redis } from 'ioredis';
import { eventually, temporaryFolder } from '#testing';
import { startPostgres } from './postgres.js';
import { startRedis } from './redis.js';

const folder = temporaryFolder('embedded');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as unknown[];
  } finally {
    await client.end();
  }
}

/** A process of its own that starts a server and says where it is. */
async function starter(call: string): Promise<{ kill(): void; url: string; pid: number }> {
  const script = `import * as embedded from '#embedded'; const s = await embedded.${call}; console.log(JSON.stringify(s)); process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { kill: () => child.kill('SIGKILL'), ...(JSON.parse(line) as { url: string; pid: number }) };
}

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('embedded Postgres', () => {
  it('keeps its data over a stop, and over the death of the process that started it', async () => {
    const dataDir = join(folder, 'kept');
    const first = await startPostgres({ dataDir });
    await query(first.url, 'CREATE TABLE t AS SELECT 1 AS n');
    await first.stop();
    expect(lives(first.pid)).toBe(false);

    const second = await starter(`startPostgres({ dataDir: ${JSON.stringify(dataDir)} })`);
    await query(second.url, 'INSERT INTO t VALUES (2)');
    await expect(startPostgres({ dataDir })).rejects.toMatchObject({ code: 'IN_USE' });
    second.kill();

    // At once: its server may still be on the way down.
    const third = await eventually(() => startPostgres({ dataDir }), { describe: 'started again' });
    expect(await query(third.url, 'SELECT n FROM t ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
    await third.stop();
  });

  it('says in one line that a folder is not a database of ours', async () => {
    const dataDir = join(folder, 'other');
    mkdirSync(dataDir);
    await expect(startPostgres({ dataDir })).rejects.toMatchObject({ name: 'EmbeddedError', code: 'UNREADABLE', message: expect.not.stringContaining('\n') });
  });

  it('says in one line that its port is taken', async () => {
    const redis = await startRedis({ dataDir: join(folder, 'taker') });
    await expect(startPostgres({ dataDir: join(folder, 'taken'), port: redis.port })).rejects.toMatchObject({
      code: 'IN_USE',
      message: expect.stringContaining(`port ${redis.port} on 127.0.0.1 is in use`),
    });
    await redis.stop();
  });
});

describe('embedded Redis', () => {
  it('ends when the process that started it is killed', async () => {
    const { kill, pid, url } = await starter(`startRedis({ dataDir: ${JSON.stringify(join(folder, 'redis'))} })`);
    const client = new Redis(url);
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
    kill();
    await eventually(() => !lives(pid), { describe: 'the Redis of a killed process has ended' });
  });

  it('never evicts and writes nothing to disk', async () => {
    const redis = await startRedis({ dataDir: join(folder, 'settings') });
    const client = new Redis(redis.url);
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await client.config('GET', 'save')).toEqual(['save', '']);
    client.disconnect();
    await redis.stop();
  });
});
