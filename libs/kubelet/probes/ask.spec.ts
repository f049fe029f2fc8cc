import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock, SystemClock } from '#clock';
import type { Clock } from '#clock';
import type { Container } from '#objects';
import { RuntimeError } from '#runtime';
import { eventually } from '#testing';
import { ask } from './ask.js';
import type { ProbeTarget } from './target.js';
import type { Probe } from './run-probes.js';

const POD_IP = '10.0.0.7';
let server: Server;
let port: number;
let seen: { url: string; headers: IncomingHttpHeaders }[] = [];

/** Answers with the status that the path names; /to?where and /round redirect; /never does not answer. */
beforeAll(async () => {
  server = createServer((asked, answer) => {
    const url = asked.url ?? '';
    seen.push({ url, headers: asked.headers });
    if (url.startsWith('/never')) return;
    if (url.startsWith('/broken')) return void asked.socket.destroy();
    if (url === '/round') return void answer.writeHead(302, { location: url }).end();
    if (url.startsWith('/to?')) return void answer.writeHead(302, { location: decodeURIComponent(url.slice(4)) }).end('moved');
    answer.writeHead(Number(url.slice(1)) || 200).end('the body');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
beforeEach(() => {
  seen = [];
});
afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()));

/** A pod of which only the network is there: what listens in it listens on this machine's loopback. */
function target(container: Partial<Container> = {}, clock: Clock = new SystemClock()): ProbeTarget {
  const dial = async (_sandbox: string, to: number) => {
    const socket = connect(to, '127.0.0.1');
    await once(socket, 'connect').catch((cause: unknown) => {
      throw new RuntimeError('CONNECTION_REFUSED', 'connection refused', { cause });
    });
    return socket;
  };
  const execSync = async (_id: string, command: string[], timeoutMs: number) => {
    if (command[0] === 'hang') throw new RuntimeError('TIMEOUT', `${timeoutMs}`);
    if (command[0] === 'missing') throw new RuntimeError('START_FAILED', 'no such file');
    return { stdout: Buffer.from(command.slice(1).join(' ')), stderr: Buffer.from(' err'), exitCode: Number(command[0]) };
  };
  return { runtime: { dial, execSync }, clock, container: { name: 'app', ...container }, containerId: 'c', sandboxId: 's', podIP: POD_IP };
}

const http = (path: string, more: object = {}): Probe => ({ timeoutSeconds: 20, httpGet: { path, port, scheme: 'HTTP', ...more } });
const FREE_PORT = 1;

describe('a probe', () => {
  it.each([
    ['by a command that succeeds', () => ({ exec: { command: ['0', 'fine'] } }), 'success', 'fine err'],
    ['by a command that fails', () => ({ exec: { command: ['3', 'bad'] } }), 'failure', 'bad err'],
    ['by a command that takes too long', () => ({ timeoutSeconds: 2, exec: { command: ['hang', 'on'] } }), 'failure', 'command timed out: "hang on" timed out after 2s'],
    ['by a command that is not there', () => ({ exec: { command: ['missing'] } }), 'unknown', 'no such file'],
    ['by a command with a variable', () => ({ exec: { command: ['0', '$(NAME) $(OTHER)'] } }), 'success', 'value $(OTHER) err'],
    ['of a port that listens', () => ({ timeoutSeconds: 20, tcpSocket: { port } }), 'success', ''],
    ['of a port that does not', () => ({ tcpSocket: { port: FREE_PORT } }), 'failure', `dial tcp ${POD_IP}:${FREE_PORT}: connect: connection refused`],
    ['of another host', () => ({ tcpSocket: { port, host: 'example.com' } }), 'unknown', 'host "example.com" cannot be probed: only the pod\'s own address can; leave host out'],
    ['of a port by its name', () => ({ timeoutSeconds: 20, tcpSocket: { port: 'web' } }), 'success', ''],
    ['of a port by a name that is not there', () => ({ tcpSocket: { port: 'nothing' } }), 'unknown', 'port "nothing" is not one of the container\'s ports'],
    ['by GET, answered 200', () => http('/200'), 'success', 'the body'],
    ['by GET, answered 204', () => http('/204'), 'success', ''],
    ['by GET, answered 404', () => http('/404'), 'failure', 'HTTP probe failed with statuscode: 404'],
    ['by GET, answered 500', () => http('/500'), 'failure', 'HTTP probe failed with statuscode: 500'],
    ['by GET, sent elsewhere on the host', () => http(`/to?${encodeURIComponent('/500')}`), 'failure', 'HTTP probe failed with statuscode: 500'],
    ['by GET, sent to another host', () => http(`/to?${encodeURIComponent('http://other/')}`), 'warning', 'Probe terminated redirects, Response body: moved'],
    ['by GET, sent round and round', () => http('/round'), 'failure', 'stopped after 10 redirects'],
    ['by GET, of which nothing comes back', () => http('/broken'), 'failure', 'EOF'],
    ['by GET, where nobody listens', () => http('/', { port: FREE_PORT }), 'failure', `Get "http://${POD_IP}:${FREE_PORT}/": dial tcp ${POD_IP}:${FREE_PORT}: connect: connection refused`],
    ['that asks nothing', () => ({}), 'unknown', 'missing probe handler for app'],
  ] as [string, () => Probe, string, string][])('%s', async (_sentence, probe, result, output) => {
    const answer = await ask(probe(), target({ env: [{ name: 'NAME', value: 'value' }], ports: [{ name: 'web', containerPort: port }] }));
    expect(answer.result).toBe(result);
    expect(answer.output === output || answer.output.endsWith(`: ${output}`) ? output : answer.output).toBe(output);
  });

  it('by GET shows itself as the kubelet does, with the headers that it is given', async () => {
    await ask(http('/200', { httpHeaders: [{ name: 'X-Probe', value: 'yes' }, { name: 'Host', value: 'web.example' }] }), target());
    expect(seen[0]!.headers).toMatchObject({ 'user-agent': 'kube-probe/1.35', accept: '*/*', 'x-probe': 'yes', host: 'web.example', connection: 'close' });
  });

  it('by GET fails when no answer has come within its time, on the clock of the pod', async () => {
    const clock = new ManualClock(5_000);
    const asked = ask({ ...http('/never'), timeoutSeconds: 3 }, target({}, clock));
    await eventually(() => seen.length === 1);
    clock.advance(3_000);
    expect(await asked).toEqual({ result: 'failure', output: `Get "http://${POD_IP}:${port}/never": context deadline exceeded (Client.Timeout exceeded while awaiting headers)` });
  });
});
