import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { ManualClock, SystemClock } from '#clock';
import { keyOf } from '#objects';
import type { KubeObject, Node, Pod } from '#objects';
import { BullMqQueue } from '#queue';
import { openStore } from '#store';
import type { Cause, PostgresStore } from '#store';
import { createTestDatabase, createTestRedis, eventually } from '#testing';
import type { TestDatabase, TestRedis } from '#testing';
import { ControlLoop } from './control-loop.js';
import { NodeMonitor } from './nodes/node-monitor.js';
import { ClusterView } from './cluster-view.js';
import { EventExpiry } from './upkeep/event-expiry.js';
import { runningPod, testNode, testPod, testService, unstored } from './testing.js';

const cause: Cause = { by: 'api', what: 'request', detail: 'a test' };

let database: TestDatabase;
let redis: TestRedis;
let store: PostgresStore;
const stops: (() => Promise<unknown>)[] = [];
const troubles: string[] = [];

beforeEach(async () => {
  troubles.length = 0;
  [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
  store = await openStore({ url: database.url, clock: new SystemClock(), name: 'test' });
  stops.push(() => database.drop(), () => redis.close(), () => store.close());
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** A control process of its own: store, queue and loop. */
async function startControl(): Promise<{ queue: BullMqQueue; loop: ControlLoop }> {
  const clock = new SystemClock();
  const own = await openStore({ url: database.url, clock, name: 'control' });
  const queue = new BullMqQueue({ url: redis.url });
  const loop = new ControlLoop({ store: own, queue, clock, log: (line) => troubles.push(line) });
  stops.push(() => own.close(), () => queue.close(), () => loop.stop());
  await loop.start();
  return { queue, loop };
}

const create = async (...objects: object[]) => {
  await Promise.all(objects.map((object) => store.commit({ writes: [{ op: 'create', object: unstored(object), cause }] })));
};
/** Nodes that are alive. */
const createNodes = async (...nodes: Node[]) => {
  for (const node of nodes) await store.acquireLease(node.metadata.name, 'test');
  await create(...nodes);
};
const update = async (object: object) => {
  await store.commit({ writes: [{ op: 'update', object: unstored(object), cause }] });
};
const list = async (kind: string, namespace?: string) => (await store.list({ kind, namespace })).items;
const pods = async () => (await list('Pod')) as unknown as Pod[];
/** Events that are not about nodes that came. */
const events = async () => (await list('Event')).filter((event) => event['reason'] !== 'RegisteredNode');
const podNames = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
const perNode = (all: Pod[]) => all.reduce<Record<string, number>>((counts, { spec }) => ({ ...counts, [spec.nodeName ?? '']: (counts[spec.nodeName ?? ''] ?? 0) + 1 }), {});

describe('the control loop', () => {
  it('binds 500 pods evenly, each once and with its event, with two control processes', async () => {
    await startControl();
    await startControl();
    await createNodes(testNode('a', { pods: '1000' }), testNode('b', { pods: '1000' }));
    await create(...podNames('p', 500).map((name) => testPod(name)));
    await eventually(async () => !('' in perNode(await pods())), { describe: 'all pods are bound' });
    expect(perNode(await pods())).toEqual({ a: 250, b: 250 });
    const told = (await events()) as (KubeObject & { reason: string; count: number; involvedObject: { name: string } })[];
    expect(new Set(told.map((event) => event.involvedObject.name)).size).toBe(500);
    expect(told.every((event) => event.reason === 'Scheduled' && event.count === 1)).toBe(true);
    const [pod] = await pods();
    const history = await store.history(keyOf(pod!));
    expect(history.map((change) => change.cause)).toEqual([cause, { by: 'scheduler', what: 'decision', detail: `Successfully assigned default/${pod!.metadata.name} to ${pod!.spec.nodeName}` }]);
    expect(pod!.status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    expect(troubles).toEqual([]);
  });

  it('says once why a pod has no node, and binds it when one comes', async () => {
    await startControl();
    await create(testPod('p'));
    const scheduled = (pod: Pod | undefined) => pod?.status.conditions?.find((condition) => condition.type === 'PodScheduled');
    const first = await eventually(async () => scheduled((await pods())[0]));
    expect(first).toMatchObject({ status: 'False', reason: 'Unschedulable', message: 'no nodes available to schedule pods' });
    const node = testNode('a', { spec: { unschedulable: true } });
    await createNodes(node);
    await eventually(async () => scheduled((await pods())[0])?.message?.includes('1 node(s) were unschedulable'));
    await update({ ...node, spec: {} });
    await eventually(async () => (await pods())[0]?.spec.nodeName === 'a');
    const reasons = (await events()).map((event) => `${String(event['reason'])} ${String(event['count'])}`);
    expect(reasons.sort()).toEqual(['FailedScheduling 1', 'FailedScheduling 1', 'Scheduled 1']);
  });

  it('binds of 200 pods created at once in two processes exactly those that fit, and others as places become free', async () => {
    await startControl();
    await startControl();
    const node = testNode('a', { pods: '1000' });
    await createNodes({ ...node, status: { ...node.status, allocatable: { ...node.status?.allocatable, cpu: '100', memory: '5000Mi' } } });
    const asking = (name: string) => testPod(name, { spec: { containers: [{ name: 'app', image: 'busybox', resources: { requests: { memory: '100Mi' } } }] } });
    const other = await openStore({ url: database.url, clock: new SystemClock(), name: 'other' });
    stops.push(() => other.close());
    const half = (prefix: string, one: PostgresStore) => Promise.all(podNames(prefix, 100).map((name) => one.commit({ writes: [{ op: 'create', object: unstored(asking(name)), cause }] })));
    await Promise.all([half('p', store), half('q', other)]);
    const refused = (pod: Pod) => pod.status.conditions?.some((condition) => condition.message?.startsWith('0/1 nodes are available: 1 Insufficient memory.'));
    await eventually(async () => (await pods()).every((pod) => pod.spec.nodeName || refused(pod)), { describe: 'every pod is judged' });
    expect(perNode(await pods())).toEqual({ a: 50, '': 150 });
    for (const bound of (await pods()).filter((pod) => pod.spec.nodeName).slice(0, 7)) await store.commit({ writes: [{ op: 'delete', key: keyOf(bound), cause }] });
    await eventually(async () => (await pods()).filter((pod) => pod.spec.nodeName).length === 50, { describe: 'the places are taken again' });
    expect(perNode(await pods())).toEqual({ a: 50, '': 143 });
    expect(troubles).toEqual([]);
  });

  it('goes on placing pods when the leading process is gone', async () => {
    const first = await startControl();
    await createNodes(testNode('a'));
    await create(testPod('p'));
    await eventually(async () => perNode(await pods())['a'] === 1);
    await startControl();
    await first.loop.stop();
    await create(testPod('q'));
    await eventually(async () => perNode(await pods())['a'] === 2);
  });

  it('loses nothing when Redis is emptied again and again', async () => {
    const { queue } = await startControl();
    const synced = new Set<string>();
    queue.consumeSync('a', async (job) => void synced.add(job.uid), { concurrency: 4 });
    const admin = new Redis(redis.url);
    await createNodes(testNode('a', { pods: '1000' }));
    for (let round = 0; round < 5; round++) {
      await create(...podNames(`r${round}`, 20).map((name) => testPod(name)));
      await admin.flushdb();
    }
    await eventually(async () => perNode(await pods())['a'] === 100, { describe: 'all pods are bound' });
    // Nobody tails the log for this node here: it is the sweep that finds its pods.
    await admin.flushdb();
    await eventually(() => synced.size === 100, { describe: 'every pod was given to its node' });
    admin.disconnect();
  });

  it('keeps endpoints as the pods are, and removes them with the Service', async () => {
    await startControl();
    const service = testService('web', { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] }, { labels: { team: 'x' } });
    const free = testService('free', { ports: [{ port: 80 }] });
    const pod = (ready: boolean) => runningPod('w', '10.0.0.1', ready, { labels: { app: 'web' }, metadata: { uid: 'w' } });
    await create(service, free);
    const endpoints = async () => (await list('Endpoints'))[0] as (KubeObject & { subsets: { addresses?: unknown[]; notReadyAddresses?: unknown[] }[] }) | undefined;
    await eventually(async () => (await endpoints())?.subsets.length === 0, { describe: 'empty endpoints' });
    await create(pod(false));
    await eventually(async () => (await endpoints())?.subsets[0]?.notReadyAddresses?.length === 1, { describe: 'an address that is not ready' });
    await update(pod(true));
    await eventually(async () => (await endpoints())?.subsets[0]?.addresses?.length === 1, { describe: 'an address' });
    expect((await endpoints())?.metadata.labels).toMatchObject({ team: 'x' });
    const slices = async () => (await list('EndpointSlice')) as (KubeObject & { endpoints: { conditions: { ready: boolean } }[] })[];
    await eventually(async () => (await slices())[0]?.endpoints[0]?.conditions.ready);
    const before = await store.history({ kind: 'Endpoints', namespace: 'default', name: 'web' });
    await update({ ...pod(true), metadata: { ...pod(true).metadata, annotations: { some: 'thing' } } });
    await create(testPod('other', { labels: { app: 'web' } }));
    await store.commit({ writes: [{ op: 'delete', key: keyOf(service), cause }] });
    await eventually(async () => (await list('Endpoints')).length + (await slices()).length === 0, { describe: 'endpoints are gone' });
    const after = await store.history({ kind: 'Endpoints', namespace: 'default', name: 'web' });
    expect(after.length).toBe(before.length + 1);
  });

  it('empties a namespace that is deleted, waiting for the pods that run, and then removes it', async () => {
    await startControl();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gone', uid: 'ns', creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
    const running = runningPod('runs', '10.0.0.1', true, { namespace: 'gone', spec: { terminationGracePeriodSeconds: 7 } });
    const claim = { apiVersion: 'networking.k8s.io/v1', kind: 'IPAddress', metadata: { name: '10.96.0.10', uid: 'ip', creationTimestamp: '2026-01-01T00:00:00Z' } };
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'gone', uid: 'c', creationTimestamp: '2026-01-01T00:00:00Z' } };
    const held = { ...config, metadata: { ...config.metadata, name: 'held', uid: 'held', finalizers: ['example.com/hold'] } };
    await create(namespace, running, testPod('waits', { namespace: 'gone' }), testService('web', { selector: { app: 'web' } }, { namespace: 'gone' }), claim, config, held);
    await create({ ...config, metadata: { ...config.metadata, namespace: 'default', uid: 'kept' } });
    await eventually(async () => (await list('Endpoints', 'gone')).length === 1);
    await update({ ...namespace, metadata: { ...namespace.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' }, status: { phase: 'Terminating' } });

    await eventually(async () => (await store.kindsIn('gone')).filter((kind) => kind !== 'Event').join() === 'ConfigMap,Pod', { describe: 'only what is waited for is left' });
    await eventually(async () => (await list('Pod', 'gone')).every(({ metadata }) => metadata.deletionTimestamp), { describe: 'the pod that runs is being ended, the other one has gone' });
    const [left, ...others] = await list('Pod', 'gone');
    expect(others).toEqual([]);
    expect(left?.metadata).toMatchObject({ name: 'runs', deletionGracePeriodSeconds: 7, deletionTimestamp: expect.any(String) });
    expect(await store.get(keyOf(claim))).toBeUndefined();
    expect(await store.get({ kind: 'Namespace', namespace: '', name: 'gone' })).toBeDefined();

    await store.commit({ writes: [{ op: 'delete', key: keyOf(running), cause }] });
    await store.commit({ writes: [{ op: 'delete', key: keyOf(held), cause }] });
    await eventually(async () => !(await store.get({ kind: 'Namespace', namespace: '', name: 'gone' })), { describe: 'the namespace is gone' });
    expect(await store.kindsIn('gone')).toEqual([]);
    expect(await store.kindsIn('default')).toContain('ConfigMap');
    expect(troubles).toEqual([]);
  });
});

describe('what takes long', () => {
  /** A view that has seen everything in the store. */
  async function viewNow(): Promise<ClusterView> {
    const view = new ClusterView();
    view.load([...(await list('Clock')), ...(await list('Node')), ...(await list('Pod'))]);
    return view;
  }

  it('a node whose lease is older than 40 s becomes NotReady, its pods with it, and they go when they tolerate it no longer', async () => {
    const clock = new ManualClock(new SystemClock().now());
    const leases = await openStore({ url: database.url, clock, name: 'worker' });
    stops.push(() => leases.close());
    const made = new Date(clock.now()).toISOString();
    const on = (name: string, nodeName: string, tolerationSeconds?: number) =>
      runningPod(name, '10.0.0.1', true, {
        metadata: { creationTimestamp: made },
        spec: { nodeName, terminationGracePeriodSeconds: 7, tolerations: [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds }] },
      });
    await create({ ...testNode('a') }, testNode('b'), on('p', 'a', 300), on('stays', 'a'), on('q', 'b', 300));
    const [a, b, lead] = [await leases.acquireLease('a', 'one'), await leases.acquireLease('b', 'one'), await leases.acquireLease('@control', 'one')];
    const check = async () => new NodeMonitor(store, await viewNow(), clock, () => ({ lease: '@control', epoch: lead!.epoch })).check();
    const later = async (ms: number) => {
      clock.advance(ms);
      await leases.renewLease('b', b!.epoch);
    };
    await later(30_000);
    await check();
    const ready = (object: KubeObject | Node | Pod) => (object.status as Pod['status']).conditions?.find((condition) => condition.type === 'Ready')?.status;
    const byName = async () => Object.fromEntries([...(await list('Node')), ...(await pods())].map((object) => [object.metadata.name, ready(object)]));
    expect(await byName()).toEqual({ a: 'True', b: 'True', p: 'True', stays: 'True', q: 'True' });
    await later(10_001);
    await check();
    const lostAt = clock.now();
    expect(await byName()).toEqual({ a: 'Unknown', b: 'True', p: 'False', stays: 'False', q: 'True' });
    const taints = async () => ((await list('Node')) as unknown as Node[]).map((node) => node.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`));
    expect(await taints()).toEqual([['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'], undefined]);
    expect((await events()).map((event) => [event['reason'], event['message'], event.metadata.namespace]).sort()).toEqual([
      ['NodeNotReady', 'Node a status is now: NodeNotReady', 'default'],
      ['NodeNotReady', 'Node is not ready', 'default'],
      ['NodeNotReady', 'Node is not ready', 'default'],
    ]);
    expect(a?.epoch).toBe(1);

    const due = await check();
    expect(Math.abs((due ?? 0) - (lostAt + 300_000))).toBeLessThan(1_000);
    await later(298_000);
    expect(await check()).toBe(due);
    const leaving = async () => (await pods()).filter((pod) => pod.metadata.deletionTimestamp).map((pod) => pod.metadata.name);
    expect(await leaving()).toEqual([]);
    await later(3_000);
    await check();
    await check();
    expect(await leaving()).toEqual(['p']);
    const gone = (await pods()).find((pod) => pod.metadata.name === 'p');
    expect(gone?.metadata.deletionGracePeriodSeconds).toBe(7);
    expect(gone?.status.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'DeletionByTaintManager' });
    expect(gone?.spec.nodeName).toBe('a');
    expect((await list('Event')).filter((event) => event['reason'] === 'TaintManagerEviction').map((event) => [event['message'], event['count']])).toEqual([['Marking for deletion Pod default/p', 1]]);
  });

  it.each([['is a day ahead', 1], ['stands still a day back', -1]])('a pod of a lost node whose namespace has a Clock that %s goes in real time, and its time stamps are those of the Clock', async (_how, days) => {
    const clock = new ManualClock(new SystemClock().now());
    const iso = (ms: number) => new Date(ms).toISOString();
    const shown = Math.floor(clock.now() / 1000) * 1000 + days * 86_400_000;
    const seconds = (ms: number) => iso(ms).replace(/\.\d+Z$/, 'Z');
    const driven = { apiVersion: 'podbox.dev/v1', kind: 'Clock', metadata: { name: 'clock', namespace: 'default', uid: 'clock', creationTimestamp: iso(clock.now()) }, spec: { rate: 1, paused: true }, status: { now: iso(shown), realBase: iso(clock.now()), virtualBase: iso(shown) } };
    const tolerations = [{ key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }];
    await create(driven, { ...testNode('a'), metadata: { ...testNode('a').metadata, creationTimestamp: iso(clock.now()) } }, runningPod('p', '10.0.0.1', true, { metadata: { creationTimestamp: seconds(shown) }, spec: { nodeName: 'a', terminationGracePeriodSeconds: 7, tolerations } }));
    const lead = await store.acquireLease('@control', 'one');
    const check = async () => new NodeMonitor(store, await viewNow(), clock, () => ({ lease: '@control', epoch: lead!.epoch })).check();
    clock.advance(42_000);
    await check();
    const lostAt = clock.now();
    const pod = async () => (await pods())[0]!;
    expect((await pod()).status.conditions).toEqual([{ type: 'Ready', status: 'False', lastTransitionTime: seconds(shown) }]);
    expect(Math.abs(((await check()) ?? 0) - (lostAt + 300_000))).toBeLessThan(1_000);
    clock.advance(298_000);
    await check();
    expect((await pod()).metadata.deletionTimestamp).toBeUndefined();
    clock.advance(3_000);
    await check();
    expect((await pod()).metadata).toMatchObject({ deletionTimestamp: seconds(shown + 7_000), deletionGracePeriodSeconds: 7 });
    expect((await pod()).status.conditions?.find(({ type }) => type === 'DisruptionTarget')?.lastTransitionTime).toBe(seconds(shown));
  });

  it('pods of a node that was removed go 40 s later, whatever they tolerate', async () => {
    const clock = new ManualClock(new SystemClock().now());
    const lead = await store.acquireLease('@control', 'one');
    await create(runningPod('p', '10.0.0.1', true, { spec: { nodeName: 'gone' } }), testNode('b'), runningPod('q', '10.0.0.2', true, { spec: { nodeName: 'b' } }));
    await store.acquireLease('b', 'one');
    const monitor = new NodeMonitor(store, await viewNow(), clock, () => ({ lease: '@control', epoch: lead!.epoch }));
    await monitor.check();
    clock.advance(39_000);
    await monitor.check();
    expect(await pods()).toHaveLength(2);
    clock.advance(2_000);
    await monitor.check();
    expect((await pods()).map((pod) => pod.metadata.name)).toEqual(['q']);
    const last = (await store.history({ kind: 'Pod', namespace: 'default', name: 'p' })).at(-1);
    expect(last?.cause.detail).toBe('node gone no longer exists');
  });

  it('an event goes an hour after it was written last', async () => {
    const clock = new ManualClock(new SystemClock().now());
    const expiry = new EventExpiry(store, clock);
    const event = (name: string) => ({ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: 'default', uid: name, creationTimestamp: new Date(clock.now()).toISOString() } });
    const start = await store.currentRevision();
    await create(event('a'), event('b'), event('c'));
    await update({ ...event('a'), count: 2 });
    const abort = new AbortController();
    let seen = 0;
    for await (const changes of store.tail(start, abort.signal)) {
      for (const change of changes) expiry.apply(change);
      if ((seen += changes.length) === 4) abort.abort();
    }
    // Changed since, which this expiry has not heard of yet: it stays.
    await update({ ...event('c'), count: 2 });
    clock.advance(59 * 60_000);
    await expiry.expire();
    expect(await list('Event')).toHaveLength(3);
    clock.advance(2 * 60_000);
    await expiry.expire();
    expect((await list('Event')).map(({ metadata }) => metadata.name)).toEqual(['c']);
  });
});

describe('quotas', () => {
  const quota = () => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'default', uid: 'q-1', creationTimestamp: '2026-01-01T00:00:00Z' }, spec: { hard: { pods: '5', 'count/pods': '9' } } });
  const used = async () => (await store.get({ kind: 'ResourceQuota', namespace: 'default', name: 'q' }))?.status;

  it('follow what is there, what ends and what goes', async () => {
    await create(...podNames('p', 3).map((name) => testPod(name)));
    await startControl();
    await create(quota());
    const hard = { pods: '5', 'count/pods': '9' };
    await eventually(async () => JSON.stringify(await used()) === JSON.stringify({ hard, used: { pods: '3', 'count/pods': '3' } }), { describe: 'three pods are counted' });
    const [first, second] = await pods();
    await store.commit({ writes: [{ op: 'status', object: { ...first!, status: { phase: 'Succeeded' } } as unknown as KubeObject, cause }] });
    await store.commit({ writes: [{ op: 'delete', key: keyOf(second!), cause }] });
    await eventually(async () => JSON.stringify(await used()) === JSON.stringify({ hard, used: { pods: '1', 'count/pods': '2' } }), { describe: 'one ended, one is gone' });
    expect(troubles).toEqual([]);
  });
});
