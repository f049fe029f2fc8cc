import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { Pod } from '#objects';
import { eventually, startTestRedis } from '#testing';
import { boundPod, create, history, isRunning, markDeleted, readPod, startCluster, untilGone, untilRunning } from '#testing/nodes';
import type { TestCluster } from '#testing/nodes';

const PODS = 50;
let cluster: TestCluster;
const workers: ChildProcess[] = [];

beforeEach(async () => {
  cluster = await startCluster(await startTestRedis());
});
afterEach(async () => {
  for (const worker of workers.splice(0)) if (worker.exitCode === null && worker.signalCode === null) await end(worker, 'SIGKILL');
  await cluster.close();
});

const sh = (name: string, script: string) => ({ name, image: 'busybox:1.36', command: ['sh', '-c', script] });
const names = Array.from({ length: PODS }, (_, index) => `pod-${index}`);

/** Two init containers that take their time, then an app: `spec` is changed for some. */
const slowPod = (node: string, name: string, restartPolicy = 'Always', app = 'sleep 3600') =>
  boundPod(node, name, { restartPolicy, initContainers: [sh('one', 'sleep 0.3'), sh('two', 'sleep 0.3')], containers: [sh('app', app)] });

/** A real worker process, as `npm start` starts it. Resolves when it is ready, or has ended (with its last line). */
async function startWorker(node: string): Promise<{ worker: ChildProcess; lines: string[] }> {
  const env = {
    ...process.env,
    DATABASE_URL: cluster.databaseUrl,
    REDIS_URL: cluster.redisUrl,
    PODBOX_NODE_NAME: node,
    PODBOX_DATA: cluster.dataDir,
    PODBOX_CLUSTER_SECRET: 'test',
    PODBOX_THREADS: '1',
    PODBOX_CONTROL: 'off',
  };
  const worker = fork(new URL('../../apps/worker/main.js', import.meta.url), { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  workers.push(worker);
  const lines: string[] = [];
  for (const stream of [worker.stdout!, worker.stderr!]) stream.setEncoding('utf8').on('data', (text: string) => lines.push(...text.split('\n').filter(Boolean)));
  await eventually(() => lines.some((line) => line.includes(`node ${node} is ready`)) || worker.exitCode !== null, { describe: `worker of ${node} is ready`, timeoutMs: 30_000 });
  return { worker, lines };
}

async function end(worker: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const ended = once(worker, 'exit');
  worker.kill(signal);
  await ended;
  return worker.exitCode;
}

const initializing = async () => (await cluster.store.list({ kind: 'Pod' })).items.filter((pod) => (pod as unknown as Pod).status.initContainerStatuses?.some((one) => one.state?.running)).length;

/** A container never runs twice at once: its attempts follow each other, in each pod's whole history. */
async function expectOneAtATime(name: string): Promise<void> {
  const last = new Map<string, number>();
  for (const change of await history(cluster.store, name)) {
    const { status } = change.object as unknown as Pod;
    for (const one of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) {
      expect(one.restartCount).toBeGreaterThanOrEqual(last.get(one.name) ?? 0);
      last.set(one.name, one.restartCount);
    }
  }
}

describe('what is lost is made up for', () => {
  it('Redis emptied in the middle of the initialization of 50 pods', async () => {
    const { store } = cluster;
    await cluster.node('node-a');
    const redis = new Redis(cluster.redisUrl);
    await create(store, ...names.slice(0, PODS / 2).map((name) => slowPod('node-a', name)));
    await eventually(async () => (await initializing()) > 5);
    await Promise.all([create(store, ...names.slice(PODS / 2).map((name) => slowPod('node-a', name))), redis.flushall()]);
    await redis.flushall();
    await redis.quit();
    for (const name of names) await untilRunning(store, name);
    await Promise.all(names.map((name) => markDeleted(store, name, 0)));
    for (const name of names) await untilGone(store, name);
  });

  it('a worker killed in the middle and started again: a reboot of the node', async () => {
    const { store } = cluster;
    const { worker } = await startWorker('node-a');
    await create(
      store,
      ...names.map((name, index) => slowPod('node-a', name, index % 2 ? 'Always' : 'OnFailure')),
      slowPod('node-a', 'never', 'Never'),
      boundPod('node-a', 'done', { restartPolicy: 'Never', containers: [sh('app', 'true')] }),
    );
    await eventually(async () => (await initializing()) > 20 && (await readPod(store, 'done'))?.status.phase === 'Succeeded');
    await end(worker, 'SIGKILL');
    const again = await startWorker('node-a');

    for (const name of names) await untilRunning(store, name);
    await eventually(async () => ['Failed', 'Running'].includes((await readPod(store, 'never'))?.status.phase ?? ''), { describe: 'pod never has come to an end or to its app' });
    expect((await readPod(store, 'done'))?.status.phase).toBe('Succeeded');
    for (const name of names) await expectOneAtATime(name);
    await eventually(async () => (await store.attention({ now: 0 })).length === 0, { describe: 'nothing is left waiting' });
    expect(await end(again.worker, 'SIGTERM')).toBe(0);
  });

  it('a worker stopped in good order says that its node is not ready, and its pods come back with the next', async () => {
    const { store } = cluster;
    const first = await startWorker('node-a');
    await create(store, slowPod('node-a', 'survivor'));
    await untilRunning(store, 'survivor');
    expect(await end(first.worker, 'SIGTERM')).toBe(0);
    const node = (await store.get({ kind: 'Node', namespace: '', name: 'node-a' })) as unknown as { status: { conditions: { type: string; status: string }[] } };
    expect(node.status.conditions.find((one) => one.type === 'Ready')?.status).toBe('False');

    await startWorker('node-a');
    const pod = await eventually(async () => {
      const now = await readPod(store, 'survivor');
      return isRunning(now) && now!.status.containerStatuses![0]!.restartCount === 1 && now;
    });
    expect(pod.status.containerStatuses![0]!.lastState?.terminated).toMatchObject({ exitCode: 137, reason: 'ContainerStatusUnknown' });
  });

  it('a second worker of a node that is running says so in one line and ends', async () => {
    await startWorker('node-a');
    const second = await startWorker('node-a');
    expect(second.worker.exitCode).toBe(1);
    expect(second.lines).toEqual([expect.stringMatching(/^worker: node node-a is run by another worker .*: stop it, or set PODBOX_NODE_NAME to another name$/)]);
  });

  it('a node whose lease another worker has taken ends what it runs and writes nothing more', async () => {
    const { store } = cluster;
    let lost = '';
    const { runtime } = await cluster.node('node-a', { onLost: (why) => (lost = why) });
    await create(store, slowPod('node-a', 'kept'));
    await untilRunning(store, 'kept');
    const database = new pg.Client({ connectionString: cluster.databaseUrl });
    await database.connect();
    await database.query("UPDATE node_lease SET epoch = epoch + 1 WHERE node = 'node-a'");
    await database.end();
    await create(store, slowPod('node-a', 'late'));
    await eventually(() => lost !== '');
    expect(lost).toBe('the lease of node node-a was lost to another worker');
    const [container] = await runtime.listContainers();
    await expect(runtime.execSync(container!.id, ['true'], 1_000)).rejects.toMatchObject({ name: 'RuntimeError' });
    expect((await readPod(store, 'kept'))!.status.phase).toBe('Running');
    expect((await history(store, 'late')).length).toBe(1);
  });

  it('two workers are two nodes with networks of their own', async () => {
    const { store } = cluster;
    await Promise.all([startWorker('node-a'), startWorker('node-b')]);
    await create(store, slowPod('node-a', 'a'), slowPod('node-b', 'b'));
    await Promise.all([untilRunning(store, 'a'), untilRunning(store, 'b')]);
    const [a, b] = [(await readPod(store, 'a'))!.status.podIP!, (await readPod(store, 'b'))!.status.podIP!];
    expect(a.split('.').slice(0, 2)).not.toEqual(b.split('.').slice(0, 2));
  });
});
