import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import type { KubeObject, Pod as PodObject } from '#objects';
import { openStore } from '#store';
import type { PostgresStore } from '#store';
import { createTestDatabase } from '#testing';
import type { TestDatabase } from '#testing';
import { KINDS } from '../kinds/table.js';
import { ApiError } from '../types.js';
import type { Status } from '../types.js';
import { PodActions } from './pod-actions.js';
import { StoreResources } from './resources.js';

const cause = 'test';
const { ConfigMap, Namespace, Pod, Service } = KINDS;

let database: TestDatabase;
let store: PostgresStore;
let resources: StoreResources;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openStore({ url: database.url, clock: new SystemClock() });
  resources = new StoreResources(store);
  await namespace('default');
});

afterAll(async () => {
  await store?.close();
  await database?.drop();
});

const namespace = (name: string) => resources.create(Namespace, '', { metadata: { name } }, { cause });
const configMap = (name: string, data: Record<string, string> = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });
const pod = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'busybox' }], ...spec },
});
const service = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
});

async function statusOf(work: Promise<unknown>): Promise<Status> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
  throw new Error('expected a failure');
}

/** Binds a pod, as the scheduler does. */
async function bind(name: string): Promise<void> {
  const object = await resources.get(Pod, 'default', name);
  await store.commit({
    writes: [
      {
        op: 'update',
        object: { ...object, spec: { ...(object.spec as object), nodeName: 'n1' } },
        expect: object.metadata.resourceVersion,
        cause: { by: 'scheduler', what: 'decision', detail: 'test' },
      },
    ],
  });
}

describe('create', () => {
  it('completes the metadata and stores the object', async () => {
    const { object } = await resources.create(ConfigMap, 'default', configMap('first', { a: '1' }), { cause });
    expect(object).toMatchObject({
      metadata: {
        name: 'first',
        namespace: 'default',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        creationTimestamp: expect.stringMatching(/Z$/),
      },
    });
    expect(await resources.get(ConfigMap, 'default', 'first')).toEqual(object);
  });

  it('tells of fields that nothing acts on, and of none that defaulting has given', async () => {
    expect((await resources.create(Pod, 'default', pod('plain'), { cause })).warnings).toEqual([]);
    const { warnings } = await resources.create(Pod, 'default', pod('elsewhere', { schedulerName: 'mine' }), { cause, dryRun: true });
    expect(warnings).toEqual([expect.stringMatching(/^spec\.schedulerName: no other scheduler/)]);
  });

  it('answers 409 for a name that is taken', async () => {
    await resources.create(ConfigMap, 'default', configMap('taken'), { cause });
    expect(await statusOf(resources.create(ConfigMap, 'default', configMap('taken'), { cause }))).toMatchObject({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "taken" already exists',
    });
  });

  it('makes names up from generateName', async () => {
    const { object } = await resources.create(ConfigMap, 'default', { metadata: { generateName: 'made-' } }, { cause });
    expect(object.metadata.name).toMatch(/^made-[a-z0-9]{5}$/);
  });

  it('answers 404 where the namespace does not exist', async () => {
    expect(await statusOf(resources.create(ConfigMap, 'nowhere', configMap('x'), { cause }))).toMatchObject({
      code: 404,
      message: 'namespaces "nowhere" not found',
    });
  });

  it('answers 403 in a namespace that terminates, whoever deleted it', async () => {
    await namespace('closing');
    await resources.create(ConfigMap, 'closing', configMap('before'), { cause });
    await new StoreResources(store).delete(Namespace, '', 'closing', undefined, { cause });
    expect(await statusOf(resources.create(ConfigMap, 'closing', configMap('after'), { cause }))).toMatchObject({ code: 403, reason: 'Forbidden' });
  });

  it('stores nothing on a dry run', async () => {
    await resources.create(ConfigMap, 'default', configMap('dry'), { cause, dryRun: true });
    expect(await statusOf(resources.get(ConfigMap, 'default', 'dry'))).toMatchObject({ code: 404 });
  });

  it.each<[string, object, number, RegExp]>([
    ['an unknown field', { ...configMap('bad'), date: {} }, 400, /strict decoding error: unknown field "date"/],
    ['a wrong type', { ...configMap('bad'), data: { a: 1 } }, 400, /cannot unmarshal number into Go struct field ConfigMap\.data\.a of type string/],
    ['another kind', { ...configMap('bad'), kind: 'Secret' }, 400, /does not match the expected kind \(ConfigMap\)/],
    [
      'another version',
      { ...configMap('bad'), apiVersion: 'v2' },
      400,
      /the API version in the data \(v2\) does not match the expected API version \(v1\)/,
    ],
    [
      'another namespace',
      { ...configMap('bad'), metadata: { name: 'bad', namespace: 'other' } },
      400,
      /the namespace of the provided object does not match/,
    ],
    ['a NUL in a value', configMap('bad', { a: 'x\u0000y' }), 422, /data\.a: Invalid value: "x\\u0000y": must not contain the character U\+0000/],
    ['a bad name', configMap('Bad_Name'), 422, /metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/],
    ['no name', { metadata: {} }, 422, /metadata\.name: Required value: name or generateName is required/],
  ])('rejects %s and stores nothing', async (_what, body, code, message) => {
    const status = await statusOf(resources.create(ConfigMap, 'default', body, { cause, fieldValidation: 'Strict' }));
    expect(status.code).toBe(code);
    expect(status.message).toMatch(message);
    expect(await statusOf(resources.get(ConfigMap, 'default', 'bad'))).toMatchObject({ code: 404 });
  });
});

describe('update and patch', () => {
  it('refuses a PUT with an old resourceVersion, and takes one without', async () => {
    const { object } = await resources.create(ConfigMap, 'default', configMap('put'), { cause });
    const newer = { ...object, data: { a: '2' } };
    await resources.update(ConfigMap, 'default', 'put', structuredClone(newer), { cause });
    expect(await statusOf(resources.update(ConfigMap, 'default', 'put', structuredClone(newer), { cause }))).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message:
        'Operation cannot be fulfilled on configmaps "put": the object has been modified; please apply your changes to the latest version and try again',
    });
    const { object: last } = await resources.update(ConfigMap, 'default', 'put', configMap('put', { a: '3' }), { cause });
    expect(last).toMatchObject({ data: { a: '3' }, metadata: { uid: object.metadata.uid } });
  });

  it('writes nothing when nothing changes', async () => {
    const { object } = await resources.create(ConfigMap, 'default', configMap('same', { a: '1' }), { cause });
    const { object: after } = await resources.patch(ConfigMap, 'default', 'same', 'merge', { data: { a: '1' } }, { cause });
    expect(after.metadata.resourceVersion).toBe(object.metadata.resourceVersion);
  });

  it('loses no patch of many at once', async () => {
    await resources.create(ConfigMap, 'default', configMap('many'), { cause });
    await Promise.all(
      Array.from({ length: 12 }, (_, n) => resources.patch(ConfigMap, 'default', 'many', 'merge', { data: { [`k${n}`]: 'v' } }, { cause })),
    );
    const { data } = (await resources.get(ConfigMap, 'default', 'many')) as KubeObject & { data: object };
    expect(Object.keys(data)).toHaveLength(12);
  });

  it('keeps status and spec apart', async () => {
    await resources.create(Pod, 'default', pod('apart'), { cause });
    const viaStatus = await resources.patch(
      Pod,
      'default',
      'apart',
      'merge',
      { status: { message: 'm' }, spec: { nodeName: 'x' } },
      { cause, subresource: 'status' },
    );
    expect(viaStatus.object).toMatchObject({ status: { message: 'm' } });
    expect(viaStatus.object.spec).not.toHaveProperty('nodeName');
    const viaSpec = await resources.patch(
      Pod,
      'default',
      'apart',
      'merge',
      { status: { message: 'n' }, metadata: { labels: { a: 'b' } } },
      { cause },
    );
    expect(viaSpec.object).toMatchObject({ status: { message: 'm' }, metadata: { labels: { a: 'b' } } });
  });

  it('applies on the server: makes, changes, drops what is no longer said, and tells of conflicts', async () => {
    const apply = (data: Record<string, string>, fieldManager: string, force = false) =>
      resources.patch(ConfigMap, 'default', 'applied', 'apply', configMap('applied', data), { cause, fieldManager, force });
    expect(await apply({ a: '1', b: '1' }, 'one')).toMatchObject({ created: true, object: { data: { a: '1', b: '1' } } });
    expect((await apply({ a: '2' }, 'one')).object).toMatchObject({ data: { a: '2' } });
    expect(((await apply({ a: '2' }, 'one')).object as KubeObject & { data: object }).data).toEqual({ a: '2' });
    const status = await statusOf(apply({ a: '3', c: '1' }, 'two'));
    expect(status).toMatchObject({
      code: 409,
      message: 'Apply failed with 1 conflict: conflict with "one" using v1: .data.a',
      details: { causes: [{ field: '.data.a' }] },
    });
    expect((await apply({ a: '3', c: '1' }, 'two', true)).object).toMatchObject({ data: { a: '3', c: '1' } });
  });
});

describe('delete', () => {
  it('removes a pod that no node runs at once', async () => {
    await resources.create(Pod, 'default', pod('unbound'), { cause });
    expect(await resources.delete(Pod, 'default', 'unbound', undefined, { cause })).toMatchObject({ kind: 'Pod', metadata: { name: 'unbound' } });
    expect(await statusOf(resources.get(Pod, 'default', 'unbound'))).toMatchObject({ code: 404 });
  });

  it('leaves a bound pod to its node, and takes only a shorter grace afterwards', async () => {
    await resources.create(Pod, 'default', pod('bound', { terminationGracePeriodSeconds: 20 }), { cause });
    await bind('bound');
    expect(await resources.delete(Pod, 'default', 'bound', undefined, { cause })).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 20, generation: 2 },
    });
    expect(await resources.delete(Pod, 'default', 'bound', undefined, { cause, gracePeriodSeconds: 40 })).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 20 },
    });
    expect(await resources.delete(Pod, 'default', 'bound', { gracePeriodSeconds: 5 }, { cause })).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 5 },
    });
    await resources.delete(Pod, 'default', 'bound', { kind: 'DeleteOptions', gracePeriodSeconds: 0 }, { cause });
    expect(await statusOf(resources.get(Pod, 'default', 'bound'))).toMatchObject({ code: 404 });
  });

  it('waits for finalizers, and goes when the last is taken out', async () => {
    await resources.create(ConfigMap, 'default', { metadata: { name: 'held', finalizers: ['example.com/hold'] } }, { cause });
    await resources.delete(ConfigMap, 'default', 'held', undefined, { cause });
    expect(await resources.get(ConfigMap, 'default', 'held')).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) } });
    await resources.patch(ConfigMap, 'default', 'held', 'merge', { metadata: { finalizers: null } }, { cause });
    expect(await statusOf(resources.get(ConfigMap, 'default', 'held'))).toMatchObject({ code: 404 });
  });

  it('by eviction says why, unless it is a trial', async () => {
    await resources.create(Pod, 'default', pod('evicted'), { cause });
    await bind('evicted');
    const actions = new PodActions(resources);
    await actions.run('eviction', 'default', 'evicted', { kind: 'Eviction', deleteOptions: { dryRun: ['All'] } }, { cause });
    expect((await resources.get(Pod, 'default', 'evicted')).metadata.deletionTimestamp).toBeUndefined();
    await actions.run('eviction', 'default', 'evicted', { kind: 'Eviction', deleteOptions: { gracePeriodSeconds: 7 } }, { cause });
    const { metadata, status } = (await resources.get(Pod, 'default', 'evicted')) as PodObject;
    expect(metadata.deletionGracePeriodSeconds).toBe(7);
    expect(status.conditions).toEqual([
      { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting', lastTransitionTime: expect.any(String) },
    ]);
  });

  it('heeds preconditions', async () => {
    await resources.create(ConfigMap, 'default', configMap('guarded'), { cause });
    expect(await statusOf(resources.delete(ConfigMap, 'default', 'guarded', { preconditions: { uid: 'other' } }, { cause }))).toMatchObject({
      code: 409,
    });
    expect(await resources.delete(ConfigMap, 'default', 'guarded', undefined, { cause })).toMatchObject({
      kind: 'Status',
      status: 'Success',
      details: { name: 'guarded', kind: 'configmaps' },
    });
  });

  it('deletes a collection by label', async () => {
    for (const name of ['c1', 'c2', 'c3'])
      await resources.create(
        ConfigMap,
        'default',
        { ...configMap(name), metadata: { name, labels: { group: name === 'c3' ? 'b' : 'a' } } },
        { cause },
      );
    await resources.deleteCollection(ConfigMap, 'default', undefined, { cause, labelSelector: 'group=a' });
    const { items } = await resources.list(ConfigMap, 'default', { labelSelector: 'group' });
    expect(items.map((item) => item.metadata.name)).toEqual(['c3']);
  });
});

describe('Services', () => {
  it('get addresses of their own, many at once through several processes', async () => {
    const several = [resources, new StoreResources(store), new StoreResources(store)];
    const made = await Promise.all(
      Array.from({ length: 30 }, (_, n) => several[n % 3]!.create(Service, 'default', service(`many-${n}`, { type: 'NodePort' }), { cause })),
    );
    const specs = made.map(({ object }) => object.spec as { clusterIP: string; ports: { nodePort: number }[] });
    expect(new Set(specs.map((spec) => spec.clusterIP)).size).toBe(30);
    expect(new Set(specs.map((spec) => spec.ports[0]!.nodePort)).size).toBe(30);
    for (const spec of specs) expect(spec.clusterIP).toMatch(/^10\.96\./);
  });

  type Spec = { healthCheckNodePort?: number; externalTrafficPolicy?: string; ports: { nodePort?: number }[] };
  const specOf = (written: { object: KubeObject }) => written.object.spec as Spec;
  const both = (nodePort?: number) => [{ name: 'u', port: 53, protocol: 'UDP' }, { name: 't', port: 53, protocol: 'TCP', ...(nodePort && { nodePort }) }];

  it('have one node port for all protocols of a port, and a port for health checks as long as they need it', async () => {
    const made = specOf(await resources.create(Service, 'default', service('checked', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: both() }), { cause }));
    const { healthCheckNodePort: health = 0 } = made;
    expect(made.ports[0]!.nodePort).toBe(made.ports[1]!.nodePort);
    expect(health).toBeGreaterThanOrEqual(30000);
    expect(health).not.toBe(made.ports[0]!.nodePort);
    expect(await store.get({ kind: 'NodePort', namespace: '', name: String(health) })).toBeDefined();
    const patch = async (spec: object) => specOf(await resources.patch(Service, 'default', 'checked', 'merge', { spec }, { cause }));
    expect((await patch({ sessionAffinity: 'ClientIP' })).healthCheckNodePort).toBe(health);
    await expect(patch({ healthCheckNodePort: health === 30100 ? 30101 : 30100 })).rejects.toThrow('spec.healthCheckNodePort: Forbidden: field is immutable');
    expect((await patch({ externalTrafficPolicy: 'Cluster' })).healthCheckNodePort).toBeUndefined();
    expect(await store.get({ kind: 'NodePort', namespace: '', name: String(health) })).toBeUndefined();
    const plain = await patch({ type: 'ClusterIP' });
    expect([plain.ports.map(({ nodePort }) => nodePort), plain.externalTrafficPolicy]).toEqual([[undefined, undefined], undefined]);
  });

  it.each([
    ['have node ports as balancers only where they want them', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: both() }, [undefined, undefined]],
    ['share the node port that one of the protocols names', { type: 'NodePort', ports: both(30053) }, [30053, 30053]],
  ])('%s', async (_what, spec, expected) => {
    const made = await resources.create(Service, 'default', service(`ports-${String(expected[0])}`, spec), { cause, dryRun: true });
    expect(specOf(made).ports.map(({ nodePort }) => nodePort)).toEqual(expected);
  });

  it.each([
    ['another family', { ipFamilies: ['IPv6'] }, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
    ['two families', { ipFamilyPolicy: 'RequireDualStack' }, 'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services'],
  ])('are refused %s', async (_what, spec, message) => {
    await expect(resources.create(Service, 'default', service('family', spec), { cause })).rejects.toThrow(message);
  });

  it('may name a free address, and are told of one that is taken', async () => {
    await resources.create(Service, 'default', service('named', { clusterIP: '10.96.0.77' }), { cause });
    expect(await statusOf(resources.create(Service, 'default', service('named-too', { clusterIP: '10.96.0.77' }), { cause }))).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec.clusterIPs', message: expect.stringContaining('provided IP is already allocated') }] },
    });
    await resources.delete(Service, 'default', 'named', undefined, { cause });
    await resources.create(Service, 'default', service('named-too', { clusterIP: '10.96.0.77' }), { cause });
  });
});

describe('watch', () => {
  it('begins with the state when it is given no resourceVersion, and goes on with every change', async () => {
    await namespace('watched');
    await resources.create(ConfigMap, 'watched', configMap('w1'), { cause });
    const stop = new AbortController();
    const seen: string[] = [];
    const watching = (async () => {
      for await (const item of resources.watch(ConfigMap, 'watched', { signal: stop.signal })) {
        if (item.type === 'BOOKMARK') continue;
        seen.push(`${item.type} ${item.change.key.name}`);
        if (seen.length === 4) stop.abort();
      }
    })();
    await resources.create(ConfigMap, 'watched', configMap('w2'), { cause });
    await resources.patch(ConfigMap, 'watched', 'w2', 'merge', { data: { a: 'b' } }, { cause });
    await resources.delete(ConfigMap, 'watched', 'w2', undefined, { cause });
    await watching;
    expect(seen.slice(0, 1)).toEqual(['ADDED w1']);
    expect(seen.at(-1)).toMatch(/ w2$/);
  });

  it('tells a reader that begins in the future so', async () => {
    const ahead = resources.watch(ConfigMap, 'default', { after: '99999999', signal: new AbortController().signal });
    const failure = statusOf(ahead[Symbol.asyncIterator]().next());
    expect(await failure).toMatchObject({ code: 504, reason: 'Timeout' });
  });
});
