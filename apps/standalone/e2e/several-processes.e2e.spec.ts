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

const CROWD = 200;
const WITHIN = { timeoutMs: 60_000 };

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
        startApp('worker', { ...shared, PODBOX_NODE_NAME: node, PODBOX_DATA: join(dataDir, node), PODBOX_NODE_MEMORY: '2000Gi' }, /worker: node .* ready/),
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

  /** Asks the two api processes by turns for 200 pods at once. Gives the messages of those that were refused. */
  async function createCrowd(namespace: string, spec: Partial<k8s.V1PodSpec>): Promise<string[]> {
    await clients[0]!.core.createNamespace({ body: { metadata: { name: namespace } } });
    // Both have created here before, so both know the namespace as it is now.
    for (const [index, { core }] of clients.entries()) await core.createNamespacedConfigMap({ namespace, body: { metadata: { name: `known-${index}` } } });
    if (namespace === 'limited') await clients[0]!.core.createNamespacedResourceQuota({ namespace, body: { metadata: { name: 'q' }, spec: { hard: { pods: '50' } } } });
    const containers = [{ name: 'c', image: 'busybox', command: ['sleep', '3600'], ...spec.containers?.[0] }];
    const create = (index: number) => clients[index % 2]!.core.createNamespacedPod({ namespace, body: { metadata: { name: `p${index}` }, spec: { terminationGracePeriodSeconds: 0, ...spec, containers } } });
    const answers = await Promise.allSettled(Array.from({ length: CROWD }, (_, index) => create(index)));
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [] : [messageOf(answer.reason)]));
  }
  const podsOf = async (namespace: string) => (await clients[1]!.core.listNamespacedPod({ namespace })).items;
  const running = (pods: k8s.V1Pod[]) => pods.filter(({ status }) => status?.phase === 'Running');

  it('of 200 pods created at once through both, exactly the 50 that the quota allows get in, and run', async () => {
    const refused = await createCrowd('limited', {});
    expect(refused).toHaveLength(150);
    for (const message of refused) expect(message).toMatch(/^403 pods "p\d+" is forbidden: exceeded quota: q, requested: pods=1, used: pods=50, limited: pods=50$/);
    expect((await clients[0]!.core.readNamespacedResourceQuota({ namespace: 'limited', name: 'q' })).status).toEqual({ hard: { pods: '50' }, used: { pods: '50' } });
    await eventuallyHolds(async () => expect(running(await podsOf('limited'))).toHaveLength(50), WITHIN);
  });

  it("of 200 pods created at once through both, exactly the 50 that fit into one node's memory get there, and others as places become free", async () => {
    const resources = { requests: { memory: '40Gi' } };
    const refused = await createCrowd('fitting', { nodeSelector: { 'kubernetes.io/hostname': 'node-a' }, containers: [{ name: 'c', resources }] });
    expect(refused).toEqual([]);
    const why = "0/2 nodes are available: 1 Insufficient memory, 1 node(s) didn't match Pod's node affinity/selector.";
    const judged = (pod: k8s.V1Pod) => pod.status?.phase === 'Running' || pod.status?.conditions?.some(({ message }) => message?.startsWith(why));
    await eventuallyHolds(async () => {
      const pods = await podsOf('fitting');
      expect(pods.filter((pod) => !judged(pod)).map(({ status }) => status)).toEqual([]);
      expect(running(pods)).toHaveLength(50);
    }, WITHIN);
    const bound = (await podsOf('fitting')).filter(({ spec }) => spec?.nodeName);
    expect(bound.map(({ spec }) => spec!.nodeName)).toEqual(Array(50).fill('node-a'));
    for (const { metadata } of bound.slice(0, 7)) await clients[0]!.core.deleteNamespacedPod({ namespace: 'fitting', name: metadata!.name! });
    await eventuallyHolds(async () => {
      const pods = await podsOf('fitting');
      expect(pods).toHaveLength(CROWD - 7);
      expect(running(pods)).toHaveLength(50);
    }, WITHIN);
    for (const namespace of ['limited', 'fitting']) await clients[0]!.core.deleteNamespace({ name: namespace });
  }, 180_000);
});

/** Of a refused request: its code and the message of its Status. */
function messageOf(error: unknown): string {
  const { code, body } = error as k8s.ApiException<string>;
  return `${code} ${(JSON.parse(body) as k8s.V1Status).message}`;
}
