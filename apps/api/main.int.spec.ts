import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '#testing';
import type { TestDatabase } from '#testing';
import { TestWatch } from './testing/test-api.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

const MAIN = new URL('./main.js', import.meta.url).pathname;

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, PODBOX_CLUSTER_SECRET: 's', PODBOX_LISTEN: '127.0.0.1:0', ...env },
  });
  let output = '';
  const listeners: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
      for (const listener of listeners.splice(0)) listener();
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    for (const listener of listeners.splice(0)) listener();
    return code as number | null;
  });
  return {
    child,
    ended,
    output: () => output,
    async said(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const match = pattern.exec(output);
        if (match) return match;
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${output}`);
        await new Promise<void>((resolve) => listeners.push(resolve));
      }
    },
  };
}

describe('an api process', () => {
  it('says when it is ready, ends its watches and itself on SIGTERM', async () => {
    const api = run({ DATABASE_URL: database.url });
    const [, url] = await api.said(/^api: listening on (http:\/\/127\.0\.0\.1:\d+)$/m);
    const watch = await TestWatch.open(`${url}/api/v1/pods?watch=true`);
    api.child.kill('SIGTERM');
    await watch.end();
    expect(await api.ended).toBe(0);
  });

  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>, RegExp]>([
    ['without a database', () => ({}), /^api: DATABASE_URL is not set: /],
    ['with a database that is not there', () => ({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/x' }), /^api: the database at postgresql:\/\/nobody@127\.0\.0\.1:1\/x cannot be used: .*Check DATABASE_URL$/m],
    [
      'on an address that is not loopback',
      () => ({ DATABASE_URL: database.url, PODBOX_LISTEN: '0.0.0.0:8080' }),
      /^api: PODBOX_LISTEN="0\.0\.0\.0:8080": .*only loopback may be listened on/,
    ],
    ['on something that is no address', () => ({ DATABASE_URL: database.url, PODBOX_LISTEN: '8080' }), /^api: PODBOX_LISTEN="8080" is not host:port/],
  ])('ends with one clear line %s', async (_what, env, line) => {
    const api = run(await env());
    expect(await api.ended).toBe(1);
    expect(api.output()).toMatch(line);
    expect(api.output().trim().split('\n')).toHaveLength(1);
  });

  it('ends with one clear line when its port is in use', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const api = run({ DATABASE_URL: database.url, PODBOX_LISTEN: `127.0.0.1:${port}` });
    const code = await api.ended;
    other.close();
    expect(code).toBe(1);
    expect(api.output()).toMatch(new RegExp(`^api: 127\\.0\\.0\\.1:${port} is in use by another program: .*\\n$`));
  });
});
