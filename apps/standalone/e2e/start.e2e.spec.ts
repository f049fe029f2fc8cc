/** npm start's program: up, down, up again with what was there, and one clear line for each thing that can be in the way. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import { eventuallyHolds } from '#testing';
import { freePort, runMain, startService } from './started-service.js';
import type { StartedService } from './started-service.js';

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'stays' }, spec: { containers: [{ name: 'app', image: 'busybox', command: ['sleep', '3600'] }] } };
const pods = (service: StartedService) => `${service.url}/api/v1/namespaces/default/pods`;

async function phaseOf(service: StartedService): Promise<string> {
  const answer = await fetch(`${pods(service)}/stays`);
  return ((await answer.json()) as { status: { phase: string } }).status.phase;
}

describe('the standalone service', () => {
  let service: StartedService | undefined;
  afterAll(() => service?.dispose());

  it('starts, says what to type next, stops on Ctrl-C, and goes on with its pods', async () => {
    service = await startService();
    expect(service.output()).toMatch(/Podbox is ready on http:\/\/127\.0\.0\.1:\d+: one node, podbox-node[^]*create -f examples\/myapp\.yaml[^]*get pods -w[^]*\/graphql/);
    const created = await fetch(pods(service), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(pod) });
    expect(created.status).toBe(201);
    await eventuallyHolds(async () => expect(await phaseOf(service!)).toBe('Running'));
    const pids = [service.pidOf('api'), service.pidOf('worker')];

    expect(await service.interrupt()).toBe(0);
    expect(service.output()).toContain('podbox: stopped');
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow('ESRCH');

    const { dataDir, port } = service;
    service = await startService({ dataDir, port });
    expect(['Pending', 'Running']).toContain(await phaseOf(service));
    // A node that stopped and came back has rebooted: its containers have been started once more.
    await eventuallyHolds(async () => {
      const status = ((await (await fetch(`${pods(service!)}/stays`)).json()) as { status: { containerStatuses: { restartCount: number; ready: boolean }[] } }).status;
      expect(status.containerStatuses[0]).toMatchObject({ restartCount: 1, ready: true });
    });
  });

  it('refuses a port that is in use', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const main = await runMain(['--listen', `127.0.0.1:${port}`, '--data', '/nonexistent'], {}, /$^/);
    other.close();
    expect(main.exitCode()).toBe(1);
    expect(main.output()).toBe(`podbox: 127.0.0.1:${port} is in use by another program: stop that program, or choose another address with npm start -- --listen 127.0.0.1:8081\n`);
  });

  it.each([
    ['a database', { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none', REDIS_URL: 'redis://127.0.0.1:1' }, /DATABASE_URL|[Dd]atabase|Postgres/],
    ['a Redis', { REDIS_URL: 'redis://127.0.0.1:1' }, /Redis|REDIS_URL/],
  ])('says that %s cannot be reached', async (_what, env, message) => {
    const { dataDir } = service!;
    const main = await runMain(['--listen', `127.0.0.1:${await freePort()}`, '--data', `${dataDir}/other`], env, /$^/);
    expect(main.exitCode()).toBe(1);
    const last = main.output().trim().split('\n').at(-1)!;
    expect(last).toMatch(/^podbox: /);
    expect(last).toMatch(message);
  });
});
