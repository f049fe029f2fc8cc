import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Container, Pod } from '#objects';
import type { ContainerRuntime } from '#runtime';
import { eventually } from '#testing';
import { boundPod, create, eventsOf, history, markDeleted, readPod, startCluster, untilGone, untilRunning } from '#testing/nodes';
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
const app = (script: string, lifecycle: Container['lifecycle']) => ({ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script], lifecycle });
const exec = (script: string) => ({ exec: { command: ['sh', '-c', script] } });
const messagesOf = async (name: string) => (await eventsOf(cluster.store, name)).map((event) => `${event.reason}: ${event.message}`);

describe('lifecycle hooks', () => {
  it('postStart runs in the container, which counts as running when it has ended', async () => {
    const { store } = cluster;
    await create(store, boundPod(NODE, 'started', { containers: [app(SERVE, { postStart: exec('sleep 0.5; echo started > /tmp/hook') })] }));
    await untilRunning(store, 'started');
    const [container] = await runtime.listContainers({ podUid: (await readPod(store, 'started'))!.metadata.uid });
    const { stdout } = await runtime.execSync(container!.id, ['sh', '-c', 'read line < /tmp/hook; echo $line'], 5_000);
    expect(stdout.toString()).toBe('started\n');
  });

  it('a postStart that fails ends the container, which is then restarted', async () => {
    const { store } = cluster;
    await create(store, boundPod(NODE, 'failing', { containers: [app(SERVE, { postStart: exec('exit 1') })] }));
    await eventually(async () => ((await readPod(store, 'failing'))?.status.containerStatuses?.[0]?.restartCount ?? 0) >= 1);
    expect(await messagesOf('failing')).toEqual(expect.arrayContaining(['FailedPostStartHook: PostStartHook failed', 'Killing: FailedPostStartHook']));
    await markDeleted(store, 'failing', 0);
    await untilGone(store, 'failing');
  });

  it('a hook that nothing can run has failed', async () => {
    const { store } = cluster;
    await create(store, boundPod(NODE, 'knocking', { containers: [app(SERVE, { postStart: { tcpSocket: { port: 80 } } })] }));
    await eventually(async () => (await messagesOf('knocking')).includes('FailedPostStartHook: PostStartHook failed'));
    await markDeleted(store, 'knocking', 0);
    await untilGone(store, 'knocking');
  });

  it('preStop runs before the stop signal, within the grace', async () => {
    const { store } = cluster;
    const preStop = exec('echo asked > /tmp/stop');
    const script = 'trap "" TERM; while ! test -f /tmp/stop; do sleep 0.1; done; exit 5';
    await create(store, boundPod(NODE, 'asked', { containers: [app(script, { preStop })] }));
    await untilRunning(store, 'asked');
    await markDeleted(store, 'asked', 10);
    await untilGone(store, 'asked');
    const last = (await history(store, 'asked')).at(-1)!.object as unknown as Pod;
    expect(last.status.containerStatuses![0]!.state!.terminated).toMatchObject({ exitCode: 5 });
  });

  it('a preStop that fails is told, and the container is stopped all the same', async () => {
    const { store } = cluster;
    await create(store, boundPod(NODE, 'refused', { containers: [app(SERVE, { preStop: exec('exit 1') })] }));
    await untilRunning(store, 'refused');
    await markDeleted(store, 'refused', 10);
    await untilGone(store, 'refused');
    expect(await messagesOf('refused')).toContain('FailedPreStopHook: PreStopHook failed');
  });
});
