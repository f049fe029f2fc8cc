import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, eventuallyHolds, type TestDatabase } from '#testing';
import { startTestApi, type TestApi } from '../testing/test-api.js';

interface Answer {
  extensions?: { warnings?: string[] };
  data?: Record<string, unknown> | null;
  errors?: { message: string; path?: string[]; extensions: Record<string, unknown> }[];
}

let database: TestDatabase;
let api: TestApi;
beforeAll(async () => {
  database = await createTestDatabase();
  api = await startTestApi(database.url);
});
afterAll(async () => {
  await api?.close();
  await database?.drop();
});

async function post(body: string, headers: Record<string, string> = {}): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(`${api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  return { status: response.status, answer: (await response.json()) as Answer };
}
const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<Answer> => (await post(JSON.stringify({ query, variables }))).answer;

const manifest = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: {
    initContainers: [
      { name: 'first', image: 'busybox', command: ['true'] },
      { name: 'proxy', image: 'busybox', restartPolicy: 'Always' },
    ],
    containers: [{ name: 'app', image: 'busybox', command: ['sleep', '1'], args: ['2'] }],
  },
  ...more,
});
const CREATE = 'mutation ($manifest: JSON, $yaml: String, $namespace: String, $dryRun: Boolean) { createPod(namespace: $namespace, manifest: $manifest, yaml: $yaml, dryRun: $dryRun) { name namespace uid } }';

describe('pods over GraphQL', () => {
  it('a pod that was submitted as JSON is shown with its containers, in the order in which they run', async () => {
    expect((await ask(CREATE, { manifest: manifest('shown') })).errors).toBeUndefined();
    const { data, errors } = await ask(`{ pod(name: "shown") {
      name namespace uid resourceVersion labels annotations creationTimestamp phase displayStatus ready restarts nodeName node { name } qosClass conditions { type status } events { reason }
      containers { name kind image command args ready restartCount state { waiting { reason } } lastState { terminated { exitCode } } } manifest
    } }`);
    expect(errors).toBeUndefined();
    expect(data!['pod']).toMatchObject({
      name: 'shown',
      namespace: 'default',
      labels: { app: 'shown' },
      annotations: {},
      phase: 'Pending',
      displayStatus: 'Pending',
      ready: '0/2',
      restarts: 0,
      nodeName: null,
      node: null,
      events: [],
      containers: [
        { name: 'first', kind: 'INIT', command: ['true'], args: [], ready: false, restartCount: 0, lastState: null },
        { name: 'proxy', kind: 'SIDECAR' },
        { name: 'app', kind: 'APP', image: 'busybox', command: ['sleep', '1'], args: ['2'] },
      ],
      manifest: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'shown' } },
    });
  });

  it('a pod may be written as YAML, or as an object in the query itself', async () => {
    const yaml = 'apiVersion: v1\nkind: Pod\nmetadata: {name: written}\nspec: {containers: [{name: app, image: busybox}]}\n';
    expect((await ask(CREATE, { yaml })).data).toMatchObject({ createPod: { name: 'written', namespace: 'default' } });
    const query = 'mutation { createPod(manifest: {apiVersion: "v1", kind: "Pod", metadata: {name: "literal"}, spec: {containers: [{name: "app", image: "busybox"}]}}) { name } }';
    expect((await ask(query)).data).toEqual({ createPod: { name: 'literal' } });
  });

  it('what nothing acts on is told beside the pod', async () => {
    const spec = { schedulerName: 'mine', containers: [{ name: 'app', image: 'busybox' }] };
    const { data, extensions } = await ask(CREATE, { manifest: manifest('elsewhere', { spec }), dryRun: true });
    expect(data).toMatchObject({ createPod: { name: 'elsewhere' } });
    expect(extensions).toEqual({ warnings: [expect.stringMatching(/^spec\.schedulerName: /)] });
    expect(await ask(CREATE, { manifest: manifest('here'), dryRun: true })).not.toHaveProperty('extensions');
  });

  it('a dry run stores nothing', async () => {
    expect((await ask(CREATE, { manifest: manifest('dry'), dryRun: true })).data).toMatchObject({ createPod: { name: 'dry' } });
    expect((await ask('{ pod(name: "dry") { name } }')).errors![0]!.extensions).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('the namespace is the one asked for, else that of the manifest', async () => {
    await ask('mutation { createNamespace(name: "other", labels: {team: "x"}) { name labels } }');
    const own = { metadata: { name: 'own', namespace: 'other' } };
    expect((await ask(CREATE, { manifest: manifest('own', own) })).data).toMatchObject({ createPod: { namespace: 'other' } });
    expect((await ask(CREATE, { manifest: manifest('own', own), namespace: 'default' })).errors![0]!.extensions).toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('a pod that is deleted is shown as it last was', async () => {
    await ask(CREATE, { manifest: manifest('leaving') });
    expect((await ask('mutation { deletePod(name: "leaving", gracePeriodSeconds: 0) { name } }')).data).toEqual({ deletePod: { name: 'leaving' } });
  });

  it('connections page through one snapshot, from any cursor', async () => {
    await ask('mutation { createNamespace(name: "paged") { name } }');
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await ask(CREATE, { manifest: manifest(name), namespace: 'paged' });
    const page = async (args: string) => {
      const { data, errors } = await ask(`{ pods(namespace: "paged", ${args}) { edges { cursor node { name } } nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } remainingItemCount resourceVersion } }`);
      expect(errors).toBeUndefined();
      return data!['pods'] as { edges: { cursor: string; node: { name: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string }; remainingItemCount: number; resourceVersion: string };
    };
    const first = await page('first: 2');
    expect(first).toMatchObject({ nodes: [{ name: 'a' }, { name: 'b' }], remainingItemCount: 3, pageInfo: { hasNextPage: true, hasPreviousPage: false } });
    await ask('mutation { deletePod(namespace: "paged", name: "c", gracePeriodSeconds: 0) { name } }');
    const rest = await page(`after: "${first.pageInfo.endCursor}"`);
    expect(rest.edges.map(({ node }) => node.name)).toEqual(['c', 'd', 'e']);
    expect(rest).toMatchObject({ resourceVersion: first.resourceVersion, remainingItemCount: 0, pageInfo: { hasNextPage: false, hasPreviousPage: true } });
    const middle = await page(`first: 1, after: "${first.edges[0]!.cursor}"`);
    expect(middle.edges[0]!.node.name).toBe('b');
    const selected = await page('labelSelector: "app in (a, e)", fieldSelector: "metadata.name!=a"');
    expect(selected.edges.map(({ node }) => node.name)).toEqual(['e']);
  });

  it('nodes, events, containers and timelines of fifty pods take as many statements as those of two', async () => {
    await ask('mutation { createNamespace(name: "many") { name } }');
    const spec = { ...manifest('').spec, nodeName: 'n1' };
    await Promise.all(Array.from({ length: 50 }, (_, n) => ask(CREATE, { manifest: manifest(`p${n}`, { spec }), namespace: 'many' })));
    const statements = async (first: number) => {
      const before = api.store.stats().statements;
      const fields = 'name node { name } events { reason } containers { name state { waiting { reason } } } volumes { name } effectiveResources { requests } timeline { kind start }';
      const { data, errors } = await ask(`{ pods(namespace: "many", first: ${first}) { nodes { ${fields} } } }`);
      expect(errors).toBeUndefined();
      expect((data!['pods'] as { nodes: unknown[] }).nodes).toHaveLength(first);
      return api.store.stats().statements - before;
    };
    // The store looks for changes now and then by itself: the least of a few counts is what the operation takes.
    const least = async (first: number) => Math.min(...[await statements(first), await statements(first), await statements(first)]);
    const few = await least(2);
    expect(await least(49)).toBe(few);
    // The list and its count, nodes, events (of the pods, and of their timelines), states, clocks.
    expect(few).toBe(7);
  });

  it('what a pod needs, mounts and belongs to is shown typed', async () => {
    const spec = {
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      volumes: [{ name: 'data', emptyDir: { sizeLimit: '1Mi' } }, { name: 'conf', configMap: { name: 'c' } }],
      initContainers: [{ name: 'first', image: 'busybox', resources: { requests: { cpu: '1' } } }],
      containers: [
        { name: 'a', image: 'busybox', resources: { requests: { cpu: '300m', memory: '1Mi' }, limits: { memory: '2Mi' } }, ports: [{ containerPort: 80 }], volumeMounts: [{ name: 'data', mountPath: '/data' }] },
        { name: 'b', image: 'busybox', resources: { requests: { cpu: '300m' } }, volumeMounts: [{ name: 'data', mountPath: '/in', readOnly: true }] },
      ],
    };
    const metadata = { name: 'typed', finalizers: ['example.com/hold'], ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'u' }] };
    expect((await ask(CREATE, { manifest: manifest('typed', { metadata, spec }) })).errors).toBeUndefined();
    const { data, errors } = await ask(`{ pod(name: "typed") {
      restartPolicy activeDeadlineSeconds terminationGracePeriodSeconds finalizers ownerReferences { kind name controller } podIPs serviceAccountName
      effectiveResources { requests limits } volumes { name type source mounts { container mountPath readOnly } } timeline { kind end }
      containers { name nextRestartAt resources { requests limits } ports { containerPort protocol } volumeMounts { name mountPath } } logs(container: "a") { text }
    } }`);
    expect(errors).toBeUndefined();
    expect(data!['pod']).toMatchObject({
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      terminationGracePeriodSeconds: 30,
      finalizers: ['example.com/hold'],
      ownerReferences: [{ kind: 'ConfigMap', name: 'owner', controller: false }],
      podIPs: [],
      effectiveResources: { requests: { cpu: '1', memory: '1Mi' }, limits: { memory: '2Mi' } },
      volumes: [
        { name: 'data', type: 'emptyDir', source: { sizeLimit: '1Mi' }, mounts: [{ container: 'a', mountPath: '/data', readOnly: false }, { container: 'b', mountPath: '/in', readOnly: true }] },
        { name: 'conf', type: 'configMap', source: expect.objectContaining({ name: 'c' }), mounts: [] },
      ],
      timeline: [{ kind: 'SCHEDULING', end: null }],
      containers: [
        { name: 'first', resources: { requests: { cpu: '1' }, limits: {} }, ports: [] },
        { name: 'a', nextRestartAt: null, ports: [{ containerPort: 80, protocol: 'TCP' }], volumeMounts: expect.arrayContaining([{ name: 'data', mountPath: '/data' }]) },
        { name: 'b' },
      ],
      logs: { text: '' },
    });
  });

  it('many objects are applied at once, all or none', async () => {
    const APPLY = 'mutation ($yaml: String!, $dryRun: Boolean) { applyManifests(yaml: $yaml, dryRun: $dryRun) { outcome kind namespace name pod { phase } } }';
    const yaml = (pod: string) => `apiVersion: v1\nkind: Namespace\nmetadata: {name: lesson}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: ${pod}, namespace: lesson}\nspec: {containers: [{name: a, image: busybox}]}\n`;
    const refused = await ask(APPLY, { yaml: yaml('BAD') });
    expect(refused.errors![0]).toMatchObject({ message: expect.stringMatching(/^documents\[1\] \(Pod "BAD"\): /), extensions: { code: 'INVALID', causes: [{ field: 'documents[1].metadata.name' }] } });
    expect((await ask('{ namespaces { name } }')).data!['namespaces']).not.toContainEqual({ name: 'lesson' });
    const outcome = async (variables: object) => ((await ask(APPLY, { yaml: yaml('p'), ...variables })).data!['applyManifests'] as { outcome: string }[]).map((one) => one.outcome);
    expect(await outcome({ dryRun: true })).toEqual(['CREATED', 'CREATED']);
    const { data } = await ask(APPLY, { yaml: yaml('p') });
    expect(data!['applyManifests']).toEqual([{ outcome: 'CREATED', kind: 'Namespace', namespace: null, name: 'lesson', pod: null }, { outcome: 'CREATED', kind: 'Pod', namespace: 'lesson', name: 'p', pod: { phase: 'Pending' } }]);
    expect(await outcome({})).toEqual(['UNCHANGED', 'UNCHANGED']);
  });

  it('a pod is patched in each form of patches, and what may not change is refused', async () => {
    await ask(CREATE, { manifest: manifest('patched') });
    const PATCH = 'mutation ($patch: JSON!, $type: PatchType, $dryRun: Boolean) { patchPod(name: "patched", patch: $patch, type: $type, dryRun: $dryRun) { labels containers { name image } } }';
    const patch = async (value: unknown, type?: string, dryRun?: boolean) => (await ask(PATCH, { patch: value, ...(type && { type }), ...(dryRun && { dryRun }) })).data!['patchPod'];
    expect(await patch({ metadata: { labels: { tried: 'yes' } } }, 'MERGE', true)).toMatchObject({ labels: { app: 'patched', tried: 'yes' } });
    expect(await patch({ metadata: { labels: { a: '1' } } }, 'MERGE')).toMatchObject({ labels: { app: 'patched', a: '1' } });
    expect(await patch([{ op: 'remove', path: '/metadata/labels/a' }], 'JSON')).toMatchObject({ labels: { app: 'patched' } });
    expect(await patch({ spec: { containers: [{ name: 'app', image: 'busybox:1.36' }] } })).toMatchObject({ containers: [{ image: 'busybox' }, { image: 'busybox' }, { name: 'app', image: 'busybox:1.36' }] });
    const { errors } = await ask(PATCH, { patch: { spec: { nodeName: 'n9', hostname: 'h' } } });
    expect(errors![0]!.extensions).toMatchObject({ code: 'INVALID', causes: [{ field: 'spec', reason: 'FieldValueForbidden' }] });
  });

  it('a namespace is made with a time to live, and deleted', async () => {
    const { data } = await ask('mutation { createNamespace(name: "brief", ttlSeconds: 3600) { annotations creationTimestamp expiresAt } }');
    const { annotations, creationTimestamp, expiresAt } = data!['createNamespace'] as Record<string, string>;
    expect(annotations).toEqual({ 'podbox.dev/ttl-seconds': '3600' });
    expect(Date.parse(expiresAt!) - Date.parse(creationTimestamp!)).toBe(3_600_000);
    expect((await ask('mutation { createNamespace(name: "never", ttlSeconds: 0) { name } }')).errors![0]!.extensions).toMatchObject({ code: 'BAD_REQUEST' });
    expect((await ask('mutation { deleteNamespace(name: "brief") { name phase } }')).data).toEqual({ deleteNamespace: { name: 'brief', phase: 'Terminating' } });
    expect((await ask('mutation { deleteNamespace(name: "default") { name } }')).errors![0]!.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  it('namespaces, nodes and services are listed', async () => {
    const { data, errors } = await ask('{ namespaces(labelSelector: "team=x") { name phase labels } nodes { name ready } services { name ports { port } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({ namespaces: [{ name: 'other', phase: 'Active', labels: expect.objectContaining({ team: 'x' }) }], nodes: [], services: [] });
  });
});

describe('what a client gets wrong over GraphQL', () => {
  const cases: [string, string, Record<string, unknown>, object][] = [
    ['a pod that is not there', '{ pod(name: "none") { name } }', {}, { message: 'pods "none" not found', extensions: { code: 'NOT_FOUND', status: 404 } }],
    ['a name that is taken', CREATE, { manifest: manifest('shown') }, { extensions: { code: 'ALREADY_EXISTS' } }],
    ['a name that no object may have', CREATE, { manifest: manifest('Upper') }, { extensions: { code: 'INVALID', causes: [{ field: 'metadata.name' }] } }],
    ['a field that Kubernetes does not know', CREATE, { manifest: manifest('bad', { sepc: {} }) }, { message: expect.stringContaining('unknown field "sepc"'), extensions: { code: 'BAD_REQUEST' } }],
    ['another kind', CREATE, { manifest: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' } } }, { extensions: { code: 'BAD_REQUEST' } }],
    ['a manifest that is no object', CREATE, { manifest: [1] }, { extensions: { code: 'BAD_REQUEST' } }],
    ['neither manifest nor yaml', CREATE, {}, { message: expect.stringContaining('one of manifest and yaml'), extensions: { code: 'BAD_REQUEST' } }],
    ['both manifest and yaml', CREATE, { manifest: manifest('x'), yaml: 'x' }, { extensions: { code: 'BAD_REQUEST' } }],
    ['YAML that is none', CREATE, { yaml: 'kind: [' }, { extensions: { code: 'BAD_REQUEST' } }],
    ['two documents', CREATE, { yaml: 'a: 1\n---\nb: 2\n' }, { message: expect.stringContaining('more than one YAML document'), extensions: { code: 'BAD_REQUEST' } }],
    ['a namespace that is not there', CREATE, { manifest: manifest('x'), namespace: 'nowhere' }, { extensions: { code: 'NOT_FOUND' } }],
    ['a NUL in a string', CREATE, { manifest: manifest('x', { metadata: { name: 'x', annotations: { a: '\0' } } }) }, {}],
    ['a command in a pod that has no node', 'mutation { exec(name: "shown", container: "app", command: ["true"]) { exitCode } }', {}, { extensions: { code: 'BAD_REQUEST' } }],
    ['no command', 'mutation { exec(name: "shown", command: []) { exitCode } }', {}, { message: expect.stringContaining('command:'), extensions: { code: 'BAD_REQUEST' } }],
    ['a sandbox that is not there', 'mutation { restartSandbox(name: "shown") { name } }', {}, { extensions: { code: 'BAD_REQUEST' } }],
    ['a log of a container that the pod does not have', '{ pod(name: "shown") { logs(container: "none") { text } } }', {}, { extensions: { code: 'BAD_REQUEST' } }],
    ['a history from a time that is none', '{ podHistory(name: "shown", from: "yesterday") { nodes { cursor } } }', {}, { extensions: { code: 'BAD_REQUEST' } }],
    ['a history after a cursor that is yet to come', '{ podHistory(name: "shown", after: "999999999") { nodes { cursor } } }', {}, { extensions: { code: 'TIMEOUT' } }],
    ['a page of no size', '{ pods(first: 0) { nodes { name } } }', {}, { extensions: { code: 'BAD_REQUEST' } }],
    ['a cursor that is none', '{ pods(after: "x") { nodes { name } } }', {}, { extensions: { code: 'BAD_REQUEST' } }],
    ['a selector that cannot be read', '{ pods(labelSelector: "a in") { nodes { name } } }', {}, { extensions: { code: 'BAD_REQUEST' } }],
    ['a field that the schema does not have', '{ pods { nope } }', {}, { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    ['too many aliases', `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: pod(name: "shown") { name }`).join(' ')} }`, {}, { message: expect.stringContaining('aliases 60'), extensions: { code: 'ALIAS_LIMIT_EXCEEDED', limit: 50 } }],
  ];
  it.each(cases)('%s', async (_name, query, variables, expected) => {
    const { errors } = await ask(query, variables);
    expect(errors?.[0]).toMatchObject(expected);
  });

  it('a body that is no JSON, or larger than 3 MiB, is answered in GraphQL’s form', async () => {
    expect(await post('{')).toMatchObject({ status: 400, answer: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
    const large = JSON.stringify({ query: CREATE, variables: { yaml: 'x'.repeat(3 * 1024 * 1024) } });
    expect(await post(large)).toMatchObject({ status: 413, answer: { errors: [{ extensions: { code: 'REQUEST_ENTITY_TOO_LARGE' } }] } });
    await eventuallyHolds(async () => expect((await ask('{ __typename }')).data).toEqual({ __typename: 'Query' }));
  });

  it('a form that a foreign page could post is refused', async () => {
    const { status } = await post(JSON.stringify({ query: '{ __typename }' }), { 'content-type': 'text/plain' });
    expect(status).toBe(400);
  });

  it('a browser gets an IDE, and all that it needs from this server', async () => {
    const page = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html' } });
    const html = await page.text();
    expect(html).toContain('<title>Podbox GraphQL</title>');
    const files = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, file]) => file!);
    expect(files).toHaveLength(6);
    for (const file of files) {
      const answer = await fetch(new URL(file, `${api.url}/graphql`));
      expect([file, answer.status, answer.headers.get('content-type')]).toEqual([expect.stringMatching(/^\/graphql\/assets\//), 200, expect.stringMatching(file.endsWith('.css') ? /^text\/css/ : /^text\/javascript/)]);
      // Fonts and icons are in it.
      expect(await answer.text()).not.toMatch(/url\(["']?(?:https?:)?\/\//);
    }
    expect((await fetch(`${api.url}/graphql/assets/..%2fserver%2fsse.js`)).status).toBe(404);
    expect((await fetch(`${api.url}/graphql/assets/constructor`)).status).toBe(404);
  });
});

// The log is cut for this: it comes last.
describe('what the change log no longer keeps', () => {
  it('a history goes as far back as the log, and a cursor from before that is too old', async () => {
    await ask(CREATE, { manifest: manifest('old') });
    const history = (args: string) => ask(`{ podHistory(name: "old"${args}) { nodes { cursor type changes { message } } } }`);
    const nodesOf = ({ data }: Answer) => (data!['podHistory'] as { nodes: { cursor: string; type: string; changes: { message: string }[] }[] }).nodes;
    const [created] = nodesOf(await history(''));
    for (const value of ['1', '2', '3']) await ask('mutation ($patch: JSON!) { patchPod(name: "old", patch: $patch) { name } }', { patch: { metadata: { labels: { value } } } });
    expect(nodesOf(await history(`, after: "${created!.cursor}"`)).map(({ changes }) => changes.map(({ message }) => message))).toEqual([['labels were changed'], ['labels were changed'], ['labels were changed']]);
    await api.store.compact({ maxAgeMs: 0, maxBytes: 0 });
    expect((await history(`, after: "${created!.cursor}"`)).errors?.[0]?.extensions).toMatchObject({ code: 'EXPIRED', status: 410 });
    expect(nodesOf(await history(''))).toEqual([{ cursor: expect.any(String), type: 'MODIFIED', changes: [] }]);
    const { data } = await ask('{ pod(name: "old") { timeline { kind end } } }');
    expect(data).toEqual({ pod: { timeline: [{ kind: 'SCHEDULING', end: null }] } });
  });
});
