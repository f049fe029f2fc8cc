import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import { openStore } from '#store';
import type { PostgresStore } from '#store';
import { createTestDatabase } from '#testing';
import type { TestDatabase } from '#testing';
import { parseYamlDocuments } from '../decode/yaml.js';
import { KINDS } from '../kinds/table.js';
import { StoreResources } from '../resources/resources.js';
import { ApiError } from '../types.js';
import type { Status } from '../types.js';

const options = { cause: 'test', fieldManager: 'test', fieldValidation: 'Strict' } as const;

let database: TestDatabase;
let store: PostgresStore;
let resources: StoreResources;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openStore({ url: database.url, clock: new SystemClock() });
  resources = new StoreResources(store);
  await resources.create(KINDS.Namespace, '', { metadata: { name: 'default' } }, options);
});
afterAll(async () => {
  await store?.close();
  await database?.drop();
});

const apply = (yaml: string, more: { namespace?: string; dryRun?: boolean; force?: boolean } = {}) => {
  const { namespace, ...rest } = more;
  return resources.applyAll(parseYamlDocuments(yaml), namespace, { ...options, ...rest });
};
const outcomes = async (...args: Parameters<typeof apply>) => (await apply(...args)).map(({ outcome, object: { kind, metadata } }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name} ${outcome}`);
async function statusOf(work: Promise<unknown>): Promise<Status> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ApiError) return error.status;
    throw error;
  }
  throw new Error('expected a failure');
}

const namespace = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;
const config = (name: string, data = '{}', of?: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${of ? `, namespace: ${of}` : ''}}\ndata: ${data}\n`;
const pod = (name: string, more = '') => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: busybox}]${more}}\n`;
const service = (name: string, spec = '') => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {selector: {a: b}, ports: [{port: 80}]${spec}}\n`;
const all = (...documents: string[]) => documents.join('---\n');

describe('many objects at once', () => {
  it('are made together, in one commit, also in a namespace that is among them', async () => {
    const before = store.stats();
    expect(await outcomes(all(namespace('together'), config('c', '{}', 'together')))).toEqual(['Namespace /together CREATED', 'ConfigMap together/c CREATED']);
    expect(store.stats().commits - before.commits).toBe(1);
    expect(await outcomes(all(pod('p'), service('s'), config('c')), { namespace: 'together' })).toEqual(['Pod together/p CREATED', 'Service together/s CREATED', 'ConfigMap together/c UNCHANGED']);
    const made = await resources.get(KINDS.Service, 'together', 's');
    expect(made.spec).toMatchObject({ clusterIP: expect.stringMatching(/^10\.96\./) });
  });

  it('are told apart by what became of them', async () => {
    const [first] = await apply(config('same', '{a: b}'));
    expect(await outcomes(all(config('same', '{a: b}'), config('new')))).toEqual(['ConfigMap default/same UNCHANGED', 'ConfigMap default/new CREATED']);
    const [second] = await apply(config('same', '{a: c}'));
    expect([first!.outcome, second!.outcome]).toEqual(['CREATED', 'CONFIGURED']);
    const stored = await resources.get(KINDS.ConfigMap, 'default', 'same');
    expect([stored['data'], stored.metadata.resourceVersion]).toEqual([{ a: 'c' }, second!.object.metadata.resourceVersion]);
  });

  it('the items of a List are objects like others', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l1}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l2}}\n`;
    expect(await outcomes(list)).toEqual(['ConfigMap default/l1 CREATED', 'ConfigMap default/l2 CREATED']);
  });

  it('nothing is changed when one of them cannot be applied, and each fault says whose and which field it is', async () => {
    const revision = await store.currentRevision();
    const status = await statusOf(apply(all(config('good'), pod('bad', ', restartPolicy: Sometimes'), config('BAD'), 'apiVersion: v1\nkind: Nothing\nmetadata: {name: x}\n')));
    expect(status).toMatchObject({ reason: 'Invalid', code: 422 });
    expect(status.message).toMatch(/^documents\[1\] \(Pod "bad"\): .*; documents\[2\] \(ConfigMap "BAD"\): .*; documents\[3\] \(Nothing "x"\): no matches for kind "Nothing" in version "v1"$/);
    expect(status.details?.causes?.map(({ field }) => field)).toEqual(['documents[1].spec.restartPolicy', 'documents[2].metadata.name', 'documents[3]']);
    expect(await store.currentRevision()).toBe(revision);
  });

  it.each([
    ['no object at all', '', 'there is no object'],
    ['YAML that is none', all(config('a'), 'kind: [\n'), 'documents[1]: yaml parse error'],
    ['an object without a name', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a-}\n', 'metadata.name'],
    ['a name that YAML takes for something else', config('y'), 'metadata.name: it must be text'],
    ['the same object twice', all(config('twice'), config('twice')), 'the same object as documents[0]'],
    ['an unknown field', config('a').replace('\ndata:', '\ndada:'), 'unknown field "dada"'],
    ['another namespace than the one asked for', config('a', '{}', 'other'), 'does not match'],
    ['a list, not an object', '[1]\n', 'it is no object'],
  ])('%s is refused', async (_what, yaml, expected) => {
    expect((await statusOf(Promise.resolve().then(() => apply(yaml, { namespace: 'default' })))).message).toContain(expected);
  });

  it('a dry run says what would become of them, and changes nothing', async () => {
    const revision = await store.currentRevision();
    expect(await outcomes(all(namespace('dry'), config('c', '{}', 'dry')), { dryRun: true })).toEqual(['Namespace /dry CREATED', 'ConfigMap dry/c CREATED']);
    expect(await store.currentRevision()).toBe(revision);
  });

  it('what another manager has applied is taken over by force alone', async () => {
    await apply(config('owned', '{a: mine}'));
    const other = parseYamlDocuments(config('owned', '{a: other}'));
    const by = { ...options, fieldManager: 'another' };
    expect(await statusOf(resources.applyAll(other, undefined, by))).toMatchObject({ reason: 'Conflict', details: { causes: [{ reason: 'FieldManagerConflict', field: expect.stringMatching(/^documents\[0\]\.data/) }] } });
    expect((await resources.applyAll(other, undefined, { ...by, force: true }))[0]!.outcome).toBe('CONFIGURED');
  });

  it('a quota counts them together', async () => {
    const quota = 'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {pods: "2"}}\n';
    await apply(all(namespace('counted')));
    await apply(quota, { namespace: 'counted' });
    const pods = (...names: string[]) => all(...names.map((name) => pod(name)));
    expect((await statusOf(apply(pods('a', 'b', 'c'), { namespace: 'counted' }))).message).toContain('exceeded quota: q');
    expect((await resources.list(KINDS.Pod, 'counted', {})).items).toEqual([]);
    expect(await outcomes(pods('a', 'b'), { namespace: 'counted' })).toHaveLength(2);
    expect(await outcomes(pods('a', 'b'), { namespace: 'counted' })).toEqual(['Pod counted/a UNCHANGED', 'Pod counted/b UNCHANGED']);
    expect((await resources.get(KINDS.ResourceQuota, 'counted', 'q')).status).toMatchObject({ used: { pods: '2' } });
  });

  it('a policy that stands among them holds for those that follow', async () => {
    const quota = 'apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {pods: "1"}}\n';
    await apply(namespace('strict'));
    expect((await statusOf(apply(all(quota, pod('a'), pod('b')), { namespace: 'strict' }))).message).toContain('exceeded quota: q');
    expect(await outcomes(all(quota, pod('a')), { namespace: 'strict' })).toHaveLength(2);
  });

  it('a PriorityClass for all among them counts for whatever is created next', async () => {
    const priorityOf = async (name: string) => (await resources.create(KINDS.Pod, 'default', { metadata: { name }, spec: { containers: [{ name: 'c', image: 'busybox' }] } }, options)).object['spec'];
    expect(await priorityOf('before')).toMatchObject({ priority: 0 });
    await apply('apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: usual}\nvalue: 7\nglobalDefault: true\n');
    expect(await priorityOf('after')).toMatchObject({ priority: 7, priorityClassName: 'usual' });
    await resources.delete(KINDS.PriorityClass, '', 'usual', undefined, options);
  });

  it('Services never get the same port, neither in one request nor in many at once', async () => {
    const ports = (from: number) => all(...Array.from({ length: 5 }, (_, n) => service(`np${from + n}`, ', type: NodePort')));
    await Promise.all([0, 5, 10, 15].map((from) => apply(ports(from))));
    const taken = (await resources.list(KINDS.Service, 'default', {})).items.flatMap(({ spec }) => (spec as { ports: { nodePort?: number }[] }).ports.map(({ nodePort }) => nodePort));
    expect(taken.filter(Boolean)).toHaveLength(20);
    expect(new Set(taken.filter(Boolean)).size).toBe(20);
    const fixed = ', type: NodePort'.replace('NodePort', 'NodePort, externalTrafficPolicy: Cluster');
    const wanted = (name: string) => service(name, fixed).replace('{port: 80}', '{port: 80, nodePort: 32001}');
    expect((await statusOf(apply(all(wanted('fixed1'), wanted('fixed2'))))).details?.causes).toMatchObject([{ field: 'documents[1].spec.ports[0].nodePort' }]);
  });

  it('the same objects applied by many at once are made once', async () => {
    const documents = all(...Array.from({ length: 10 }, (_, n) => config(`race${n}`)));
    const results = await Promise.all(Array.from({ length: 5 }, () => apply(documents)));
    const created = results.flat().filter(({ outcome }) => outcome === 'CREATED');
    expect(created).toHaveLength(10);
    expect(new Set(results.flat().map(({ object }) => object.metadata.resourceVersion)).size).toBe(10);
  });
});
