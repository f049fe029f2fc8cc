import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTestDatabase } from '#testing';
import type { TestDatabase } from '#testing';
import { call } from './testing/test-api.js';

const MAIN = new URL('./main.js', import.meta.url).pathname;

let database: TestDatabase;
const processes: ChildProcess[] = [];
const urls: string[] = [];

async function startProcess(): Promise<string> {
  const env = { PATH: process.env.PATH, PODBOX_CLUSTER_SECRET: 's', PODBOX_LISTEN: '127.0.0.1:0', DATABASE_URL: database.url };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  processes.push(child);
  let output = '';
  for await (const data of child.stdout as AsyncIterable<Buffer>) {
    output += data.toString();
    const match = /^api: listening on (http:\/\/127\.0\.0\.1:\d+)$/m.exec(output);
    if (match) {
      child.stdout.resume();
      return match[1]!;
    }
  }
  throw new Error(`ended before it listened: ${output}`);
}

beforeAll(async () => {
  database = await createTestDatabase();
  for (let i = 0; i < 2; i++) urls.push(await startProcess());
});
afterAll(async () => {
  for (const child of processes) {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'close');
  }
  await database?.drop();
});

const post = (process: number, path: string, body: object) => call(`${urls[process % 2]!}/api/v1/${path}`, { method: 'POST', body });

it('two api processes let exactly 50 of 200 pods into a quota of 50', async () => {
  await post(0, 'namespaces', { metadata: { name: 'crowd' } });
  // Both have created here before, so both know the namespace as it was without the quota.
  for (const process of [0, 1]) await post(process, 'namespaces/crowd/configmaps', { metadata: { name: `known-${process}` } });
  await post(0, 'namespaces/crowd/resourcequotas', { metadata: { name: 'q' }, spec: { hard: { pods: '50' } } });
  const pod = (i: number) => ({ metadata: { name: `p${i}` }, spec: { containers: [{ name: 'c', image: 'busybox' }] } });
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => post(i, 'namespaces/crowd/pods', pod(i))));
  expect(answers.filter(({ code }) => code === 201)).toHaveLength(50);
  const refused = answers.filter(({ code }) => code !== 201);
  expect(new Set(refused.map(({ code }) => code))).toEqual(new Set([403]));
  expect(refused[0]!.body['message']).toMatch(/^pods "p\d+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=50, limited: pods=50$/);
  const { body } = await call(`${urls[0]!}/api/v1/namespaces/crowd/resourcequotas/q`);
  expect(body.status).toEqual({ hard: { pods: '50' }, used: { pods: '50' } });
  const list = await call(`${urls[1]!}/api/v1/namespaces/crowd/pods`);
  expect(list.body['items']).toHaveLength(50);
});
