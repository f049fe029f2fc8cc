import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Container, Pod } from '#objects';
import type { ContainerRuntime } from '#runtime';
import { eventually } from '#testing';
import { boundPod, create, eventsOf, history, isRunning, markDeleted, readPod, startCluster, untilGone, untilRunning } from '#testing/nodes';
import type { TestCluster } from '#testing/nodes';

const NODE = 'node-a';
let cluster: TestCluster;
let runtime: ContainerRuntime;

beforeAll(async () => {
  cluster = await startCluster();
  ({ runtime } = await cluster.node(NODE));
});
afterAll(() => cluster.close());

const SERVE = 'trap "exit 0" TERM; while true; do sleep 0.1; done';
const HAS_FILE = { exec: { command: ['test', '-s', '/tmp/file'] }, periodSeconds: 1, timeoutSeconds: 20, failureThreshold: 1 };
const app = (probes: Partial<Container>, script = SERVE): Container => ({ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script], ...probes });

const statusOf = async (name: string) => (await readPod(cluster.store, name))?.status.containerStatuses?.[0];
const messagesOf = async (name: string) => (await eventsOf(cluster.store, name)).map((event) => `${event.reason}: ${event.message}`);

async function run(name: string, script: string): Promise<void> {
  const { uid } = (await readPod(cluster.store, name))!.metadata;
  const container = await eventually(async () => (await runtime.listContainers({ podUid: uid })).find((one) => one.state === 'RUNNING'));
  expect(await runtime.execSync(container.id, ['sh', '-c', script], 20_000)).toMatchObject({ exitCode: 0 });
}

describe('probes on a node', () => {
  it('make a pod ready while the file has something in it', async () => {
    const { store } = cluster;
    await create(store, boundPod(NODE, 'readiness', { containers: [app({ readinessProbe: HAS_FILE })] }));
    await eventually(async () => (await messagesOf('readiness')).includes('Unhealthy: Readiness probe failed: '));
    expect(await statusOf('readiness')).toMatchObject({ ready: false, started: true, state: { running: {} } });
    await run('readiness', 'echo yes > /tmp/file');
    await untilRunning(store, 'readiness');
    await run('readiness', ': > /tmp/file');
    await eventually(async () => !isRunning(await readPod(store, 'readiness')));
    const changes = (await history(store, 'readiness')).map((change) => isRunning(change.object as unknown as Pod));
    expect(changes.filter((ready, index) => ready !== changes[index - 1])).toEqual([false, true, false]);
    expect((await statusOf('readiness'))!.restartCount).toBe(0);
  });

  it('restart a container that is not alive any more, and go on with the next run', async () => {
    const { store } = cluster;
    // The startup probe sees to it that the file is there before it is missed.
    const probes = { startupProbe: { ...HAS_FILE, failureThreshold: 1000 }, livenessProbe: { ...HAS_FILE, terminationGracePeriodSeconds: 1 } };
    await create(store, boundPod(NODE, 'liveness', { containers: [app(probes, 'trap "" TERM; echo yes > /tmp/file; while true; do sleep 0.1; done')] }));
    await untilRunning(store, 'liveness');
    await run('liveness', ': > /tmp/file');
    await eventually(async () => {
      const status = await statusOf('liveness');
      return status?.restartCount === 1 && status.ready && status.lastState?.terminated?.exitCode === 137;
    }, { describe: 'it was killed after the grace of its probe, and runs again', timeoutMs: 30_000 });
    await run('liveness', ': > /tmp/file');
    await eventually(async () => (await statusOf('liveness'))?.state?.waiting?.reason === 'CrashLoopBackOff', { describe: 'it was killed again', timeoutMs: 30_000 });
    expect(await messagesOf('liveness')).toEqual(
      expect.arrayContaining(['Unhealthy: Liveness probe failed: ', 'Killing: Container app failed liveness probe, will be restarted']),
    );
  });

  it('wait for the startup probe: until it succeeds the container has not started, and nothing else is asked', async () => {
    const { store } = cluster;
    const startupProbe = { ...HAS_FILE, failureThreshold: 1000 };
    const other = { exec: { command: ['test', '-s', '/tmp/other'] }, periodSeconds: 1, timeoutSeconds: 20, failureThreshold: 1 };
    await create(store, boundPod(NODE, 'startup', { containers: [app({ startupProbe, livenessProbe: other, readinessProbe: other })] }));
    await eventually(async () => (await eventsOf(store, 'startup')).some((event) => event.reason === 'Unhealthy' && (event.count ?? 1) >= 2));
    expect(await statusOf('startup')).toMatchObject({ started: false, ready: false, restartCount: 0 });
    expect((await messagesOf('startup')).filter((told) => told.startsWith('Unhealthy'))).toEqual(['Unhealthy: Startup probe failed: ']);
    await run('startup', 'echo yes > /tmp/other; echo yes > /tmp/file');
    await untilRunning(store, 'startup');
    expect(await statusOf('startup')).toMatchObject({ started: true, ready: true, restartCount: 0 });
  });

  it('of a sidecar that fails its startup probe keep the app from being started', async () => {
    const { store } = cluster;
    const sidecar = { ...app({ startupProbe: { ...HAS_FILE, failureThreshold: 1000 } }), name: 'sidecar', restartPolicy: 'Always' };
    await create(store, boundPod(NODE, 'sidecar', { initContainers: [sidecar], containers: [app({})] }));
    await eventually(async () => (await messagesOf('sidecar')).includes('Unhealthy: Startup probe failed: '));
    expect((await statusOf('sidecar'))!.state).toEqual({ waiting: { reason: 'PodInitializing' } });
    await run('sidecar', 'echo yes > /tmp/file');
    await untilRunning(store, 'sidecar');
  });

  it('that cannot be asked say so and change nothing', async () => {
    const { store } = cluster;
    const livenessProbe = { tcpSocket: { port: 80, host: 'example.com' }, periodSeconds: 1, failureThreshold: 1 };
    await create(store, boundPod(NODE, 'elsewhere', { containers: [app({ livenessProbe })] }));
    const words = 'Unhealthy: Liveness probe errored and resulted in unknown state: host "example.com" cannot be probed: only the pod\'s own address can; leave host out';
    await eventually(async () => (await messagesOf('elsewhere')).includes(words));
    expect(await statusOf('elsewhere')).toMatchObject({ ready: true, restartCount: 0 });
  });

  it('by GET and of a port fail in a pod where nobody listens', async () => {
    const { store } = cluster;
    const probe = { periodSeconds: 1, timeoutSeconds: 20, failureThreshold: 1000 };
    const probes = { readinessProbe: { ...probe, httpGet: { port: 80, path: '/healthz' } }, livenessProbe: { ...probe, tcpSocket: { port: 81 } } };
    await create(store, boundPod(NODE, 'refused', { containers: [app(probes)] }));
    const { podIP } = (await eventually(async () => {
      const pod = await readPod(store, 'refused');
      return pod?.status.podIP && pod;
    })).status;
    await eventually(async () => {
      const told = await messagesOf('refused');
      const get = `Unhealthy: Readiness probe failed: Get "http://${podIP}:80/healthz": dial tcp ${podIP}:80: connect: connection refused`;
      return told.includes(get) && told.includes(`Unhealthy: Liveness probe failed: dial tcp ${podIP}:81: connect: connection refused`);
    });
    await markDeleted(store, 'refused', 0);
    await untilGone(store, 'refused');
  });
});
