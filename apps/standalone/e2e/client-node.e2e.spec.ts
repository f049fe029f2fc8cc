/** The official JavaScript client: create, watch, log, exec, delete. */
import { PassThrough } from 'node:stream';
import * as k8s from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventuallyHolds } from '#testing';
import { NAMESPACE, clientFor, scriptPod } from './client.js';
import { startService } from './started-service.js';
import type { StartedService } from './started-service.js';

describe('@kubernetes/client-node', () => {
  let service: StartedService;
  let client: ReturnType<typeof clientFor>;
  beforeAll(async () => {
    service = await startService();
    client = clientFor(service.url);
  });
  afterAll(() => service?.dispose());

  it('sees every step of a pod in a watch: pending, initializing, ready, gone, with rising resourceVersions', async () => {
    const seen: { type: string; pod: k8s.V1Pod }[] = [];
    const watch = new k8s.Watch(client.config);
    const controller = await watch.watch(
      `/api/v1/namespaces/${NAMESPACE}/pods`,
      {},
      (type, pod: k8s.V1Pod) => seen.push({ type, pod }),
      () => undefined,
    );
    await client.core.createNamespacedPod({ namespace: NAMESPACE, body: scriptPod('steps', 'echo prepared', 'echo running; exec sleep 3600') });
    await eventuallyHolds(() => expect(seen.some(({ pod }) => pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'))).toBe(true));
    await client.core.deleteNamespacedPod({ namespace: NAMESPACE, name: 'steps' });
    await eventuallyHolds(() => expect(seen.at(-1)?.type).toBe('DELETED'));
    controller.abort();

    expect(seen[0]).toMatchObject({ type: 'ADDED', pod: { status: { phase: 'Pending' } } });
    const initialized = seen.map(({ pod }) => pod.status?.conditions?.find((one) => one.type === 'Initialized')?.status);
    expect(initialized.indexOf('False')).toBeLessThan(initialized.indexOf('True'));
    expect(initialized).toContain('False');
    const revisions = seen.map(({ pod }) => Number(pod.metadata!.resourceVersion));
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
  });

  it('reads logs, of the init container too, and executes commands over websockets', async () => {
    await client.core.createNamespacedPod({ namespace: NAMESPACE, body: scriptPod('talks', 'echo prepared', 'echo running; exec sleep 3600') });
    await eventuallyHolds(async () => {
      const pod = await client.core.readNamespacedPod({ namespace: NAMESPACE, name: 'talks' });
      expect(pod.status?.containerStatuses?.[0]?.ready).toBe(true);
    });
    expect(await client.core.readNamespacedPodLog({ namespace: NAMESPACE, name: 'talks', container: 'init' })).toBe('prepared\n');
    await eventuallyHolds(async () => expect(await client.core.readNamespacedPodLog({ namespace: NAMESPACE, name: 'talks', container: 'app' })).toBe('running\n'));

    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const status = await new Promise<k8s.V1Status>((resolve, reject) => {
      new k8s.Exec(client.config)
        .exec(NAMESPACE, 'talks', 'app', ['sh', '-c', 'echo out; echo err >&2; exit 7'], stdout, stderr, null, false, resolve)
        .catch(reject);
    });
    expect(status).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '7' }] } });
    expect(String(stdout.read())).toBe('out\n');
    expect(String(stderr.read())).toBe('err\n');
  });

  it('is told what is wrong as a Status', async () => {
    const create = (body: k8s.V1Pod) => client.core.createNamespacedPod({ namespace: NAMESPACE, body });
    const statusOf = async (call: Promise<unknown>) => {
      const error = await call.then(
        () => undefined,
        (error: k8s.ApiException<string>) => error,
      );
      return JSON.parse(String(error?.body)) as k8s.V1Status;
    };
    const good = scriptPod('taken', 'true', 'sleep 3600');
    await create(good);
    expect(await statusOf(create(good))).toMatchObject({ code: 409, reason: 'AlreadyExists', message: 'pods "taken" already exists' });
    expect(await statusOf(client.core.readNamespacedPod({ namespace: NAMESPACE, name: 'missing' }))).toMatchObject({ code: 404, reason: 'NotFound' });
    const invalid = await statusOf(create({ ...good, metadata: { name: 'No_Good' }, spec: { ...good.spec!, containers: [] } }));
    expect(invalid).toMatchObject({ code: 422, reason: 'Invalid' });
    expect(invalid.details?.causes?.map((cause) => cause.field)).toEqual(expect.arrayContaining(['metadata.name', 'spec.containers']));
  });
});
