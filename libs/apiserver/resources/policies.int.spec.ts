import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock, SystemClock } from '#clock';
import type { Pod, ResourceQuota } from '#objects';
import { openStore } from '#store';
import type { PostgresStore } from '#store';
import { createTestDatabase } from '#testing';
import type { TestDatabase } from '#testing';
import { KINDS } from '../kinds/table.js';
import { ApiError } from '../types.js';
import { StoreResources } from './resources.js';
import { ensureSystemObjects } from './system-objects.js';

const options = { cause: 'test' };
const { LimitRange, Namespace, Pod, PriorityClass, ResourceQuota, Service, ServiceAccount } = KINDS;

let database: TestDatabase;
const stores: PostgresStore[] = [];
/** Two, over stores of their own, as two processes have them. */
const servers: StoreResources[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  for (const name of ['a', 'b']) stores.push(await openStore({ url: database.url, clock: new SystemClock(), name }));
  servers.push(...stores.map((store) => new StoreResources(store)));
});

afterAll(async () => {
  for (const store of stores) await store.close();
  await database?.drop();
});

const namespace = (name: string, labels = {}) => servers[0]!.create(Namespace, '', { metadata: { name, labels } }, options);
const pod = (name: string, spec: object = {}, resources: object = {}) => ({ metadata: { name }, spec: { containers: [{ name: 'c', image: 'busybox', resources }], ...spec } });
const quota = (name: string, spec: object) => ({ metadata: { name }, spec });
const range = (...limits: object[]) => ({ metadata: { name: 'range' }, spec: { limits } });

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return `${error.status.code} ${error.status.message}`;
    throw error;
  }
  return 'let in';
}

const used = async (space: string, name: string) => ((await servers[0]!.get(ResourceQuota, space, name)) as unknown as ResourceQuota).status?.used;

describe('a ResourceQuota', () => {
  it('lets in exactly what it allows of 200 creations at once through two servers', async () => {
    await namespace('crowd');
    await servers[0]!.create(ResourceQuota, 'crowd', quota('q', { hard: { pods: '50' } }), options);
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => refusal(servers[i % 2]!.create(Pod, 'crowd', pod(`p${i}`), options))));
    expect(answers.filter((answer) => answer === 'let in')).toHaveLength(50);
    const refused = answers.findIndex((answer) => answer !== 'let in');
    expect(answers[refused]).toBe(`403 pods "p${refused}" is forbidden: exceeded quota: q, requested: pods=1, used: pods=50, limited: pods=50`);
    expect((await servers[1]!.list(Pod, 'crowd', {})).items).toHaveLength(50);
    expect(await used('crowd', 'q')).toEqual({ pods: '50' });
  });

  it('counts what was there before it', async () => {
    await namespace('later');
    for (const name of ['a', 'b']) await servers[0]!.create(Pod, 'later', pod(name, {}, { requests: { cpu: '300m' } }), options);
    await servers[1]!.create(ResourceQuota, 'later', quota('q', { hard: { 'requests.cpu': '1', 'count/pods': '9' } }), options);
    await servers[0]!.create(Pod, 'later', pod('c', {}, { requests: { cpu: '400m' } }), options);
    expect(await used('later', 'q')).toEqual({ 'requests.cpu': '1', 'count/pods': '3' });
    expect(await refusal(servers[1]!.create(Pod, 'later', pod('d', {}, { requests: { cpu: '1m' } }), options))).toBe(
      '403 pods "d" is forbidden: exceeded quota: q, requested: requests.cpu=1m, used: requests.cpu=1, limited: requests.cpu=1',
    );
  });

  it('wants to be told of what it limits', async () => {
    await namespace('silent');
    await servers[0]!.create(ResourceQuota, 'silent', quota('q', { hard: { 'limits.memory': '1Gi', 'requests.cpu': '1' } }), options);
    expect(await refusal(servers[0]!.create(Pod, 'silent', pod('p'), options))).toBe(
      '403 pods "p" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c',
    );
  });

  it('is for the pods in its scopes only', async () => {
    await namespace('scoped');
    await servers[0]!.create(ResourceQuota, 'scoped', quota('q', { hard: { pods: '1' }, scopes: ['BestEffort'] }), options);
    const sized = { requests: { cpu: '1' } };
    expect(await Promise.all([pod('a'), pod('b', {}, sized), pod('c', {}, sized)].map((body) => refusal(servers[0]!.create(Pod, 'scoped', body, options))))).toEqual(['let in', 'let in', 'let in']);
    expect(await refusal(servers[1]!.create(Pod, 'scoped', pod('d'), options))).toMatch(/exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1/);
  });

  it('is charged for what a Service becomes', async () => {
    await namespace('services');
    await servers[0]!.create(ResourceQuota, 'services', quota('q', { hard: { services: '2', 'services.nodeports': '1' } }), options);
    await servers[0]!.create(Service, 'services', { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }, options);
    await servers[0]!.create(Service, 'services', { metadata: { name: 't' }, spec: { ports: [{ port: 80 }] } }, options);
    await servers[1]!.patch(Service, 'services', 's', 'merge', { spec: { type: 'NodePort' } }, options);
    expect(await used('services', 'q')).toEqual({ services: '2', 'services.nodeports': '1' });
    expect(await refusal(servers[0]!.patch(Service, 'services', 't', 'merge', { spec: { type: 'NodePort' } }, options))).toMatch(/exceeded quota: q, requested: services.nodeports=1/);
  });

  it('holds from its creation, change and deletion on, in the other server too', async () => {
    await namespace('changing');
    await servers[1]!.create(Pod, 'changing', pod('first'), options);
    await servers[0]!.create(ResourceQuota, 'changing', quota('q', { hard: { pods: '1' } }), options);
    expect(await refusal(servers[1]!.create(Pod, 'changing', pod('a'), options))).toMatch(/exceeded quota/);
    await servers[0]!.patch(ResourceQuota, 'changing', 'q', 'merge', { spec: { hard: { pods: '2' } } }, options);
    expect(await refusal(servers[1]!.create(Pod, 'changing', pod('a'), options))).toBe('let in');
    expect(await refusal(servers[1]!.create(Pod, 'changing', pod('b'), options))).toMatch(/used: pods=2, limited: pods=2/);
    await servers[0]!.delete(ResourceQuota, 'changing', 'q', undefined, options);
    expect(await refusal(servers[1]!.create(Pod, 'changing', pod('b'), options))).toBe('let in');
  });

  it('is not asked of a dry run, but answers it', async () => {
    await namespace('dry');
    await servers[0]!.create(ResourceQuota, 'dry', quota('q', { hard: { pods: '0' } }), options);
    expect(await refusal(servers[0]!.create(Pod, 'dry', pod('p'), { ...options, dryRun: true }))).toMatch(/exceeded quota/);
  });
});

describe('where there are no policies', () => {
  it('the creation of a pod is one statement', async () => {
    await namespace('free');
    // Once a second it is asked for a Clock, and for a PriorityClass for all: here no second goes by.
    const server = new StoreResources(stores[0]!, new ManualClock(Date.parse('2026-01-01T00:00:00Z')));
    await server.create(Pod, 'free', pod('first'), options);
    const before = stores[0]!.stats().statements;
    for (const name of ['a', 'b', 'c']) await server.create(Pod, 'free', pod(name), options);
    // One transaction: BEGIN, the commit, COMMIT.
    const each = (stores[0]!.stats().statements - before) / 3;
    expect(each).toBeLessThanOrEqual(3);
  });
});

describe('a PriorityClass', () => {
  const put = (server: number, name: string, value: number, more: object = {}) => servers[server]!.create(PriorityClass, '', { metadata: { name }, value, ...more }, options);
  const made = async (server: number, name: string, spec: object) => ((await servers[server]!.create(Pod, 'ranked', pod(name, spec), options)).object as Pod).spec;

  it('gives its pods their priority, at once, whichever server made it; without it they are refused', async () => {
    await namespace('ranked');
    expect(await refusal(made(0, 'p', { priorityClassName: 'high' }))).toBe('403 pods "p" is forbidden: no PriorityClass with name high was found');
    const { object } = await put(1, 'high', 1000, { preemptionPolicy: 'Never' });
    expect(object).toMatchObject({ value: 1000, preemptionPolicy: 'Never', metadata: { generation: 1 } });
    expect(await made(0, 'p', { priorityClassName: 'high' })).toMatchObject({ priorityClassName: 'high', priority: 1000, preemptionPolicy: 'Never' });
    expect(await made(0, 'critical', { priorityClassName: 'system-node-critical' })).toMatchObject({ priority: 2_000_001_000, preemptionPolicy: 'PreemptLowerPriority' });
    expect(await refusal(made(0, 'q', { priority: 3 }))).toBe(
      '403 pods "q" is forbidden: the integer value of priority (3) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    );
  });

  it('is the default of all pods when it says so, and there is one of these', async () => {
    await put(0, 'usual', 7, { globalDefault: true });
    expect(await made(0, 'by-default', {})).toMatchObject({ priorityClassName: 'usual', priority: 7 });
    const second = '403 priorityclasses.scheduling.k8s.io "other" is forbidden: PriorityClass usual is already marked as default. Only one default can exist';
    expect(await refusal(put(0, 'other', 8, { globalDefault: true }))).toBe(second);
    await put(1, 'other', 8);
    const mark = (name: string, globalDefault: boolean) => servers[0]!.patch(PriorityClass, '', name, 'merge', { globalDefault }, options);
    expect(await refusal(mark('other', true))).toBe(second);
    await mark('usual', false);
    await mark('other', true);
    expect(await made(0, 'by-another', {})).toMatchObject({ priorityClassName: 'other', priority: 8 });
    await servers[0]!.delete(PriorityClass, '', 'other', undefined, options);
    const spec = await made(0, 'without', {});
    expect([spec.priorityClassName, spec.priority]).toEqual([undefined, 0]);
  });

  it('of the system is there from the beginning, and stays', async () => {
    await ensureSystemObjects(servers[0]!);
    await ensureSystemObjects(servers[1]!);
    const names = (await servers[0]!.list(PriorityClass, undefined, {})).items.map(({ metadata }) => metadata.name);
    expect(names).toEqual(expect.arrayContaining(['system-cluster-critical', 'system-node-critical']));
    expect(await refusal(servers[0]!.delete(PriorityClass, '', 'system-node-critical', undefined, options))).toBe(
      '403 priorityclasses.scheduling.k8s.io "system-node-critical" is forbidden: this is a system priority class and cannot be deleted',
    );
  });
});

describe('a resize', () => {
  const resize = (space: string, requests: object) => servers[0]!.patch(Pod, space, 'p', 'strategic', { spec: { containers: [{ name: 'c', resources: { requests } }] } }, { ...options, subresource: 'resize' });

  it('changes resources and nothing else, counts in quotas and keeps to LimitRanges', async () => {
    await namespace('resized');
    await servers[0]!.create(LimitRange, 'resized', range({ type: 'Container', min: { cpu: '50m' } }), options);
    await servers[0]!.create(ResourceQuota, 'resized', quota('q', { hard: { 'requests.cpu': '1' } }), options);
    await servers[1]!.create(Pod, 'resized', pod('p', {}, { requests: { cpu: '500m' } }), options);
    const { object, warnings } = await resize('resized', { cpu: '800m' });
    const { spec, metadata } = object as Pod;
    expect([spec.containers[0]!.resources, metadata.generation]).toEqual([{ requests: { cpu: '800m' } }, 2]);
    expect(warnings).toEqual([]);
    expect(await used('resized', 'q')).toEqual({ 'requests.cpu': '800m' });
    expect(await refusal(resize('resized', { cpu: '1200m' }))).toMatch(/exceeded quota: q, requested: requests.cpu=400m, used: requests.cpu=800m, limited: requests.cpu=1/);
    expect(await refusal(resize('resized', { cpu: '10m' }))).toMatch(/minimum cpu usage per Container is 50m, but request is 10m/);
  });
});

describe('a LimitRange', () => {
  it('gives what containers leave out, and says so', async () => {
    await namespace('given');
    await servers[0]!.create(LimitRange, 'given', range({ type: 'Container', default: { cpu: '500m', memory: '128Mi' }, defaultRequest: { cpu: '250m' } }), options);
    const { object } = await servers[1]!.create(Pod, 'given', pod('p', { initContainers: [{ name: 'i', image: 'busybox', resources: { limits: { memory: '64Mi' } } }] }), options);
    const { metadata, spec, status } = object as Pod;
    expect(metadata.annotations).toEqual({
      'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c; cpu request for init container i; cpu limit for init container i',
    });
    expect(spec.containers[0]!.resources).toEqual({ limits: { cpu: '500m', memory: '128Mi' }, requests: { cpu: '250m', memory: '128Mi' } });
    expect(spec.initContainers![0]!.resources).toEqual({ limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '250m', memory: '64Mi' } });
    expect(status.qosClass).toBe('Burstable');
  });

  it('refuses what goes beyond it', async () => {
    await namespace('bounded');
    await servers[0]!.create(LimitRange, 'bounded', range({ type: 'Container', max: { memory: '1Gi' }, min: { cpu: '100m' } }, { type: 'Pod', max: { cpu: '2' } }), options);
    expect(await refusal(servers[1]!.create(Pod, 'bounded', pod('p', {}, { requests: { cpu: '50m' }, limits: { memory: '1.5Gi', cpu: '3' } }), options))).toBe(
      '403 pods "p" is forbidden: [minimum cpu usage per Container is 100m, but request is 50m, maximum memory usage per Container is 1Gi, but limit is 1536Mi, maximum cpu usage per Pod is 2, but limit is 3]',
    );
  });
});

describe('the Pod Security Standards', () => {
  it('refuse what the namespace enforces against, at changes too', async () => {
    await namespace('strict', { 'pod-security.kubernetes.io/enforce': 'baseline' });
    expect(await refusal(servers[0]!.create(Pod, 'strict', pod('p', { hostNetwork: true }), options))).toBe(
      '403 pods "p" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    );
    await servers[1]!.create(Pod, 'strict', pod('ok'), options);
    await servers[0]!.patch(Namespace, '', 'strict', 'merge', { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } }, options);
    expect(await refusal(servers[1]!.create(Pod, 'strict', pod('q'), options))).toMatch(/violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "c" must set/);
    expect(await refusal(servers[0]!.patch(Pod, 'strict', 'ok', 'strategic', { spec: { containers: [{ name: 'c', image: 'other' }] } }, options))).toMatch(/violates PodSecurity "restricted:latest"/);
    expect(await refusal(servers[0]!.patch(Pod, 'strict', 'ok', 'merge', { metadata: { labels: { a: 'b' } } }, options))).toBe('let in');
  });

  it('tell whoever sets the label which pods are there against it', async () => {
    await namespace('grown');
    for (const name of ['b', 'a']) await servers[0]!.create(Pod, 'grown', pod(name, { hostPID: true }), options);
    const { warnings } = await servers[0]!.patch(Namespace, '', 'grown', 'merge', { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } }, options);
    expect(warnings).toEqual(['existing pods in namespace "grown" violate the new PodSecurity enforce level "baseline:latest"', 'a (and 1 other pod): host namespaces']);
  });

  it('warn where that is asked for', async () => {
    await namespace('warned', { 'pod-security.kubernetes.io/warn': 'baseline', 'pod-security.kubernetes.io/warn-version': 'v1.30' });
    const { warnings } = await servers[0]!.create(Pod, 'warned', pod('p', { hostPID: true }), options);
    expect(warnings[0]).toBe('would violate PodSecurity "baseline:v1.30": host namespaces (hostPID=true)');
  });
});

describe('a ServiceAccount', () => {
  const made = async (server: StoreResources, space: string, name: string, spec: object = {}) => (await server.create(Pod, space, pod(name, spec), options)).object as Pod;
  const mounts = ({ spec }: Pod) => spec.containers[0]!.volumeMounts?.map(({ mountPath }) => mountPath) ?? [];
  const TOKEN = ['/var/run/secrets/kubernetes.io/serviceaccount'];

  it('called default comes with each namespace, and to those that were there before', async () => {
    await namespace('accounts');
    const names = async () => (await servers[0]!.list(ServiceAccount, 'accounts', {})).items.map(({ metadata }) => metadata.name);
    expect(await names()).toEqual(['default']);
    await servers[0]!.delete(ServiceAccount, 'accounts', 'default', undefined, options);
    expect(mounts(await made(servers[0]!, 'accounts', 'without'))).toEqual([]);
    await ensureSystemObjects(servers[1]!);
    expect(await names()).toEqual(['default']);
  });

  it('gives pods its pull secrets and, where somebody wants it, its token; all servers know of it at once', async () => {
    await namespace('robots');
    const tokens = new StoreResources(stores[1]!, new SystemClock(), { serviceAccountTokens: true });
    expect([mounts(await made(servers[0]!, 'robots', 'a')), mounts(await made(tokens, 'robots', 'b'))]).toEqual([[], TOKEN]);
    expect(await refusal(made(tokens, 'robots', 'c', { serviceAccountName: 'robot' }))).toBe('403 pods "c" is forbidden: error looking up service account robots/robot: serviceaccount "robot" not found');
    await servers[0]!.create(ServiceAccount, 'robots', { metadata: { name: 'robot' }, imagePullSecrets: [{ name: 'registry' }], automountServiceAccountToken: false }, options);
    const robot = await made(tokens, 'robots', 'd', { serviceAccountName: 'robot' });
    expect([robot.spec.imagePullSecrets, mounts(robot)]).toEqual([[{ name: 'registry' }], []]);
    const account = await servers[0]!.get(ServiceAccount, 'robots', 'robot');
    await servers[0]!.update(ServiceAccount, 'robots', 'robot', { ...account, imagePullSecrets: [{ name: 'another' }] }, options);
    expect((await made(tokens, 'robots', 'e', { serviceAccountName: 'robot' })).spec.imagePullSecrets).toEqual([{ name: 'another' }]);
    expect(mounts(await made(servers[0]!, 'robots', 'f', { serviceAccountName: 'robot', automountServiceAccountToken: true }))).toEqual(TOKEN);
  });
});
