import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#testing';
import { configMap, namespace, pod, service } from './testing/manifests.js';
import { call, startTestApi, TestWatch } from './testing/test-api.js';
import type { TestApi, WatchedEvent } from './testing/test-api.js';

let api: TestApi;
let other: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  other = await startTestApi(api.databaseUrl);
});
afterAll(async () => {
  await other?.close();
  await api?.close();
});

const inNamespace = (name: string, resource: string) => `/api/v1/namespaces/${name}/${resource}`;
const make = (path: string, body: object, through = api) => call(`${through.url}${path}`, { method: 'POST', body });
const TABLE = { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };

async function fresh(name: string): Promise<string> {
  expect((await make('/api/v1/namespaces', namespace(name))).code).toBe(201);
  return inNamespace(name, 'configmaps');
}

const short = ({ type, object }: WatchedEvent): string => `${type} ${object.metadata.name}`;

describe('a watch', () => {
  it('sends its headers at once, and the changes as they come', async () => {
    const path = await fresh('headers');
    const watch = await TestWatch.open(`${api.url}${path}?watch=true`);
    await make(path, configMap('a'));
    await call(`${api.url}${path}/a`, { method: 'PATCH', type: 'application/merge-patch+json', body: { data: { x: '1' } } });
    await call(`${api.url}${path}/a`, { method: 'DELETE' });
    const events = await watch.take(3);
    expect(events.map(short)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    const revisions = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    watch.close();
  });

  it('goes on after the resourceVersion that it is given, without a gap', async () => {
    const path = await fresh('resumed');
    await make(path, configMap('a'));
    const list = (await call(`${api.url}${path}`)).body;
    await make(path, configMap('b'));
    const watch = await TestWatch.open(`${api.url}${path}?watch=true&resourceVersion=${list.metadata.resourceVersion}`);
    expect(short(await watch.next())).toBe('ADDED b');
    watch.close();
  });

  it('begins with the state and says where that ends, when asked for initial events', async () => {
    const path = await fresh('initial');
    await make(path, configMap('a'));
    const watch = await TestWatch.open(
      `${api.url}${path}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan`,
    );
    const [first, bookmark] = await watch.take(2);
    expect(short(first!)).toBe('ADDED a');
    expect(bookmark).toMatchObject({
      type: 'BOOKMARK',
      object: { kind: 'ConfigMap', metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    watch.close();
  });

  it('shows what enters and leaves a selector as added and deleted', async () => {
    const path = await fresh('selected');
    const watch = await TestWatch.open(`${api.url}${path}?watch=true&labelSelector=on%3Dyes`);
    await make(path, configMap('a'));
    const label = (on: string) =>
      call(`${api.url}${path}/a`, { method: 'PATCH', type: 'application/merge-patch+json', body: { metadata: { labels: { on } } } });
    await label('yes');
    await label('no');
    expect((await watch.take(2)).map(short)).toEqual(['ADDED a', 'DELETED a']);
    watch.close();
  });

  it('comes as Table rows when asked to', async () => {
    await fresh('tables');
    const path = inNamespace('tables', 'pods');
    const watch = await TestWatch.open(`${api.url}${path}?watch=true`, TABLE);
    await make(path, pod('p'));
    const { type, object } = await watch.next();
    expect(type).toBe('ADDED');
    const table = object as unknown as { kind: string; columnDefinitions: { name: string }[]; rows: { cells: unknown[]; object: object }[] };
    expect(table.columnDefinitions.slice(0, 5).map(({ name }) => name)).toEqual(['Name', 'Ready', 'Status', 'Restarts', 'Age']);
    expect(table.rows[0]).toMatchObject({
      cells: ['p', '0/1', 'Pending', '0', expect.stringMatching(/^\d+s$/), '<none>', '<none>', '<none>', '<none>'],
      object: { kind: 'PartialObjectMetadata' },
    });
    watch.close();
  });

  it('ends after timeoutSeconds', async () => {
    const path = await fresh('timed');
    const watch = await TestWatch.open(`${api.url}${path}?watch=true&timeoutSeconds=1`);
    await watch.end();
  });

  it('ends with 410 Expired when what it asks for is no longer kept', async () => {
    const path = await fresh('expired');
    const first = Number((await make(path, configMap('a'))).body.metadata.resourceVersion);
    await make(path, configMap('b'));
    await eventually(async () => (await api.store.compact({ maxAgeMs: 0, maxBytes: 0 })).floor > first, { describe: 'the floor to rise' });
    // A process that did not see those changes itself: one that did may still remember them.
    const newcomer = await startTestApi(api.databaseUrl);
    const watch = await TestWatch.open(`${newcomer.url}${path}?watch=true&resourceVersion=${first - 1}`);
    expect(await watch.next()).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
    await watch.end();
    await newcomer.close();
  });

  it('holds nothing up when its reader is slow, and misses nothing', async () => {
    const path = await fresh('slow');
    const watch = await TestWatch.open(`${api.url}${path}?watch=true`);
    const data = { text: 'x'.repeat(100_000) };
    await Promise.all(Array.from({ length: 50 }, (_, n) => make(path, configMap(`m${n}`, data))));
    const names = (await watch.take(50)).map(({ object }) => object.metadata.name);
    expect(new Set(names).size).toBe(50);
    watch.close();
  });

  it('ends at once when the server closes', async () => {
    const third = await startTestApi(api.databaseUrl);
    const watch = await TestWatch.open(`${third.url}/api/v1/pods?watch=true`);
    await third.close();
    await watch.end();
  });
});

describe('several api processes', () => {
  it("see each other's pods live", async () => {
    await fresh('shared');
    const path = inNamespace('shared', 'pods');
    const watch = await TestWatch.open(`${other.url}${path}?watch=true`);
    await make(path, pod('p'), api);
    expect(short(await watch.next())).toBe('ADDED p');
    expect((await call(`${other.url}${path}/p`)).body).toMatchObject({ status: { phase: 'Pending', qosClass: 'BestEffort' } });
    watch.close();
  });

  it('never give one address to two Services', async () => {
    await fresh('addresses');
    const path = inNamespace('addresses', 'services');
    const made = await Promise.all(Array.from({ length: 40 }, (_, n) => make(path, service(`s${n}`, { type: 'NodePort' }), n % 2 ? api : other)));
    expect(new Set(made.map(({ code }) => code))).toEqual(new Set([201]));
    const specs = made.map(({ body }) => body.spec as { clusterIP: string; ports: { nodePort: number }[] });
    expect(new Set(specs.map(({ clusterIP }) => clusterIP)).size).toBe(40);
    expect(new Set(specs.map(({ ports }) => ports[0]!.nodePort)).size).toBe(40);
  });

  it('let one of two creates of one name win', async () => {
    const path = await fresh('race');
    const codes = await Promise.all(Array.from({ length: 10 }, async (_, n) => (await make(path, configMap('one'), n % 2 ? api : other)).code));
    expect(codes.sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });
});

describe('a list', () => {
  it('comes in pages of one snapshot', async () => {
    const path = await fresh('paged');
    for (let n = 0; n < 7; n++) await make(path, configMap(`m${n}`));
    const seen: string[] = [];
    const revisions = new Set<unknown>();
    let next = '';
    do {
      const { body } = await call(`${api.url}${path}?limit=3${next && `&continue=${encodeURIComponent(next)}`}`);
      seen.push(...(body['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name));
      revisions.add(body.metadata.resourceVersion);
      if (next === '') await make(path, configMap('m00-late'));
      next = (body.metadata as { continue?: string }).continue ?? '';
    } while (next !== '');
    expect(seen).toEqual(['m0', 'm1', 'm2', 'm3', 'm4', 'm5', 'm6']);
    expect(revisions.size).toBe(1);
  });

  it('comes as a Table, as metadata, and as YAML', async () => {
    const path = await fresh('forms');
    await make(path, configMap('a', { k: 'v' }));
    expect((await call(`${api.url}${path}`, { headers: TABLE })).body).toMatchObject({
      kind: 'Table',
      rows: [{ cells: ['a', 1, expect.any(String)] }],
    });
    expect(
      (await call(`${api.url}${path}`, { headers: { Accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' } })).body,
    ).toMatchObject({
      kind: 'PartialObjectMetadataList',
      items: [{ kind: 'PartialObjectMetadata', metadata: { name: 'a' } }],
    });
    expect((await call(`${api.url}${path}/a`, { headers: { Accept: 'application/yaml' } })).text).toContain('kind: ConfigMap');
  });
});
