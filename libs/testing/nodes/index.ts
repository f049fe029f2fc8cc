/** Pods and nodes on a real store, queue and runtime, without an api server or a scheduler. Imported as '#testing/nodes'. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { basesOf, CLOCK_NAME, SystemClock } from '#clock';
import type { ClockSpec } from '#clock';
import { Kubelet, PodNetwork } from '#kubelet';
import type { KubeletOptions, RemoteTarget } from '#kubelet';
import type { Event, Key, KubeObject, Pod, PodSpec } from '#objects';
import { BullMqQueue } from '#queue';
import { createVirtualRuntime } from '#runtime-virtual';
import type { ContainerRuntime } from '#runtime';
import { openStore } from '#store';
import type { Change, Store } from '#store';
import { createTestDatabase } from '../database.js';
import { eventually } from '../eventually.js';
import { createTestRedis } from '../redis.js';

export interface TestCluster {
  store: Store;
  databaseUrl: string;
  redisUrl: string;
  dataDir: string;
  /** Starts a node; it is stopped with the cluster. */
  node(name: string, options?: Partial<KubeletOptions>): Promise<{ kubelet: Kubelet; runtime: ContainerRuntime }>;
  close(): Promise<void>;
}

export async function startCluster(redis?: { url: string; close(): Promise<void> }): Promise<TestCluster> {
  const database = await createTestDatabase();
  const queues = redis ?? (await createTestRedis());
  const dataDir = mkdtempSync(join(tmpdir(), 'podbox-kubelet-'));
  const clock = new SystemClock();
  const store = await openStore({ url: database.url, clock });
  const ends: (() => Promise<unknown>)[] = [];
  let nodes = 0;
  return {
    store,
    databaseUrl: database.url,
    redisUrl: queues.url,
    dataDir,
    node: async (name, options = {}) => {
      const own = await openStore({ url: database.url, clock, name });
      const queue = new BullMqQueue({ url: queues.url });
      const podCidr = `10.${200 + nodes++}.0.0/16`;
      const folder = join(dataDir, name);
      const pods = new PodNetwork(name, 'test');
      const connectRemote = (target: RemoteTarget) => pods.connect(target);
      const runtime = await createVirtualRuntime({ clock, dataDir: folder, nodeIp: '127.0.0.1', podCidr, threads: 1, connectRemote });
      const network = { pods, accept: (target: RemoteTarget) => runtime.acceptRemote(target) };
      const kubelet = new Kubelet({ node: name, store: own, queue, runtime, runtimeName: 'virtual', clock, dataDir: folder, podCidr, secret: 'test', network, ...options });
      ends.push(async () => {
        await kubelet.stop();
        await queue.close();
        await own.close();
      });
      await kubelet.start();
      return { kubelet, runtime };
    },
    close: async () => {
      for (const end of ends.reverse()) await end();
      await store.close();
      await queues.close();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const cause = { by: 'test', what: 'request', detail: 'test' } as const;

/** A pod as the API server would have stored it, bound to `node`. */
export function boundPod(node: string, name: string, spec: Partial<PodSpec> & Pick<PodSpec, 'containers'>, metadata: object = {}): KubeObject {
  const defaulted = <T extends { image?: string }>(container: T) => ({
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
    ...container,
  });
  const created = new Date(Math.floor(new SystemClock().now() / 1000) * 1000).toISOString().replace('.000Z', 'Z');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: randomUUID(), creationTimestamp: created, generation: 1, ...metadata },
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      nodeName: node,
      ...spec,
      initContainers: spec.initContainers?.map(defaulted),
      containers: spec.containers.map(defaulted),
    },
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: created }], qosClass: 'BestEffort' },
  };
}

/** A namespace's Clock as the API server would have stored it: it begins at the whole second. */
export function clockObject(namespace: string, pace: Partial<ClockSpec> = {}): KubeObject {
  const spec = { rate: 1, paused: false, ...pace };
  const real = new SystemClock().now();
  const status = { observedGeneration: 1, ...basesOf({ realBase: real, virtualBase: Math.floor(real / 1000) * 1000, ...spec }) };
  const metadata = { name: CLOCK_NAME, namespace, uid: randomUUID(), creationTimestamp: new Date(real).toISOString(), generation: 1 };
  return { apiVersion: 'podbox.dev/v1', kind: 'Clock', metadata, spec, status };
}

export const create = async (store: Store, ...objects: KubeObject[]): Promise<void> => {
  await Promise.all(objects.map((object) => store.commit({ writes: [{ op: 'create', object, cause }] })));
};

export const podKey = (name: string): Key => ({ kind: 'Pod', namespace: 'default', name });

export const readPod = async (store: Store, name: string): Promise<Pod | undefined> => (await store.get(podKey(name))) as Pod | undefined;

/** As the API server deletes: marks the pod, the node removes it. */
export async function markDeleted(store: Store, name: string, graceSeconds = 30): Promise<void> {
  await eventually(async () => {
    const pod = await readPod(store, name);
    if (!pod) return true;
    const now = new SystemClock().now();
    const metadata = { ...pod.metadata, deletionTimestamp: new Date(now + graceSeconds * 1000).toISOString(), deletionGracePeriodSeconds: graceSeconds };
    await store.commit({ writes: [{ op: 'update', object: { ...pod, metadata } as unknown as KubeObject, expect: pod.metadata.resourceVersion, cause }] });
    return true;
  });
}

export const isRunning = (pod: Pod | undefined): boolean => pod?.status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;

export const untilRunning = (store: Store, name: string): Promise<unknown> => eventually(async () => isRunning(await readPod(store, name)), { describe: `pod ${name} is ready`, timeoutMs: 30_000 });

export const untilGone = (store: Store, name: string): Promise<unknown> => eventually(async () => (await readPod(store, name)) === undefined, { describe: `pod ${name} is gone`, timeoutMs: 30_000 });

export async function eventsOf(store: Store, name: string): Promise<Event[]> {
  const { items } = await store.list({ kind: 'Event', namespace: 'default', matches: (_labels, fields) => fields['involvedObject.name'] === name });
  return (items as unknown as Event[]).sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
}

export const history = (store: Store, name: string): Promise<Change[]> => store.history(podKey(name));
