/** GraphQL over HTTP by its specification, over server-sent events, and the limits of all transports. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient } from 'graphql-ws';
import pg from 'pg';
import { WebSocket } from 'ws';
import { KINDS, StoreResources } from '#apiserver';
import { SystemClock } from '#clock';
import { eventually, eventuallyHolds, createTestDatabase, type TestDatabase } from '#testing';
import { call, startTestApi, type Answered, type TestApi } from '../testing/test-api.js';

interface Result {
  data?: Record<string, unknown> | null;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

let database: TestDatabase;
let api: TestApi;
/** With limits that are easily reached. */
let strict: TestApi;
let resources: StoreResources;
beforeAll(async () => {
  database = await createTestDatabase();
  api = await startTestApi(database.url);
  strict = await startTestApi(database.url, 'secret', { depth: 4, aliases: 2, fields: 20, tokens: 60, cost: 100, batch: 2, subscriptions: 2, introspection: false, queryMs: 500, heartbeatMs: 20 });
  resources = new StoreResources(api.store, new SystemClock());
});
afterAll(async () => {
  await api?.close();
  await strict?.close();
  await database?.drop();
});

const write = { cause: 'a test', fieldManager: 'test' };
const createPod = (name: string) => resources.create(KINDS.Pod, 'default', { metadata: { name }, spec: { containers: [{ name: 'app', image: 'busybox' }] } }, write);
const resultOf = ({ text }: Answered) => JSON.parse(text) as Result;
const url = (parameters: Record<string, string>, path = '/graphql') => `${api.url}${path}?${new URLSearchParams(parameters).toString()}`;

describe('GraphQL over HTTP', () => {
  const JSON_TYPE = 'application/json';
  const GRAPHQL_TYPE = 'application/graphql-response+json';
  const query = '{ __typename }';

  it.each<[string, { accept?: string; body: unknown }, number, string]>([
    ['a query', { accept: GRAPHQL_TYPE, body: { query } }, 200, GRAPHQL_TYPE],
    ['a query, answered as JSON for those who ask for that', { accept: JSON_TYPE, body: { query } }, 200, JSON_TYPE],
    ['a field that failed is in an answer that is well-formed', { accept: GRAPHQL_TYPE, body: { query: '{ pod(name: "none") { name } }' } }, 200, GRAPHQL_TYPE],
    ['a document that cannot be parsed', { accept: GRAPHQL_TYPE, body: { query: '{' } }, 400, GRAPHQL_TYPE],
    ['a document that is not valid', { accept: GRAPHQL_TYPE, body: { query: '{ nope }' } }, 400, GRAPHQL_TYPE],
    ['variables that do not fit', { accept: GRAPHQL_TYPE, body: { query: 'query ($n: Int!) { pods(first: $n) { nodes { name } } }', variables: { n: 'x' } } }, 400, GRAPHQL_TYPE],
    ['an operation that is not there', { accept: GRAPHQL_TYPE, body: { query: 'query A { __typename }', operationName: 'B' } }, 400, GRAPHQL_TYPE],
    ['no query', { accept: GRAPHQL_TYPE, body: {} }, 400, GRAPHQL_TYPE],
    ['variables that are no object', { accept: GRAPHQL_TYPE, body: { query, variables: 1 } }, 400, GRAPHQL_TYPE],
    ['a subscription, which this transport cannot carry', { accept: GRAPHQL_TYPE, body: { query: 'subscription { podChanges { type } }' } }, 400, GRAPHQL_TYPE],
  ])('%s', async (_name, { accept, body }, code, type) => {
    const answer = await call(`${api.url}/graphql`, { method: 'POST', body, headers: { ...(accept && { accept }) } });
    expect([answer.code, answer.headers['content-type']?.split(';')[0]]).toEqual([code, type]);
    expect(resultOf(answer)).toMatchObject(code === 200 ? { data: expect.anything() } : { errors: [{ message: expect.any(String), extensions: { code: expect.any(String) } }] });
  });

  const asked = { 'apollo-require-preflight': 'true' };

  it('a query by GET', async () => {
    expect(resultOf(await call(url({ query: 'query ($n: String!) { pod(name: $n) { name } }', variables: '{"n":"none"}' }), { headers: asked })).errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
  });

  it('a mutation by GET is refused, and says what is allowed', async () => {
    const answer = await call(url({ query: 'mutation { createNamespace(name: "sneaked") { name } }' }), { headers: asked });
    expect([answer.code, answer.headers['allow']]).toEqual([405, 'POST']);
    expect((await call(`${api.url}/api/v1/namespaces/sneaked`)).code).toBe(404);
  });

  it.each<[string, string, Record<string, string>]>([
    ['a GET that a page elsewhere could make', 'GET', {}],
    ['a POST of a form', 'POST', { 'content-type': 'text/plain' }],
    ['a POST without a type', 'POST', {}],
  ])('%s is refused', async (_name, method, headers) => {
    const answer = await call(url({ query }), { method, headers });
    expect([answer.code, resultOf(answer).errors?.[0]?.extensions['code']]).toEqual([400, 'BAD_REQUEST']);
  });

  it('a persisted query is asked for by its hash once the server has seen it', async () => {
    const text = 'query Persisted { __typename }';
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') } });
    expect(resultOf(await call(url({ extensions }), { headers: asked })).errors).toMatchObject([{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }]);
    expect(resultOf(await call(url({ query: text, extensions }), { headers: asked })).data).toEqual({ __typename: 'Query' });
    expect(resultOf(await call(url({ extensions }), { headers: asked })).data).toEqual({ __typename: 'Query' });
  });

  it('several operations in one request', async () => {
    const answer = await call(`${api.url}/graphql`, { method: 'POST', body: [{ query }, { query: '{ nope }' }] });
    expect(JSON.parse(answer.text)).toMatchObject([{ data: { __typename: 'Query' } }, { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] }]);
  });
});

describe('server-sent events', () => {
  const SUBSCRIPTION = 'subscription ($after: String) { podChanges(namespace: "default", after: $after) { type cursor pod { name } } }';
  interface PodMessage {
    podChanges: { type: string; cursor: string; pod: { name: string } | null };
  }

  function follow(after?: string) {
    const client = createSseClient({ url: `${api.url}/graphql/stream`, retryAttempts: 0 });
    const messages: PodMessage['podChanges'][] = [];
    const errors: unknown[] = [];
    let completed = false;
    client.subscribe<PodMessage>(
      { query: SUBSCRIPTION, variables: { after } },
      {
        next: ({ data, errors: failed }) => (data ? messages.push(data.podChanges) : errors.push(...(failed ?? []))),
        error: (error) => errors.push(error),
        complete: () => (completed = true),
      },
    );
    return { messages, errors, completed: () => completed, stop: () => client.dispose() };
  }

  it('a subscription: the state, SYNCED, every change; and again from a cursor, which may come from a websocket', async () => {
    await createPod('first');
    const { messages, stop } = follow();
    await eventuallyHolds(() => expect(messages.map(({ type, pod }) => [type, pod?.name])).toEqual([['ADDED', 'first'], ['SYNCED', undefined]]));
    const socket = createClient({ url: `${api.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
    const overSocket: PodMessage['podChanges'][] = [];
    socket.subscribe<PodMessage>({ query: SUBSCRIPTION }, { next: ({ data }) => overSocket.push(data!.podChanges), error: () => undefined, complete: () => undefined });
    await eventuallyHolds(() => expect(overSocket).toHaveLength(2));
    await createPod('second');
    await eventuallyHolds(() => expect(messages).toHaveLength(3));
    await eventuallyHolds(() => expect(overSocket).toEqual(messages));
    stop();
    const again = follow(overSocket[1]!.cursor);
    await eventuallyHolds(() => expect(again.messages).toEqual(messages.slice(2)));
    again.stop();
    await socket.dispose();
  });

  it('what ends a subscription is its last result, and then it is complete', async () => {
    const { errors, completed } = follow('999999999');
    await eventually(completed);
    expect(errors).toMatchObject([{ extensions: { code: expect.any(String) } }]);
    const wrong = follow('yesterday');
    await eventually(wrong.completed);
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  });

  const stream = (parameters: Record<string, string>, request: Parameters<typeof call>[1] = {}) =>
    call(url(parameters, '/graphql/stream'), { ...request, headers: { accept: 'text/event-stream', ...request.headers } });

  it('a query is a stream of one result', async () => {
    const { code, text, headers } = await stream({ query: '{ __typename }' });
    expect([code, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(text.replace(/^:\n\n/, '')).toBe('event: next\ndata: {"data":{"__typename":"Query"}}\n\nevent: complete\ndata:\n\n');
  });

  it.each<[string, () => Promise<Answered>, number]>([
    ['a mutation by GET', () => stream({ query: 'mutation { createNamespace(name: "sneaked") { name } }' }), 405],
    ['a client that does not ask for an event stream', () => stream({ query: '{ __typename }' }, { headers: { accept: '*/*' } }), 406],
    ['a method of the mode that is not served', () => stream({}, { method: 'PUT' }), 405],
    ['no query', () => stream({}), 400],
    ['a body that is no JSON', () => stream({}, { method: 'POST', body: '{' }), 400],
    ['a form', () => stream({}, { method: 'POST', body: 'query=x', type: 'application/x-www-form-urlencoded' }), 415],
    ['a page from elsewhere', () => stream({ query: '{ __typename }' }, { headers: { origin: 'https://evil.example' } }), 403],
    ['a name that was rebound to loopback', () => stream({ query: '{ __typename }' }, { headers: { host: 'evil.example' } }), 403],
  ])('%s is refused', async (_name, request, code) => {
    expect((await request()).code).toBe(code);
  });

  it('a document that is not valid is told in the stream', async () => {
    const { text } = await stream({ query: '{ nope }' });
    expect(text).toContain('"code":"GRAPHQL_VALIDATION_FAILED"');
    expect(text).toContain('event: complete');
  });
});

describe('every face of GraphQL refuses pages from elsewhere', () => {
  it.each(['/graphql', '/graphql/stream', '/graphql/assets/graphiql.min.js'])('%s', async (path) => {
    for (const [name, value] of [['origin', 'https://evil.example'], ['host', 'evil.example'], ['origin', 'null']] as const) {
      for (const method of ['GET', 'POST']) expect((await call(`${api.url}${path}`, { method, headers: { [name]: value } })).code).toBe(403);
    }
  });
});

describe('limits', () => {
  const overHttp = async (query: string, variables = {}) => resultOf(await call(`${strict.url}/graphql`, { method: 'POST', body: { query, variables } })).errors ?? [];
  const overStream = async (query: string, variables = {}) => {
    const { text } = await call(`${strict.url}/graphql/stream`, { method: 'POST', body: { query, variables }, headers: { accept: 'text/event-stream' } });
    return (JSON.parse(/^event: next\ndata: (.*)$/m.exec(text)![1]!) as Result).errors ?? [];
  };
  const overSocket = async (query: string, variables = {}) => {
    const client = createClient({ url: `${strict.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    const result = await new Promise<Result | Result['errors']>((resolve) =>
      client.subscribe({ query, variables }, { next: (value) => resolve(value as Result), error: (error) => resolve(error as Result['errors']), complete: () => undefined }),
    );
    await client.dispose();
    return (Array.isArray(result) ? result : result?.errors) ?? [];
  };

  const deep = '{ pods(first: 1) { nodes { containers { state { running { startedAt } } } } } }';
  const cases: [string, string, Record<string, unknown>, string][] = [
    ['depth', deep, {}, 'DEPTH_LIMIT_EXCEEDED'],
    ['aliases', '{ a: __typename b: __typename c: __typename }', {}, 'ALIAS_LIMIT_EXCEEDED'],
    ['fields', `{ ${'__typename '.repeat(21)} }`, {}, 'FIELD_LIMIT_EXCEEDED'],
    ['tokens', `{ ${'__typename '.repeat(70)} }`, {}, 'TOKEN_LIMIT_EXCEEDED'],
    ['cost', '{ pods { nodes { name } } }', {}, 'COST_LIMIT_EXCEEDED'],
    ['cost, by a variable', 'query ($n: Int) { pods(first: $n) { nodes { name } } }', { n: 100 }, 'COST_LIMIT_EXCEEDED'],
    ['introspection', '{ __schema { types { name } } }', {}, 'INTROSPECTION_DISABLED'],
    ['introspection of one type', '{ __type(name: "Pod") { name } }', {}, 'INTROSPECTION_DISABLED'],
  ];
  it.each(cases)('%s', async (_name, query, variables, code) => {
    for (const ask of [overHttp, overStream, overSocket]) expect((await ask(query, variables)).map(({ extensions }) => extensions['code'])).toEqual([code]);
  });

  it.each([
    ['a small page', 'query ($n: Int) { pods(first: $n) { nodes { name } } }', { n: 5 }],
    ['what the document knows itself', '{ __typename }', {}],
  ])('%s passes', async (_name, query, variables) => {
    for (const ask of [overHttp, overStream, overSocket]) expect(await ask(query, variables)).toEqual([]);
  });

  it('operations in a request', async () => {
    const answer = await call(`${strict.url}/graphql`, { method: 'POST', body: Array.from({ length: 3 }, () => ({ query: '{ __typename }' })) });
    expect([answer.code, resultOf(answer).errors?.[0]?.extensions['code']]).toEqual([400, 'BATCH_LIMIT_EXCEEDED']);
  });

  it('time: a query that waits too long is answered', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('BEGIN; LOCK TABLE objects IN ACCESS EXCLUSIVE MODE');
    try {
      const query = '{ nodes { name } }';
      const answer = await call(`${strict.url}/graphql`, { method: 'POST', body: { query } });
      expect([answer.code, resultOf(answer).errors?.[0]?.extensions]).toEqual([504, { code: 'TIMEOUT', limit: 0.5 }]);
      for (const ask of [overStream, overSocket]) expect(await ask(query)).toMatchObject([{ extensions: { code: 'TIMEOUT' } }]);
    } finally {
      await client.query('ROLLBACK');
      await client.end();
    }
  });

  it('subscriptions on one connection; a heartbeat comes on each, also when nothing changes', async () => {
    const socket = new WebSocket(`${strict.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const got: { id: string; type: string; payload: unknown }[] = [];
    socket.on('message', (data) => got.push(JSON.parse(String(data)) as (typeof got)[number]));
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await eventually(() => got.some(({ type }) => type === 'connection_ack'));
    const subscribe = (id: string) => socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: 'subscription { podChanges { type cursor } }' } }));
    for (const id of ['1', '2', '3']) subscribe(id);
    await eventuallyHolds(() => expect(got.find(({ id }) => id === '3')).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'SUBSCRIPTION_LIMIT_EXCEEDED', limit: 2 } }] }));
    const beats = (wanted: string) => got.filter(({ id, payload }) => id === wanted && JSON.stringify(payload).includes('BOOKMARK'));
    await eventually(() => beats('1').length > 1 && beats('2').length > 1);
    expect(new Set(beats('1').map(({ payload }) => JSON.stringify(payload))).size).toBe(1);
    socket.send('{"id":"1","type":"complete"}');
    subscribe('4');
    await eventually(() => beats('4').length > 0);
    socket.terminate();
  });
});
