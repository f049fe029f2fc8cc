import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock, SystemClock } from '#clock';
import type { Clock } from '#clock';
import { RuntimeError } from '#runtime';
import { eventually } from '#testing';
import { runHook } from './hook.js';
import type { HookTarget, LifecycleHandler } from './hook.js';

const POD_IP = '10.0.0.7';
const FREE_PORT = 1;
let server: Server;
let port: number;
let seen: { url: string; headers: IncomingHttpHeaders }[] = [];
let fellBack: string[] = [];

/** Answers with the status that the path names; /never does not answer. */
beforeAll(async () => {
  server = createServer((asked, answer) => {
    seen.push({ url: asked.url ?? '', headers: asked.headers });
    if (asked.url !== '/never') answer.writeHead(Number(asked.url?.slice(1)) || 200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
beforeEach(() => {
  seen = [];
  fellBack = [];
});
afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

/** A pod of which only the network is there: what listens in it listens on this machine's loopback. */
function target(clock: Clock = new SystemClock()): HookTarget {
  const dial = async (_sandbox: string, to: number) => {
    const socket = connect(to, '127.0.0.1');
    await once(socket, 'connect').catch((cause: unknown) => {
      throw new RuntimeError('CONNECTION_REFUSED', 'connection refused', { cause });
    });
    return socket;
  };
  const execSync = async (_id: string, [code]: string[]) => {
    if (code === 'hang') await new Promise(() => undefined);
    return { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), exitCode: Number(code) };
  };
  const container = { name: 'app', ports: [{ name: 'web', containerPort: port }] };
  return { runtime: { dial, execSync }, clock, container, containerId: 'c', sandboxId: 's', podIP: POD_IP, fellBack: (host) => fellBack.push(host) };
}

const http = (path: string, more: object = {}): LifecycleHandler => ({ httpGet: { path, port, scheme: 'HTTP', ...more } });

describe('a lifecycle hook', () => {
  it.each<[string, () => LifecycleHandler, string]>([
    ['by a command that succeeds', () => ({ exec: { command: ['0'] } }), 'done'],
    ['by a command that fails', () => ({ exec: { command: ['3', 'x'] } }), "command '3 x' exited with 3"],
    ['by GET, answered 200', () => http('/200'), 'done'],
    ['by GET, answered 500, has been heard', () => http('/500'), 'done'],
    ['by GET of a port by its name', () => http('/200', { port: 'web' }), 'done'],
    ['by GET of a name that is no port', () => http('/200', { port: 'nothing' }), 'port "nothing" is not one of the container\'s ports'],
    ['by GET, where nobody listens', () => http('/', { port: FREE_PORT }), `Get "http://${POD_IP}:${FREE_PORT}/": dial tcp ${POD_IP}:${FREE_PORT}: connect: connection refused`],
    ['by GET of another host', () => http('/', { host: 'example.com' }), 'host "example.com" cannot be probed: only the pod\'s own address can; leave host out'],
    ['of a port alone cannot be run', () => ({ tcpSocket: { port } }), 'Cannot run handler: invalid handler'],
  ])('%s', async (_sentence, handler, outcome) => {
    expect(await runHook(handler(), target(), 20_000).catch((error: Error) => error.message)).toBe(outcome);
  });

  it('by GET over HTTPS asks a server without TLS once more, without its credentials, and says so', async () => {
    const httpHeaders = [{ name: 'Authorization', value: 'secret' }, { name: 'X-Hook', value: 'yes' }];
    await runHook(http('/200', { scheme: 'HTTPS', httpHeaders }), target(), 20_000);
    expect(seen.map(({ url, headers }) => [url, headers['user-agent'], headers.authorization, headers['x-hook']])).toEqual([['/200', 'kube-lifecycle/1.35', undefined, 'yes']]);
    expect(fellBack).toEqual([`${POD_IP}:${port}`]);
  });

  it.each<[string, () => LifecycleHandler]>([
    ['a command', () => ({ exec: { command: ['hang'] } })],
    ['a GET', () => http('/never')],
    ['a sleep', () => ({ sleep: { seconds: 60 } })],
  ])('by %s that takes longer than the grace is left alone', async (_kind, handler) => {
    const clock = new ManualClock(5_000);
    const hook = handler();
    const running = runHook(hook, target(clock), 30_000);
    if (hook.httpGet) await eventually(() => seen.length === 1);
    clock.advance(30_000);
    expect(await running).toBe('timed out');
  });

  it('by sleep takes its time', async () => {
    const clock = new ManualClock(5_000);
    const running = runHook({ sleep: { seconds: 5 } }, target(clock), 30_000);
    clock.advance(5_000);
    expect(await running).toBe('done');
  });
});
