import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '#objects';
import { displayStatus } from '#lifecycle';
import { SystemClock } from '#clock';
import { eventually } from '#testing';
import { boundPod, create, eventsOf, history, isRunning, markDeleted, readPod, startCluster, untilGone, untilRunning } from '#testing/nodes';
import type { TestCluster } from '#testing/nodes';

const NODE = 'node-a';
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.node(NODE);
});
afterAll(() => cluster.close());

const steps = async (name: string): Promise<string[]> => {
  const shown = (await history(cluster.store, name)).map((change) => displayStatus(change.object as unknown as Pod, new SystemClock().now()));
  return shown.filter((status, index) => status !== shown[index - 1]);
};

const sh = (name: string, script: string) => ({ name, image: 'busybox:1.36', command: ['sh', '-c', script] });

describe('a pod on a node', () => {
  it('runs its init containers in order, then its app containers, and tells each step with its events', async () => {
    const { store } = cluster;
    const initContainers = [sh('first', 'echo one; sleep 0.2'), sh('second', 'echo two; sleep 0.2')];
    await create(store, boundPod(NODE, 'ordered', { initContainers, containers: [sh('app', 'sleep 3600'), sh('other', 'sleep 3600')] }));
    await untilRunning(store, 'ordered');

    expect(await steps('ordered')).toEqual(['Pending', 'Init:0/2', 'Init:1/2', 'PodInitializing', 'Running']);
    const pod = (await readPod(store, 'ordered'))!;
    expect(pod.status).toMatchObject({ phase: 'Running', hostIP: '127.0.0.1', podIP: expect.stringMatching(/^10\./) });
    expect(pod.status.initContainerStatuses!.map((one) => one.state?.terminated?.reason)).toEqual(['Completed', 'Completed']);
    expect(pod.status.containerStatuses!.map((one) => [one.ready, one.restartCount])).toEqual([[true, 0], [true, 0]]);
    const told = (await eventsOf(store, 'ordered')).map((event) => `${event.reason} ${event.involvedObject.fieldPath}`);
    for (const container of ['initContainers{first}', 'initContainers{second}', 'containers{app}', 'containers{other}']) {
      expect(told.filter((event) => event.endsWith(`spec.${container}`) && !event.startsWith('Pull'))).toEqual([`Created spec.${container}`, `Started spec.${container}`]);
    }
  });

  it('ends with its grace when it is deleted, and is removed in its last state by the node', async () => {
    const { store } = cluster;
    await create(store, boundPod(NODE, 'ended', { containers: [sh('app', 'trap "exit 7" TERM; while true; do sleep 0.1; done')] }));
    await untilRunning(store, 'ended');
    await markDeleted(store, 'ended');
    await untilGone(store, 'ended');

    const last = (await history(store, 'ended')).at(-1)!;
    expect(last.type).toBe('DELETED');
    expect((last.object as unknown as Pod).status.containerStatuses![0]!.state!.terminated).toMatchObject({ exitCode: 7, reason: 'Error' });
    expect((await eventsOf(store, 'ended')).map((event) => event.reason)).toContain('Killing');
  });

  it('is killed when the grace is over', async () => {
    const { store } = cluster;
    await create(store, boundPod(NODE, 'stubborn', { containers: [sh('app', 'trap "" TERM; while true; do sleep 0.1; done')] }));
    await untilRunning(store, 'stubborn');
    await markDeleted(store, 'stubborn', 1);
    await untilGone(store, 'stubborn');
    const last = (await history(store, 'stubborn')).at(-1)!.object as unknown as Pod;
    expect(last.status.containerStatuses![0]!.state!.terminated).toMatchObject({ exitCode: 137 });
  });

  it('goes on waiting with CrashLoopBackOff and a growing count when its container fails', async () => {
    const { store } = cluster;
    await create(store, boundPod(NODE, 'crashing', { containers: [sh('app', 'exit 3')] }));
    const pod = await eventually(async () => {
      const now = await readPod(store, 'crashing');
      return now?.status.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff' && now;
    });
    expect(pod.status.containerStatuses![0]).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 3, reason: 'Error' } } });
    expect((await eventsOf(store, 'crashing')).map((event) => event.reason)).toContain('BackOff');
    await markDeleted(store, 'crashing', 0);
    await untilGone(store, 'crashing');
  });

  it.each([
    ['Never', 'exit 3', 'Failed'],
    ['Never', 'exit 0', 'Succeeded'],
    ['OnFailure', 'exit 0', 'Succeeded'],
  ] as const)('under restartPolicy %s with "%s" ends as %s', async (restartPolicy, script, phase) => {
    const { store } = cluster;
    const name = `policy-${restartPolicy.toLowerCase()}-${phase.toLowerCase()}`;
    await create(store, boundPod(NODE, name, { restartPolicy, containers: [sh('app', script)] }));
    await eventually(async () => (await readPod(store, name))?.status.phase === phase);
  });

  it('waits for a ConfigMap that it mounts, says so, and goes on when it is there', async () => {
    const { store } = cluster;
    const container = { ...sh('app', 'cat /etc/app/greeting; sleep 3600'), volumeMounts: [{ name: 'config', mountPath: '/etc/app' }] };
    await create(store, boundPod(NODE, 'waiting', { containers: [container], volumes: [{ name: 'config', configMap: { name: 'greetings' } }] }));
    await eventually(async () =>
      (await eventsOf(store, 'waiting')).some((event) => event.message === 'MountVolume.SetUp failed for volume "config" : configmap "greetings" not found'),
    );
    expect(isRunning(await readPod(store, 'waiting'))).toBe(false);
    await create(store, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'greetings', namespace: 'default', uid: 'cm', creationTimestamp: '2026-01-01T00:00:00Z' }, data: { greeting: 'hello' } });
    await untilRunning(store, 'waiting');
  });

  it('cannot be started without what its environment names, says so, and goes on when it is there', async () => {
    const { store } = cluster;
    const env = [
      { name: 'GREETING', valueFrom: { secretKeyRef: { name: 'greeting', key: 'text' } } },
      { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
    ];
    const container = { ...sh('app', 'echo $GREETING from $POD_IP by $0; sleep 3600'), args: ['$(GREETING)'], env };
    await create(store, boundPod(NODE, 'greeter', { containers: [container] }));
    const waiting = await eventually(async () => {
      const pod = await readPod(store, 'greeter');
      return pod?.status.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError' && pod;
    });
    expect(waiting.status.containerStatuses![0]!.state!.waiting!.message).toBe('secret "greeting" not found');
    expect((await eventsOf(store, 'greeter')).map((event) => event.message)).toContain('Error: secret "greeting" not found');

    const text = Buffer.from('hello').toString('base64');
    await create(store, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'greeting', namespace: 'default', uid: 's', creationTimestamp: '2026-01-01T00:00:00Z' }, data: { text } });
    await untilRunning(store, 'greeter');
    const { metadata, status } = (await readPod(store, 'greeter'))!;
    const log = join(cluster.dataDir, NODE, 'logs', `default_greeter_${metadata.uid}`, 'app', '0.log');
    await eventually(async () => (await readFile(log, 'utf8')).includes(`hello from ${status.podIP} by hello`));
  });

  it('whose object is removed by force is ended and leaves nothing behind', async () => {
    const { store } = cluster;
    const { runtime, kubelet } = await cluster.node('node-b');
    await create(store, boundPod('node-b', 'forced', { containers: [sh('app', 'sleep 3600')] }));
    await untilRunning(store, 'forced');
    await store.commit({ writes: [{ op: 'delete', key: { kind: 'Pod', namespace: 'default', name: 'forced' }, cause: { by: 'test', what: 'request', detail: 'force' } }] });
    await eventually(async () => (await runtime.listPodSandboxes()).length === 0 && kubelet.stats().pods === 0);
  });

  it('costs few revisions: what happens together is written together', async () => {
    const { store } = cluster;
    await create(store, boundPod(NODE, 'cheap', { initContainers: [sh('init', 'true')], containers: [sh('app', 'sleep 3600')], terminationGracePeriodSeconds: 0 }));
    await untilRunning(store, 'cheap');
    await markDeleted(store, 'cheap', 0);
    await untilGone(store, 'cheap');
    // created, init running, init done, app running and ready, marked, removed
    expect((await history(store, 'cheap')).length).toBeLessThanOrEqual(6);
  });
});
