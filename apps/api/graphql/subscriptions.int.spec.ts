import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { KINDS, StoreResources } from '#apiserver';
import { SystemClock } from '#clock';
import type { KubeObject } from '#objects';
import { createTestDatabase, eventually, eventuallyHolds, type TestDatabase } from '#testing';
import { startTestApi, type TestApi } from '../testing/test-api.js';

interface Message {
  type: string;
  cursor: string;
  pod?: { name: string; labels: Record<string, string> } | null;
  why?: { type: string; request: { verb: string; fieldManager: string } | null } | null;
}

let database: TestDatabase;
let apis: TestApi[];
let resources: StoreResources;
const clients: Client[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  apis = await Promise.all([startTestApi(database.url), startTestApi(database.url)]);
  resources = new StoreResources(apis[0]!.store, new SystemClock());
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.dispose()));
});
afterAll(async () => {
  await Promise.all((apis ?? []).map((api) => api.close()));
  await database?.drop();
});

const write = { cause: 'a test', fieldManager: 'test' };
const createNamespace = (name: string) => resources.create(KINDS.Namespace, '', { metadata: { name } }, write);
const createPod = (namespace: string, name: string, labels: Record<string, string> = {}) =>
  resources.create(KINDS.Pod, namespace, { metadata: { name, labels }, spec: { containers: [{ name: 'app', image: 'busybox' }] } }, write);
const label = (namespace: string, name: string, labels: Record<string, string | null>) => resources.patch(KINDS.Pod, namespace, name, 'merge', { metadata: { labels } }, write);
const remove = (namespace: string, name: string) => resources.delete(KINDS.Pod, namespace, name, undefined, { ...write, gracePeriodSeconds: 0 });

interface Following {
  messages: Message[];
  /** What ended it, if anything did. */
  ended: () => unknown;
  stop(): void;
}

/** Follows over a connection of its own to one of the api processes; `args` as written in the query. */
function follow(api: number, args: string): Following {
  const client = createClient({ url: `${apis[api]!.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
  clients.push(client);
  const messages: Message[] = [];
  let end: unknown;
  const query = `subscription { podChanges(${args}) { type cursor pod { name labels } why { type request { verb fieldManager } } } }`;
  const unsubscribe = client.subscribe<{ podChanges: Message }>(
    { query },
    { next: ({ data, errors }) => (data ? messages.push(data.podChanges) : (end = errors)), error: (error) => (end = error), complete: () => (end ??= 'complete') },
  );
  return {
    messages,
    ended: () => end,
    stop: () => {
      unsubscribe();
      void client.dispose();
    },
  };
}
const changes = (messages: Message[]) => messages.filter(({ type }) => type !== 'BOOKMARK' && type !== 'SYNCED').map(({ type, cursor, pod }) => `${cursor} ${type} ${pod?.name}`);

describe('podChanges', () => {
  it('without a cursor: the state, oldest change first, then SYNCED, then every change, as seen through another api process', async () => {
    await createNamespace('live');
    await createPod('live', 'a');
    await createPod('live', 'b');
    await label('live', 'a', { touched: 'yes' });
    const { messages } = follow(1, 'namespace: "live"');
    await eventuallyHolds(() => expect(messages).toHaveLength(3));
    expect(messages.map(({ type, pod }) => [type, pod?.name])).toEqual([['ADDED', 'b'], ['ADDED', 'a'], ['SYNCED', undefined]]);
    await createPod('live', 'c');
    await label('live', 'b', { touched: 'yes' });
    await remove('live', 'a');
    await eventuallyHolds(() => expect(messages.slice(3).map(({ type, pod }) => [type, pod?.name])).toEqual([['ADDED', 'c'], ['MODIFIED', 'b'], ['DELETED', 'a']]));
    expect(messages.slice(0, 3).map(({ why }) => why)).toEqual([null, null, null]);
    expect(messages.slice(3).map(({ why }) => why)).toEqual(['create', 'patch', 'delete'].map((verb) => ({ type: 'REQUEST', request: { verb, fieldManager: 'test' } })));
    const cursors = messages.map(({ cursor }) => Number(cursor));
    expect(cursors).toEqual([...cursors].sort((one, other) => one - other));
  });

  it('a selector makes pods come and go', async () => {
    await createNamespace('selected');
    await createPod('selected', 'a', { app: 'x' });
    await createPod('selected', 'b', { app: 'y' });
    const { messages } = follow(0, 'namespace: "selected", labelSelector: "app=x"');
    await eventuallyHolds(() => expect(messages.map(({ type }) => type)).toEqual(['ADDED', 'SYNCED']));
    await label('selected', 'b', { app: 'x' });
    await label('selected', 'a', { app: 'y' });
    await eventuallyHolds(() => expect(messages.slice(2).map(({ type, pod }) => [type, pod?.name])).toEqual([['ADDED', 'b'], ['DELETED', 'a']]));
  });

  it('one pod alone is followed by its name', async () => {
    await createNamespace('one');
    await createPod('one', 'a');
    await createPod('one', 'b');
    const { messages } = follow(0, 'namespace: "one", name: "b"');
    await eventuallyHolds(() => expect(messages.map(({ type }) => type)).toEqual(['ADDED', 'SYNCED']));
    await label('one', 'a', { touched: 'yes' });
    await label('one', 'b', { touched: 'yes' });
    await eventuallyHolds(() => expect(messages.at(-1)?.pod?.labels).toMatchObject({ touched: 'yes' }));
    expect(new Set(messages.flatMap(({ pod }) => pod?.name ?? []))).toEqual(new Set(['b']));
  });

  it('clients that are cut off again and again, and come back by their cursor to the other process, see every change once and in order', async () => {
    await createNamespace('resumed');
    const reference = follow(0, 'namespace: "resumed"');
    await eventuallyHolds(() => expect(reference.messages).toHaveLength(1));
    const pods = Array.from({ length: 12 }, (_, n) => `pod-${n}`);
    const writer = (async () => {
      for (const name of pods) await createPod('resumed', name);
      for (let round = 0; round < 15; round++) await Promise.all(pods.map((name) => label('resumed', name, { round: String(round) })));
      for (const name of pods) await remove('resumed', name);
    })();

    const cutOff = async (first: number, every: number): Promise<Message[]> => {
      const whole: Message[] = [];
      let cursor: string | undefined = reference.messages[0]!.cursor;
      for (let api = first; ; api++) {
        const part = follow(api % 2, `namespace: "resumed", after: "${cursor}"`);
        const isWhole = () => changes([...whole, ...part.messages]).length >= pods.length * 17;
        await eventually(() => part.messages.length >= every || part.ended() || isWhole());
        part.stop();
        expect(part.ended() ?? 'complete').toBe('complete');
        const done = isWhole();
        whole.push(...part.messages);
        cursor = whole.at(-1)?.cursor ?? cursor;
        if (done) return whole;
      }
    };
    const [one, two] = await Promise.all([cutOff(0, 7), cutOff(1, 23), writer]);
    await eventuallyHolds(() => expect(changes(reference.messages)).toHaveLength(pods.length * 17));
    expect(changes(one)).toEqual(changes(reference.messages));
    expect(changes(two)).toEqual(changes(reference.messages));
  });

  it('a message in the middle of the state is a place to resume from', async () => {
    await createNamespace('middle');
    for (const name of ['a', 'b', 'c']) await createPod('middle', name);
    await label('middle', 'a', { touched: 'yes' });
    const { messages } = follow(0, 'namespace: "middle"');
    await eventuallyHolds(() => expect(messages).toHaveLength(4));
    const resumed = follow(1, `namespace: "middle", after: "${messages[0]!.cursor}"`);
    await eventuallyHolds(() => expect(resumed.messages.map(({ pod, type }) => [type, pod?.name])).toEqual([['ADDED', 'c'], ['MODIFIED', 'a']]));
  });

  it('a client that reads too slowly is closed with its last cursor, and misses nothing when it comes back with that', async () => {
    await createNamespace('slow');
    await createPod('slow', 'big');
    const socket = new WebSocket(`${apis[0]!.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const seen: string[] = [];
    let last: string | undefined;
    let ended: { extensions: Record<string, unknown> } | undefined;
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(String(data)) as { type: string; payload: { data: { podChanges: Message } } };
      if (type === 'connection_ack') {
        const query = 'subscription { podChanges(namespace: "slow") { type cursor pod { name manifest labels } } }';
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      }
      if (type === 'error') [ended] = payload as unknown as [typeof ended];
      if (type !== 'next') return;
      last = payload.data.podChanges.cursor;
      seen.push(payload.data.podChanges.pod?.labels['n'] ?? payload.data.podChanges.type);
    });
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await eventuallyHolds(() => expect(seen).toEqual(['ADDED', 'SYNCED']));
    socket.pause();
    const padding = 'x'.repeat(100_000);
    for (let n = 0; n < 200; n++) await resources.patch(KINDS.Pod, 'slow', 'big', 'merge', { metadata: { labels: { n: String(n) }, annotations: { padding } } }, write);
    socket.resume();
    await eventually(() => ended);
    expect(ended).toMatchObject({ extensions: { code: 'SLOW_CLIENT', cursor: last } });
    expect(seen.length).toBeLessThan(202);
    const rest = follow(0, `namespace: "slow", after: "${last}"`);
    await eventuallyHolds(() => expect([...seen.slice(2), ...rest.messages.map(({ pod }) => pod?.labels['n'])]).toEqual(Array.from({ length: 200 }, (_, n) => String(n))));
    socket.terminate();
  });

  it('a cursor that is too old ends with EXPIRED, one that is none with BAD_REQUEST', async () => {
    await createNamespace('old');
    await createPod('old', 'a');
    const before = await apis[0]!.store.currentRevision();
    for (let n = 0; n < 5; n++) await label('old', 'a', { n: String(n) });
    await apis[0]!.store.compact({ maxAgeMs: 0, maxBytes: 0 });
    // A process that has just begun holds nothing in memory that the log does not have any more.
    apis.push(await startTestApi(database.url));
    const expired = follow(2, `namespace: "old", after: "${before}"`);
    await eventually(() => expired.ended());
    expect(expired.ended()).toMatchObject([{ message: expect.stringContaining('begin again without a cursor'), extensions: { code: 'EXPIRED' } }]);
    const wrong = follow(0, 'namespace: "old", after: "yesterday"');
    await eventually(() => wrong.ended());
    expect(wrong.ended()).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });
});

describe('events', () => {
  it('are followed by the object that they are about', async () => {
    await createNamespace('told');
    const event = (name: string, about: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name },
      involvedObject: { kind: 'Pod', namespace: 'told', name: about },
      reason: 'Started',
      message: `of ${about}`,
      type: 'Normal',
    });
    const client = createClient({ url: `${apis[0]!.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    clients.push(client);
    const got: unknown[] = [];
    const query = 'subscription { events(namespace: "told", involvedObject: {kind: "Pod", name: "a"}) { type event { reason message involvedObject { name } } } }';
    client.subscribe({ query }, { next: ({ data }) => got.push(data!['events']), error: (error) => got.push(error), complete: () => undefined });
    await eventuallyHolds(() => expect(got).toEqual([{ type: 'SYNCED', event: null }]));
    for (const [name, about] of [['b.1', 'b'], ['a.1', 'a']] as const) await resources.create(KINDS.Event, 'told', event(name, about), write);
    await eventuallyHolds(() => expect(got.slice(1)).toEqual([{ type: 'ADDED', event: { reason: 'Started', message: 'of a', involvedObject: { name: 'a' } } }]));
  });
});

describe('the websocket', () => {
  const open = (headers: Record<string, string>, path = '/graphql') => new WebSocket(`${apis[0]!.url.replace('http', 'ws')}${path}`, 'graphql-transport-ws', { headers });
  const outcome = (socket: WebSocket) =>
    new Promise<number>((resolve) => {
      socket.once('open', () => {
        socket.terminate();
        resolve(101);
      });
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode!));
    });

  it.each([
    ['a page from elsewhere', { origin: 'https://evil.example' }, '/graphql', 403],
    ['a name that was rebound to loopback', { host: 'evil.example' }, '/graphql', 403],
    ['a path that is not served', {}, '/nothing', 404],
    ['a client of this machine', {}, '/graphql', 101],
  ])('%s', async (_name, headers, path, expected) => {
    expect(await outcome(open(headers as Record<string, string>, path))).toBe(expected);
  });

  it('an upgrade to anything else than a websocket is answered', async () => {
    const { hostname, port } = new URL(apis[0]!.url);
    const socket = connect(Number(port), hostname);
    socket.write(`GET /graphql HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 4\d\d /);
    socket.destroy();
  });

  it('an operation that cannot be parsed, or is too large, is an error of that operation, and the connection lives on', async () => {
    const client = createClient({ url: `${apis[0]!.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false });
    clients.push(client);
    const run = (query: string) => new Promise((resolve) => client.subscribe({ query }, { next: resolve, error: resolve, complete: () => undefined }));
    expect(await run('{ pods(')).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
    expect(await run('{ nope }')).toMatchObject([{ message: expect.stringContaining('nope') }]);
    expect(await run(`{ a${'{ a'.repeat(20_000)}`)).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    expect(await run('{ pod(name: "none") { name } }')).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    expect(await run('{ __typename }')).toMatchObject({ data: { __typename: 'Query' } });
  });

  it('a mutation is told of fields that nothing acts on', async () => {
    const client = createClient({ url: `${apis[0]!.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    clients.push(client);
    const query = 'mutation ($yaml: String) { createPod(yaml: $yaml, dryRun: true) { name } }';
    const yaml = 'apiVersion: v1\nkind: Pod\nmetadata: {name: elsewhere}\nspec: {schedulerName: mine, containers: [{name: app, image: busybox}]}\n';
    const answer = await new Promise((resolve) => client.subscribe({ query, variables: { yaml } }, { next: resolve, error: resolve, complete: () => undefined }));
    expect(answer).toMatchObject({ data: { createPod: { name: 'elsewhere' } }, extensions: { warnings: [expect.stringContaining('spec.schedulerName: ')] } });
  });
});
