/** apps/api and apps/worker started alone, two of each on one database. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres, startRedis } from '#embedded';
import type { EmbeddedServer } from '#embedded';
import { eventuallyHolds, temporaryFolder } from '#testing';
import { NAMESPACE, clientFor, scriptPod } from './client.js';
import { freePort } from './started-service.js';

describe('two api processes and two workers on one database', () => {
  const dataDir = temporaryFolder('e2e-several');
  const servers: EmbeddedServer[] = [];
  const processes: ChildProcess[] = [];
  let clients: ReturnType<typeof clientFor>[] = [];

  async function startApp(app: 'api' | 'worker', env: NodeJS.ProcessEnv, ready: RegExp): Promise<void> {
    const child = spawn(process.execPath, [fileURLToPath(new URL(`../../${app}/main.js`, import.meta.url))], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    processes.push(child);
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const onData = (data: Buffer) => {
        output += data.toString();
        if (ready.test(output)) resolve();
      };
      child.stdout.on('data', onData);
      child.stderr.on('data', onData);
      child.once('close', (code) => reject(new Error(`${app} ended with ${code}:\n${output}`)));
    });
  }

  beforeAll(async () => {
    servers.push(await startPostgres({ dataDir: join(dataDir, 'postgres') }), await startRedis({ dataDir: join(dataDir, 'redis') }));
    const shared = { DATABASE_URL: servers[0]!.url, REDIS_URL: servers[1]!.url, PODBOX_CLUSTER_SECRET: 'the-secret-of-this-test' };
    const ports = [await freePort(), await freePort()];
    // All at once: whoever comes first runs the migrations.
    await Promise.all([
      ...ports.map((port) => startApp('api', { ...shared, PODBOX_LISTEN: `127.0.0.1:${port}` }, /api: listening/)),
      ...['node-a', 'node-b'].map((node) =>
        startApp('worker', { ...shared, PODBOX_NODE_NAME: node, PODBOX_DATA: join(dataDir, node) }, /worker: node .* ready/),
      ),
    ]);
    clients = ports.map((port) => clientFor(`http://127.0.0.1:${port}`));
  }, 120_000);

  afterAll(async () => {
    for (const child of processes) {
      if (child.exitCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    for (const server of servers) await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('a pod created through one api is seen live through the other, and pods land on both nodes', async () => {
    const [first, second] = clients as [(typeof clients)[0], (typeof clients)[0]];
    const ready = new Set<string>();
    const controller = await new k8s.Watch(second.config).watch(
      `/api/v1/namespaces/${NAMESPACE}/pods`,
      {},
      (_type, pod: k8s.V1Pod) => {
        if (pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')) ready.add(pod.metadata!.name!);
      },
      () => undefined,
    );
    const names = Array.from({ length: 10 }, (_, index) => `spread-${index}`);
    await Promise.all(names.map((name) => first.core.createNamespacedPod({ namespace: NAMESPACE, body: scriptPod(name, 'true', 'echo here; exec sleep 3600') })));
    await eventuallyHolds(() => expect([...ready].sort()).toEqual(names));
    controller.abort();
    const { items } = await second.core.listNamespacedPod({ namespace: NAMESPACE });
    expect(new Set(items.map((pod) => pod.spec!.nodeName))).toEqual(new Set(['node-a', 'node-b']));
    expect(new Set(items.map((pod) => pod.status!.podIP)).size).toBe(names.length);
    for (const pod of items) {
      const name = pod.metadata!.name!;
      await eventuallyHolds(async () => expect(await first.core.readNamespacedPodLog({ namespace: NAMESPACE, name })).toBe('here\n'));
    }
  });
});
