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
  const workers: Record<string, ChildProcess> = {};
  let shared: NodeJS.ProcessEnv;
  let clients: ReturnType<typeof clientFor>[] = [];

  async function startApp(app: 'api' | 'worker', env: NodeJS.ProcessEnv, ready: RegExp): Promise<ChildProcess> {
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
    return child;
  }
  /** Nodes are lost after 6 s; node-b drains when it is stopped. */
  async function startWorker(node: string): Promise<void> {
    const env = { PODBOX_NODE_NAME: node, PODBOX_DATA: join(dataDir, node), PODBOX_NODE_MEMORY: '2000Gi', PODBOX_NODE_GRACE_SECONDS: '6', PODBOX_ON_SHUTDOWN: node === 'node-b' ? 'drain' : 'keep' };
    workers[node] = await startApp('worker', { ...shared, ...env }, /worker: node .* ready/);
  }

  beforeAll(async () => {
    servers.push(await startPostgres({ dataDir: join(dataDir, 'postgres') }), await startRedis({ dataDir: join(dataDir, 'redis') }));
    shared = { DATABASE_URL: servers[0]!.url, REDIS_URL: servers[1]!.url, PODBOX_CLUSTER_SECRET: 'the-secret-of-this-test' };
    const ports = [await freePort(), await freePort()];
    // All at once: whoever comes first runs the migrations.
    await Promise.all([
      ...ports.map((port) => startApp('api', { ...shared, PODBOX_LISTEN: `127.0.0.1:${port}` }, /api: listening/)),
      ...['node-a', 'node-b'].map(startWorker),
    ]);
    clients = ports.map((port) => clientFor(`http://127.0.0.1:${port}`));
  }, 120_000);

  afterAll(async () => {
    for (const child of processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
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

  const node = async (name: string) => clients[0]!.core.readNode({ name });
  const nodeState = async (name: string) => {
    const { spec, status } = await node(name);
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    return [ready?.status, ready?.reason, ...(spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort()];
  };
  const createOn = (name: string, nodeName: string, spec: Partial<k8s.V1PodSpec> = {}) =>
    clients[0]!.core.createNamespacedPod({ namespace: NAMESPACE, body: scriptPod(name, 'true', 'trap exit TERM; while true; do sleep 1; done', { nodeSelector: { 'kubernetes.io/hostname': nodeName }, ...spec }) });
  const pod = (name: string) => clients[1]!.core.readNamespacedPod({ namespace: NAMESPACE, name });
  const readyOf = async (name: string) => (await pod(name)).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const gone = (name: string) => expect(pod(name)).rejects.toMatchObject({ code: 404 });

  it('a worker that is killed: its node is not ready, nor are its pods, which go when they tolerate it no longer and are not moved; and back again', async () => {
    const tolerations = ['node.kubernetes.io/unreachable', 'node.kubernetes.io/not-ready'].map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 2 }));
    await createOn('leaves', 'node-b', { tolerations });
    const { spec } = await createOn('stays', 'node-b');
    expect(spec!.tolerations!.map(({ key, tolerationSeconds }) => [key, tolerationSeconds])).toEqual([['node.kubernetes.io/not-ready', 300], ['node.kubernetes.io/unreachable', 300]]);
    for (const name of ['leaves', 'stays']) await eventuallyHolds(async () => expect(await readyOf(name)).toBe('True'), WITHIN);
    const { uid } = (await pod('stays')).metadata!;

    const exited = once(workers['node-b']!, 'exit');
    workers['node-b']!.kill('SIGKILL');
    await exited;
    await eventuallyHolds(async () => expect(await nodeState('node-b')).toEqual(['Unknown', 'NodeStatusUnknown', 'node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule']), WITHIN);
    for (const name of ['leaves', 'stays']) await eventuallyHolds(async () => expect(await readyOf(name)).toBe('False'), WITHIN);
    await eventuallyHolds(async () => expect((await pod('leaves')).metadata?.deletionTimestamp).toBeDefined(), WITHIN);
    const leaving = await pod('leaves');
    expect(leaving.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'DeletionByTaintManager' });
    expect(leaving.spec?.nodeName).toBe('node-b');
    const stays = await pod('stays');
    expect([stays.metadata!.uid, stays.spec!.nodeName, stays.metadata!.deletionTimestamp]).toEqual([uid, 'node-b', undefined]);

    await startWorker('node-b');
    await eventuallyHolds(async () => expect(await nodeState('node-b')).toEqual(['True', 'KubeletReady']), WITHIN);
    await eventuallyHolds(() => gone('leaves'), WITHIN);
    await eventuallyHolds(async () => expect(await readyOf('stays')).toBe('True'), WITHIN);
    expect((await pod('stays')).status?.containerStatuses?.[0]?.restartCount).toBe(1);
  }, 180_000);

  it('a worker that is stopped keeps its pods, or evicts them first, as it was told', async () => {
    await createOn('kept', 'node-a');
    await eventuallyHolds(async () => expect(await readyOf('kept')).toBe('True'), WITHIN);
    const stop = async (name: string) => {
      const exited = once(workers[name]!, 'exit');
      workers[name]!.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
    };
    await stop('node-b');
    // With nobody left on it: a worker that drains ends when its pods have ended.
    await gone('stays');
    await startWorker('node-b');
    await stop('node-a');
    expect((await pod('kept')).spec?.nodeName).toBe('node-a');
    await eventuallyHolds(async () => expect(await nodeState('node-a')).toEqual(['False', 'KubeletStopped', 'node.kubernetes.io/not-ready:NoExecute', 'node.kubernetes.io/not-ready:NoSchedule']), WITHIN);
    await eventuallyHolds(async () => expect(await readyOf('kept')).toBe('False'), WITHIN);
  }, 180_000);
});

/** Of a refused request: its code and the message of its Status. */
function messageOf(error: unknown): string {
  const { code, body } = error as k8s.ApiException<string>;
  return `${code} ${(JSON.parse(body) as k8s.V1Status).message}`;
}
