/** A pod's log, exec and attach, from the api's door to the running container and back. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { KINDS, StoreResources } from '#apiserver';
import { SystemClock } from '#clock';
import type { Node, Pod } from '#objects';
import { createTestRedis, eventually, eventuallyHolds } from '#testing';
import { startCluster, type TestCluster } from '#testing/nodes';
import { startTestApi, type TestApi } from '../testing/test-api.js';

let cluster: TestCluster;
let api: TestApi;
let resources: StoreResources;
beforeAll(async () => {
  cluster = await startCluster(await createTestRedis());
  api = await startTestApi(cluster.databaseUrl, 'test');
  resources = new StoreResources(cluster.store, new SystemClock());
  await cluster.node('node-1');
});
afterAll(async () => {
  await api?.close();
  await cluster?.close();
});

const shell = (name: string, script: string, more: object = {}) => ({ name, image: 'busybox', command: ['sh', '-c', script], ...more });

async function run(name: string, spec: object): Promise<void> {
  await resources.create(KINDS.Pod, 'default', { metadata: { name }, spec: { nodeName: 'node-1', terminationGracePeriodSeconds: 1, ...spec } }, { cause: 'a test' });
}
const read = async (name: string) => (await resources.get(KINDS.Pod, 'default', name)) as unknown as Pod;
const untilState = (name: string, holds: (pod: Pod) => unknown) => eventually(async () => holds(await read(name)), { describe: `pod ${name}`, timeoutMs: 30_000 });
const isRunning = (pod: Pod) => pod.status.containerStatuses?.every(({ state }) => state?.running);
const pathOf = (name: string, subresource: string, query = '') => `/api/v1/namespaces/default/pods/${name}/${subresource}?${query}`;

async function log(name: string, query = ''): Promise<{ code: number; text: string }> {
  const answer = await fetch(api.url + pathOf(name, 'log', query));
  return { code: answer.status, text: await answer.text() };
}

interface Session {
  socket: WebSocket;
  /** By channel. */
  got: Record<number, string>;
  status: Promise<{ status: string; message?: string; details?: { causes: { reason: string; message: string }[] } }>;
}

function open(name: string, what: string, query: string, protocol = 'v5.channel.k8s.io'): Session {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}${pathOf(name, what, query)}`, protocol);
  const got: Record<number, string> = {};
  socket.on('message', (data: Buffer) => (got[data[0]!] = (got[data[0]!] ?? '') + data.subarray(1).toString()));
  const status = once(socket, 'close').then(() => JSON.parse(got[3] ?? 'null') as Awaited<Session['status']>);
  return { socket, got, status };
}
const command = (...words: string[]) => words.map((word) => `command=${encodeURIComponent(word)}`).join('&');

/** What is answered to an upgrade that is refused. */
async function refusal(name: string, what: string, query = '', protocol = 'v5.channel.k8s.io'): Promise<{ code: number; text: string }> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}${pathOf(name, what, query)}`, protocol);
  const [request, response] = (await once(socket, 'unexpected-response')) as [{ destroy(): void }, IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  request.destroy();
  return { code: response.statusCode!, text };
}

describe('logs', () => {
  it('are shown, by their end, with times, and with what follows until the container ends', async () => {
    await run('talker', { restartPolicy: 'Never', containers: [shell('app', 'echo one; echo two >&2; printf three; until [ -e /go ]; do sleep 0.05; done; echo; echo four')] });
    await untilState('talker', isRunning);
    await eventuallyHolds(async () => expect((await log('talker')).text).toBe('one\ntwo\n'));
    expect((await log('talker', 'tailLines=1')).text).toBe('two\n');
    expect((await log('talker', 'limitBytes=5')).text).toBe('one\nt');
    expect((await log('talker', 'timestamps=true')).text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z one\n\d{4}-\d\d-\d\dT[\d:.]+Z two\n$/);
    expect((await log('talker', 'stream=Stdout')).text).toBe('one\n');
    expect((await log('talker', 'stream=Stderr')).text).toBe('two\n');
    expect((await log('talker', 'stream=All&tailLines=1')).text).toBe('two\n');
    expect((await log('talker', 'sinceSeconds=3600')).text).toBe('one\ntwo\n');
    expect((await log('talker', 'sinceTime=2099-01-01T00:00:00Z')).text).toBe('');
    const followed = log('talker', 'follow=true');
    const { status } = open('talker', 'exec', `${command('sh', '-c', ': > /go')}&stdout=true`);
    expect(await status).toMatchObject({ status: 'Success' });
    expect(await followed).toEqual({ code: 200, text: 'one\ntwo\nthree\nfour\n' });
  });

  it('of a run before this one are shown as previous, also while the container waits to run again', async () => {
    await run('crasher', { containers: [shell('app', 'echo run; exit 1')] });
    await untilState('crasher', (pod) => pod.status.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff');
    expect(await log('crasher')).toEqual({ code: 200, text: 'run\n' });
    expect(await log('crasher', 'previous=true')).toEqual({ code: 200, text: 'run\n' });
  });

  it('of an init container that is still running are shown live; what waits for it says so', async () => {
    await run('starting', { initContainers: [shell('init', 'echo waiting; sleep 3600')], containers: [shell('app', 'sleep 3600')] });
    await untilState('starting', (pod) => pod.status.initContainerStatuses?.[0]?.state?.running);
    await eventuallyHolds(async () => expect((await log('starting', 'container=init')).text).toBe('waiting\n'));
    const { code, text } = await log('starting');
    expect([code, JSON.parse(text)]).toMatchObject([400, { kind: 'Status', reason: 'BadRequest', message: 'container "app" in pod "starting" is waiting to start: PodInitializing' }]);
    expect((await log('starting', 'container=init&previous=true')).text).toContain('previous terminated container \\"init\\" in pod \\"starting\\" not found');
  });

  it.each([
    ['a pod that is not there', 'none', '', 404, 'pods "none" not found'],
    ['a container that is not there', 'talker', 'container=x', 400, 'container x is not valid for pod talker'],
    ['a tail of less than nothing', 'talker', 'tailLines=-1', 422, 'must be greater than or equal to 0'],
    ['two beginnings', 'talker', 'sinceSeconds=1&sinceTime=2020-01-01T00:00:00Z', 422, 'at most one of'],
    ['a stream that no container has', 'talker', 'stream=Both', 422, 'stream: Unsupported value: "Both": supported values: "All", "Stderr", "Stdout"'],
    ['the end of one of two streams', 'talker', 'stream=Stderr&tailLines=1', 422, 'mutually exclusive for now'],
    ['a number that is none', 'talker', 'tailLines=x', 400, 'not a whole number'],
  ])('%s', async (_name, pod, query, expectedCode, message) => {
    const { code, text } = await log(pod, query);
    expect(code).toBe(expectedCode);
    expect((JSON.parse(text) as { message: string }).message).toContain(message);
  });
});

describe('podLogs over GraphQL', () => {
  interface Lines {
    cursor: string;
    container: string;
    run: number;
    lines: { time: string; text: string }[];
  }

  function follow(args: string) {
    const client = createClient({ url: `${api.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
    const messages: Lines[] = [];
    let end: unknown;
    client.subscribe<{ podLogs: Lines }>(
      { query: `subscription { podLogs(${args}) { cursor container run lines { time text } } }` },
      { next: ({ data, errors }) => (data ? messages.push(data.podLogs) : (end = errors)), error: (error) => (end = error), complete: () => (end ??= 'complete') },
    );
    const texts = () => messages.flatMap(({ lines }) => lines.map(({ text }) => text));
    return { messages, texts, ended: () => end, stop: () => client.dispose() };
  }
  const print = async (name: string, text: string) => expect(await open(name, 'exec', `${command('sh', '-c', `: > /${text}`)}&stdout=true`).status).toMatchObject({ status: 'Success' });
  const code = (one: { ended(): unknown }) => (one.ended() as { extensions: { code: string } }[] | undefined)?.[0]?.extensions.code;

  it('lines come as they are written, and a reader that was cut off goes on from its cursor, until the run ends', async () => {
    await run('writer', { restartPolicy: 'Never', containers: [shell('app', 'echo begun; seq 1 20; for word in more end; do until [ -e /$word ]; do sleep 0.05; done; echo $word; done')] });
    await untilState('writer', isRunning);
    const whole = follow('name: "writer"');
    const numbers = ['begun', ...Array.from({ length: 20 }, (_, n) => String(n + 1))];
    await eventuallyHolds(() => expect(whole.texts()).toEqual(numbers));
    expect(whole.messages[0]).toMatchObject({ container: 'app', run: 0 });
    expect(whole.messages[0]!.lines[0]!.time).toMatch(/^\d{4}-.*Z$/);
    const tail = follow('name: "writer", tailLines: 2');
    const none = follow('name: "writer", follow: false, tailLines: 0');
    const now = follow('name: "writer", follow: false, tailLines: 1');
    await eventuallyHolds(() => expect([tail.texts(), now.texts(), now.ended(), none.texts(), none.ended()]).toEqual([['19', '20'], ['20'], 'complete', [], 'complete']));
    await tail.stop();
    await print('writer', 'more');
    await eventuallyHolds(() => expect(whole.texts().at(-1)).toBe('more'));
    // By what came before the line that it missed.
    const resumed = follow(`name: "writer", after: "${tail.messages.at(-1)!.cursor}"`);
    await eventuallyHolds(() => expect(resumed.texts()).toEqual(['more']));
    await print('writer', 'end');
    for (const one of [whole, resumed]) await eventually(() => one.ended());
    expect([whole.ended(), whole.texts().slice(-2), resumed.texts()]).toEqual(['complete', ['more', 'end'], ['more', 'end']]);
    // From every cursor that it got: exactly the rest.
    let read = 0;
    for (const { cursor, lines } of whole.messages) {
      read += lines.length;
      const again = follow(`name: "writer", after: "${cursor}"`);
      await eventually(() => again.ended());
      expect([again.ended(), again.texts()]).toEqual(['complete', whole.texts().slice(read)]);
    }
  });

  it('a cursor of a pod that has gone is too old; what cannot be read is said', async () => {
    await run('short', { restartPolicy: 'Never', containers: [shell('app', 'echo one')] });
    await untilState('short', (pod) => pod.status.phase === 'Succeeded');
    const first = follow('name: "short"');
    await eventually(() => first.ended());
    expect(first.texts()).toEqual(['one']);
    const { cursor } = first.messages[0]!;
    await resources.delete(KINDS.Pod, 'default', 'short', undefined, { cause: 'a test', gracePeriodSeconds: 0 });
    await eventually(() => read('short').then(() => false, () => true));
    await run('short', { restartPolicy: 'Never', containers: [shell('app', 'echo two')] });
    const cases: [string, string][] = [
      [`name: "short", after: "${cursor}"`, 'EXPIRED'],
      ['name: "short", after: "yesterday"', 'BAD_REQUEST'],
      ['name: "short", tailLines: -1', 'BAD_REQUEST'],
      ['name: "short", sinceTime: "yesterday"', 'BAD_REQUEST'],
      ['name: "short", container: "other"', 'BAD_REQUEST'],
      ['name: "none"', 'NOT_FOUND'],
    ];
    for (const [args, expected] of cases) {
      const refused = follow(args);
      await eventually(() => refused.ended());
      expect([args, code(refused)]).toEqual([args, expected]);
    }
  });
});

describe('exec and attach', () => {
  beforeAll(async () => {
    await run('box', { containers: [shell('app', 'sleep 3600'), shell('echoing', 'while read line; do echo "got $line"; done', { stdin: true })] });
    await untilState('box', isRunning);
  });

  it.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])('a command says its outputs and its exit code, over %s', async (protocol) => {
    const { got, status } = open('box', 'exec', `container=app&${command('sh', '-c', 'echo $HOSTNAME; echo err >&2; exit 3')}&stdout=true&stderr=true`, protocol);
    expect(await status).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      message: 'command terminated with exit code 3',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
    expect(got).toMatchObject({ 1: 'box\n', 2: 'err\n' });
  });

  it('what is typed reaches the command, to its end', async () => {
    const count = 'n=0; while read line; do n=$((n+${#line})); done; echo $n';
    const { socket, got, status } = open('box', 'exec', `container=app&${command('sh', '-c', count)}&stdin=true&stdout=true`);
    await once(socket, 'open');
    for (let n = 0; n < 64; n++) socket.send(Buffer.concat([Buffer.from([0]), Buffer.alloc(32 * 1024 - 1, 'x'), Buffer.from('\n')]));
    socket.send(Buffer.from([255, 0]));
    expect(await status).toMatchObject({ status: 'Success' });
    expect(got[1]).toBe(`${64 * (32 * 1024 - 1)}\n`);
  });

  it('a great output arrives whole', async () => {
    const print = `i=0; while [ $i -lt 3000 ]; do echo ${'x'.repeat(999)}; i=$((i+1)); done`;
    const { got, status } = open('box', 'exec', `container=app&${command('sh', '-c', print)}&stdout=true`);
    expect(await status).toMatchObject({ status: 'Success' });
    expect(got[1]).toHaveLength(3_000_000);
  });

  it('attach carries what is typed to the container’s own process and back', async () => {
    const { socket, got } = open('box', 'attach', 'container=echoing&stdin=true&stdout=true');
    await once(socket, 'open');
    socket.send(Buffer.concat([Buffer.from([0]), Buffer.from('hello\n')]));
    await eventuallyHolds(() => expect(got[1]).toBe('got hello\n'));
    socket.close();
    await once(socket, 'close');
  });

  it.each([
    ['a pod that is not there', 'none', 'exec', 404, 'pods \\"none\\" not found'],
    ['no container named where there are two', 'box', 'exec', 400, 'a container name must be specified for pod box, choose one of: [app echoing]'],
    ['a container that has not started', 'starting', 'exec', 500, 'container not found ("app")'],
    ['port-forward', 'box', 'portforward', 400, 'port-forward is not served yet'],
  ])('%s is refused before the upgrade', async (_name, pod, what, code, text) => {
    expect(await refusal(pod, what, `${command('true')}&stdout=true`)).toEqual({ code, text: expect.stringContaining(text) });
  });

  it('what an exec lacks is said before the upgrade', async () => {
    expect((await refusal('box', 'exec', 'container=app&stdout=true')).text).toContain('at least 1 command');
    expect((await refusal('box', 'exec', `container=app&${command('true')}`)).text).toContain('at least 1 of stdin, stdout, stderr');
    expect((await refusal('box', 'exec', `container=app&${command('true')}&stdout=true`, 'v1.unknown')).text).toContain('v5.channel.k8s.io');
  });

  it('SPDY and ordinary requests are told what is served', async () => {
    const { hostname, port } = new URL(api.url);
    const ask = (headers: Record<string, string>) =>
      new Promise<string>((resolve, reject) => {
        const path = pathOf('box', 'exec', `container=app&${command('true')}&stdout=true`);
        const asked = httpRequest({ hostname, port, path, method: 'POST', headers }, (response) => void response.toArray().then((chunks) => resolve(chunks.map(String).join('')), reject));
        asked.on('error', reject);
        asked.end();
      });
    expect(JSON.parse(await ask({ Connection: 'Upgrade', Upgrade: 'SPDY/3.1' }))).toMatchObject({ kind: 'Status', code: 400, message: expect.stringContaining('kubectl 1.30 or later') });
    expect(JSON.parse(await ask({}))).toMatchObject({ kind: 'Status', code: 400, message: 'Upgrade request required' });
  });

  it('the streaming server itself opens to the secret alone', async () => {
    const { status } = (await resources.get(KINDS.Node, '', 'node-1')) as unknown as Node;
    const address = `127.0.0.1:${status!.daemonEndpoints!.kubeletEndpoint!.Port}`;
    const get = async (authorization: string) => (await fetch(`http://${address}/containerLogs/default/talker/app`, { headers: { authorization } })).status;
    expect([await get('Bearer test'), await get('Bearer wrong'), await get('')]).toEqual([200, 401, 401]);
    const socket = new WebSocket(`ws://${address}/exec/default/box/app?${command('true')}&stdout=true`, 'v5.channel.k8s.io');
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(401);
    socket.on('error', () => undefined).terminate();
  });
});
