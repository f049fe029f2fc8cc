/** Rules of the kubelet that need a whole node to be seen. Those that are decisions have their tables in libs/lifecycle. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Container, KubeObject, Pod, PodSpec } from '#objects';
import { eventually } from '#testing';
import { boundPod, create, eventsOf, history, isRunning, markDeleted, podKey, readPod, startCluster, untilGone, untilRunning } from '#testing/nodes';
import type { TestCluster } from '#testing/nodes';

const NODE = 'node-a';
const cause = { by: 'test', what: 'request', detail: 'test' } as const;
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.node(NODE);
});
afterAll(() => cluster.close());

const SERVE = 'trap "exit 0" TERM; while true; do sleep 0.1; done';
const app = (script: string, more: Partial<Container> = {}): Container => ({ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script], ...more });
const start = (name: string, spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>, metadata: object = {}) => create(cluster.store, boundPod(NODE, name, spec, metadata));
const stateOf = async (name: string) => (await readPod(cluster.store, name))?.status.containerStatuses?.[0]?.state;
const messagesOf = async (name: string) => (await eventsOf(cluster.store, name)).map((event) => `${event.reason}: ${event.message}`);
const endOf = async (name: string) => ((await history(cluster.store, name)).at(-1)!.object as unknown as Pod).status.containerStatuses![0]!.state!.terminated;

async function change(name: string, to: (pod: Pod) => Pod): Promise<void> {
  const pod = (await readPod(cluster.store, name))!;
  await cluster.store.commit({ writes: [{ op: 'update', object: to(pod) as unknown as KubeObject, expect: pod.metadata.resourceVersion, cause }] });
}

describe('the end of a pod', () => {
  it('sends the stop signal that the container asks for', async () => {
    await start('signalled', { os: { name: 'linux' }, containers: [app('trap "exit 7" USR1; while true; do sleep 0.1; done', { lifecycle: { stopSignal: 'SIGUSR1' } })] });
    await untilRunning(cluster.store, 'signalled');
    expect((await readPod(cluster.store, 'signalled'))!.status.containerStatuses![0]).toMatchObject({ stopSignal: 'SIGUSR1' });
    await markDeleted(cluster.store, 'signalled');
    await untilGone(cluster.store, 'signalled');
    expect(await endOf('signalled')).toMatchObject({ exitCode: 7 });
  });

  it('leaves the object to its finalizers, with nothing running and no grace left', async () => {
    await start('held', { containers: [app(SERVE)] }, { finalizers: ['example.com/hold'] });
    await untilRunning(cluster.store, 'held');
    await markDeleted(cluster.store, 'held');
    const held = await eventually(async () => {
      const pod = await readPod(cluster.store, 'held');
      return pod?.metadata.deletionGracePeriodSeconds === 0 && pod;
    });
    expect(held.status.containerStatuses![0]!.state!.terminated).toMatchObject({ exitCode: 0 });
    // Whoever changes it meanwhile does not bring it back to life, and nothing goes on writing it.
    await change('held', (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { seen: 'yes' } } }));
    const { length } = await history(cluster.store, 'held');
    await start('after', { containers: [app(SERVE)] });
    await untilRunning(cluster.store, 'after');
    const all = await history(cluster.store, 'held');
    expect(all.slice(length - 1).map((one) => (one.object as unknown as Pod).status)).toEqual([(all.at(length - 1)!.object as unknown as Pod).status]);
    const pod = (await readPod(cluster.store, 'held'))!;
    await cluster.store.commit({ writes: [{ op: 'delete', key: podKey('held'), uid: pod.metadata.uid, cause }] });
  });

  it('comes with its deadline, in init containers too', async () => {
    await start('late', { activeDeadlineSeconds: 1, restartPolicy: 'Never', terminationGracePeriodSeconds: 1, initContainers: [app('sleep 3600', { name: 'init' })], containers: [app(SERVE)] });
    const pod = await eventually(async () => {
      const found = await readPod(cluster.store, 'late');
      return found?.status.phase === 'Failed' && found.status.initContainerStatuses?.[0]?.state?.terminated && found;
    });
    expect(pod.status).toMatchObject({ reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' });
    expect(pod.status.initContainerStatuses![0]!.state!.terminated).toMatchObject({ exitCode: 137 });
    expect(await messagesOf('late')).toContain('DeadlineExceeded: Pod was active on the node longer than the specified deadline');
  });
});

describe('a container that cannot be configured', () => {
  it('waits with CreateContainerConfigError, and goes on once what it names is there', async () => {
    const env = [{ name: 'KEY', valueFrom: { configMapKeyRef: { name: 'later', key: 'key' } } }];
    await start('waiting', { containers: [app(`test "$KEY" = value && ${SERVE}`, { env })] });
    await eventually(async () => (await stateOf('waiting'))?.waiting?.reason === 'CreateContainerConfigError');
    expect((await stateOf('waiting'))!.waiting).toEqual({ reason: 'CreateContainerConfigError', message: 'configmap "later" not found' });
    expect(await messagesOf('waiting')).toContain('Failed: Error: configmap "later" not found');
    const metadata = { name: 'later', namespace: 'default', uid: 'later', creationTimestamp: '2026-01-01T00:00:00Z' };
    await create(cluster.store, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { key: 'value' } } as KubeObject);
    await untilRunning(cluster.store, 'waiting');
  });

  it.each<[string, Partial<PodSpec>, string | undefined]>([
    ['root', { securityContext: { runAsNonRoot: true } }, 'container has runAsNonRoot and image will run as root'],
    ['asked', { securityContext: { runAsNonRoot: true, runAsUser: 0 } }, "container's runAsUser breaks non-root policy"],
    ['someone', { securityContext: { runAsNonRoot: true, runAsUser: 1000 } }, undefined],
  ])('because it must not be root: %s', async (name, spec, fault) => {
    await start(name, { ...spec, containers: [app(SERVE)] });
    const { uid } = (await readPod(cluster.store, name))!.metadata;
    if (fault === undefined) return void (await untilRunning(cluster.store, name));
    const { waiting } = await eventually(async () => {
      const state = await stateOf(name);
      return state?.waiting?.reason === 'CreateContainerConfigError' && state;
    });
    expect(waiting!.message).toBe(`${fault} (pod: "${name}_default(${uid})", container: app)`);
  });
});

describe('a pod on a node', () => {
  it('is told of secrets for its images that are not there, and pulls without them', async () => {
    await start('secretless', { imagePullSecrets: [{ name: 'one' }, { name: 'two' }], containers: [app(SERVE, { imagePullPolicy: 'Always' })] });
    await untilRunning(cluster.store, 'secretless');
    expect(await messagesOf('secretless')).toContain(
      'FailedToRetrieveImagePullSecret: Unable to retrieve some image pull secrets (one, two); attempting to pull the image may not succeed.',
    );
  });

  it('has its full name for a hostname, where it asks for that', async () => {
    const script = 'test "$(hostname)" = web.sub.default.svc.cluster.local && grep -q "web.sub.default.svc.cluster.local.*web$" /etc/hosts';
    await start('named', { hostname: 'web', subdomain: 'sub', setHostnameAsFQDN: true, restartPolicy: 'Never', containers: [app(script)] });
    expect(await eventually(async () => (await stateOf('named'))?.terminated)).toMatchObject({ exitCode: 0 });
  });

  it('becomes ready when the conditions of its readiness gates are true, and says until then which are not', async () => {
    await start('gated', { readinessGates: [{ conditionType: 'example.com/loaded' }], containers: [app(SERVE)] });
    const conditionOf = async (type: string) => (await readPod(cluster.store, 'gated'))?.status.conditions?.find((one) => one.type === type);
    await eventually(async () => (await conditionOf('ContainersReady'))?.status === 'True');
    const message = 'corresponding condition of pod readiness gate "example.com/loaded" does not exist.';
    expect(await conditionOf('Ready')).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady', message });
    await change('gated', (pod) => ({ ...pod, status: { ...pod.status, conditions: [...pod.status.conditions!, { type: 'example.com/loaded', status: 'True' }] } }));
    await eventually(async () => isRunning(await readPod(cluster.store, 'gated')));
  });

  it('starts its containers one after another, each after the postStart hook of the one before', async () => {
    const postStart = { exec: { command: ['sh', '-c', 'sleep 0.5; echo first >> /work/order'] } };
    const volumeMounts = [{ name: 'work', mountPath: '/work' }];
    const second = { ...app('echo second >> /work/order; sleep 3600', { volumeMounts }), name: 'second' };
    await start('ordered', { volumes: [{ name: 'work', emptyDir: {} }], containers: [app(SERVE, { lifecycle: { postStart }, volumeMounts }), second] });
    await untilRunning(cluster.store, 'ordered');
    const third = { ...app('test "$(cat /work/order)" = "$(printf "first\\nsecond")"', { volumeMounts }), name: 'third' };
    await change('ordered', (pod) => ({ ...pod, spec: { ...pod.spec, ephemeralContainers: [third] } }) as Pod);
    const ended = await eventually(async () => (await readPod(cluster.store, 'ordered'))?.status.ephemeralContainerStatuses?.[0]?.state?.terminated);
    expect(ended).toMatchObject({ exitCode: 0 });
  });

  it('restarts, under Never, a container whose rules say so', async () => {
    const restartPolicyRules = [{ action: 'Restart' as const, exitCodes: { operator: 'In' as const, values: [42] } }];
    const script = 'if test -f /work/seen; then exit 1; fi; echo x > /work/seen; exit 42';
    const volumeMounts = [{ name: 'work', mountPath: '/work' }];
    await start('ruled', { restartPolicy: 'Never', volumes: [{ name: 'work', emptyDir: {} }], containers: [app(script, { restartPolicy: 'Never', restartPolicyRules, volumeMounts })] });
    const pod = await eventually(async () => {
      const found = await readPod(cluster.store, 'ruled');
      return found?.status.phase === 'Failed' && found;
    });
    const [status] = pod.status.containerStatuses!;
    expect([status!.restartCount, status!.lastState?.terminated?.exitCode, status!.state?.terminated?.exitCode]).toEqual([1, 42, 1]);
  });
});

describe('a node', () => {
  it('takes of two pods that are bound to it at once the one that it has room for, and the other when there is room again', async () => {
    await cluster.node('small', { capacity: { cpu: '1', memory: '1Gi' }, nodeLabels: { disk: 'ssd' } });
    const resources = { requests: { cpu: '600m' } };
    const names = ['one', 'two'];
    await create(cluster.store, ...names.map((name) => boundPod('small', name, { containers: [app(SERVE, { resources })] })));
    const phases = async () => Promise.all(names.map(async (name) => (await readPod(cluster.store, name))?.status.phase));
    await eventually(async () => (await phases()).sort().join() === 'Failed,Running');
    const [taken, refused] = (await phases())[0] === 'Running' ? ['one', 'two'] : ['two', 'one'];
    const why = "Node didn't have enough resource: cpu, requested: 600, used: 600, capacity: 1000";
    expect((await readPod(cluster.store, refused!))!.status).toMatchObject({ reason: 'OutOfcpu', message: `Pod was rejected: ${why}` });
    expect(await messagesOf(refused!)).toEqual([`OutOfcpu: ${why}`]);
    // A resize waits for the same room, and gets it when the other pod has ended.
    await create(cluster.store, boundPod('small', 'waits', { containers: [app(SERVE, { resources: { requests: { cpu: '100m' } } })] }));
    await untilRunning(cluster.store, 'waits');
    await change('waits', (pod) => ({ ...pod, metadata: { ...pod.metadata, generation: 2 }, spec: { ...pod.spec, containers: [{ ...pod.spec.containers[0]!, resources }] } }) as Pod);
    await eventually(async () => (await readPod(cluster.store, 'waits'))?.status.conditions?.some(({ type, reason }) => type === 'PodResizePending' && reason === 'Deferred'));
    await markDeleted(cluster.store, taken!);
    await eventually(async () => (await readPod(cluster.store, 'waits'))?.status.containerStatuses?.[0]?.resources?.requests?.['cpu'] === '600m');
    expect((await messagesOf('waits')).map((line) => line.split(':')[0])).toEqual(expect.arrayContaining(['ResizeDeferred', 'ResizeStarted']));
  });
});
