/** What is accepted is never lost: processes killed and Redis emptied in the middle of things, on the service as it is started. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as k8s from '@kubernetes/client-node';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '#embedded';
import type { EmbeddedServer } from '#embedded';
import { eventuallyHolds } from '#testing';
import { NAMESPACE, clientFor, scriptPod } from './client.js';
import { startService } from './started-service.js';
import type { StartedService } from './started-service.js';

const COUNT = 50;
const WITHIN = { timeoutMs: 60_000 };

describe('a crash in the middle', () => {
  const redisDir = mkdtempSync(join(tmpdir(), 'podbox-e2e-redis-'));
  let redis: EmbeddedServer;
  let service: StartedService;
  let client: ReturnType<typeof clientFor>;
  beforeAll(async () => {
    redis = await startRedis({ dataDir: redisDir });
    service = await startService({ env: { REDIS_URL: redis.url } });
    client = clientFor(service.url);
  });
  afterAll(async () => {
    await service?.dispose();
    await redis?.stop();
    rmSync(redisDir, { recursive: true, force: true });
  });

  const list = async (group: string): Promise<k8s.V1Pod[]> => (await client.core.listNamespacedPod({ namespace: NAMESPACE, labelSelector: `group=${group}` })).items;
  const create = (name: string, group: string, init: string, app: string, spec: Partial<k8s.V1PodSpec> = {}) => {
    const body = scriptPod(name, init, app, spec);
    body.metadata!.labels = { group };
    return client.core.createNamespacedPod({ namespace: NAMESPACE, body });
  };
  const createGroup = (group: string, init: string, app: string, spec: Partial<k8s.V1PodSpec> = {}) =>
    Promise.all(Array.from({ length: COUNT }, (_, index) => create(`${group}-${index}`, group, init, app, spec)));
  const isReady = (pod: k8s.V1Pod) => pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
  const initializing = (pods: k8s.V1Pod[]) => pods.filter((pod) => pod.status?.initContainerStatuses?.[0]?.state?.running).length;

  it('Redis emptied: every pod goes on to Running', async () => {
    await createGroup('flushed', 'sleep 1', 'exec sleep 3600');
    await eventuallyHolds(async () => expect(initializing(await list('flushed'))).toBeGreaterThan(0), WITHIN);
    const connection = new Redis(redis.url);
    await connection.flushall();
    connection.disconnect();
    await eventuallyHolds(async () => expect((await list('flushed')).filter(isReady)).toHaveLength(COUNT), WITHIN);
  });

  it('the worker killed: every pod reaches the end that its restart policy gives after a reboot of its node', async () => {
    await createGroup('always', 'sleep 1', 'exec sleep 3600');
    await Promise.all(Array.from({ length: 5 }, (_, index) => create(`never-${index}`, 'never', 'true', 'exec sleep 3600', { restartPolicy: 'Never' })));
    await Promise.all(Array.from({ length: 5 }, (_, index) => create(`done-${index}`, 'done', 'true', 'exit 0', { restartPolicy: 'OnFailure' })));
    await eventuallyHolds(async () => expect((await list('never')).filter(isReady)).toHaveLength(5), WITHIN);
    await eventuallyHolds(async () => expect((await list('done')).filter((pod) => pod.status?.phase === 'Succeeded')).toHaveLength(5), WITHIN);
    await eventuallyHolds(async () => expect(initializing(await list('always'))).toBeGreaterThan(0), WITHIN);

    const killed = service.pidOf('worker');
    process.kill(killed, 'SIGKILL');

    await eventuallyHolds(async () => expect((await list('always')).filter(isReady)).toHaveLength(COUNT), WITHIN);
    await eventuallyHolds(async () => expect((await list('never')).filter((pod) => pod.status?.phase === 'Failed')).toHaveLength(5), WITHIN);
    expect((await list('done')).map((pod) => [pod.status?.phase, pod.status?.containerStatuses?.[0]?.restartCount])).toEqual(Array(5).fill(['Succeeded', 0]));
    expect(service.pidOf('worker')).not.toBe(killed);
  }, 180_000);

  it('the api killed while pods are being created: what was answered with 201 is there, and runs', async () => {
    const answered: string[] = [];
    const refused: string[] = [];
    const creating = Array.from({ length: COUNT }, async (_, index) => {
      const name = `created-${index}`;
      if (index === COUNT / 2) process.kill(service.pidOf('api'), 'SIGKILL');
      await create(name, 'created', 'true', 'exec sleep 3600').then(
        () => answered.push(name),
        () => refused.push(name),
      );
    });
    await Promise.all(creating);
    expect(refused.length).toBeGreaterThan(0);
    await eventuallyHolds(async () => {
      const pods = await list('created');
      expect(pods.map((pod) => pod.metadata!.name)).toEqual(expect.arrayContaining(answered));
      expect(pods.filter(isReady)).toHaveLength(pods.length);
    }, WITHIN);
    // Whoever got no answer may ask again: the name is free or the pod is there, never half of it.
    for (const name of refused) {
      await create(name, 'created', 'true', 'exec sleep 3600').catch((error: k8s.ApiException<string>) => expect(error.code).toBe(409));
    }
    await eventuallyHolds(async () => expect((await list('created')).filter(isReady)).toHaveLength(COUNT), WITHIN);
  }, 180_000);

  it('nothing is left waiting afterwards', async () => {
    await Promise.all(['flushed', 'always', 'never', 'done', 'created'].map((group) => client.core.deleteCollectionNamespacedPod({ namespace: NAMESPACE, labelSelector: `group=${group}` })));
    await eventuallyHolds(async () => expect((await client.core.listNamespacedPod({ namespace: NAMESPACE })).items).toHaveLength(0), WITHIN);
  }, 90_000);
});
