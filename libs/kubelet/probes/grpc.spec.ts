import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import grpc from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ManualClock, SystemClock } from '#clock';
import type { Clock } from '#clock';
import { RuntimeError } from '#runtime';
import { eventually } from '#testing';
import { askGrpc } from './grpc.js';

const POD_IP = '10.0.0.7';
const FREE_PORT = 1;
const health = new grpc.Server();
const other = new grpc.Server();
let silent: NetServer;
const sockets = new Set<Socket>();
const ports = { health: 0, other: 0, silent: 0 };

/** What a service is asked for decides its answer; the messages are two bytes of protobuf. */
const STATUS: Record<string, number> = { '': 1, fine: 1, ill: 2, strange: 3 };
const CHECK: grpc.ServiceDefinition = {
  check: {
    path: '/grpc.health.v1.Health/Check',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Buffer) => value,
    requestDeserialize: (bytes: Buffer) => ({ service: bytes.subarray(2).toString() }),
    responseSerialize: (status: number) => Buffer.from([8, status]),
    responseDeserialize: (value: Buffer) => value,
  },
};

beforeAll(async () => {
  health.addService(CHECK, {
    check: (call: { request: { service: string } }, answer: (error: object | null, status?: number) => void) => {
      const status = STATUS[call.request.service];
      if (status === undefined) answer({ code: grpc.status.NOT_FOUND, details: 'unknown service' });
      else answer(null, status);
    },
  });
  const bind = (server: grpc.Server) =>
    new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port)));
    });
  ports.health = await bind(health);
  ports.other = await bind(other);
  silent = createServer((socket) => sockets.add(socket.on('error', () => undefined))).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  ports.silent = (silent.address() as AddressInfo).port;
});
afterAll(() => {
  health.forceShutdown();
  other.forceShutdown();
  for (const socket of sockets) socket.destroy();
  silent.close();
});

function ask(port: number, service: string, clock: Clock = new SystemClock()) {
  const dial = async (_sandbox: string, to: number) => {
    const socket = connect(to, '127.0.0.1');
    await once(socket, 'connect').catch((cause: unknown) => {
      throw new RuntimeError('CONNECTION_REFUSED', 'connection refused', { cause });
    });
    return socket;
  };
  const execSync = () => Promise.reject(new Error('nothing is executed'));
  return askGrpc({ port, service }, { runtime: { dial, execSync }, clock, sandboxId: 's', podIP: POD_IP, timeoutMs: 20_000 });
}

describe('a grpc probe', () => {
  it.each<[string, keyof typeof ports, string, string, string]>([
    ['of a server that serves', 'health', '', 'success', 'service healthy'],
    ['of a service that is well', 'health', 'fine', 'success', 'service healthy'],
    ['of a service that is not', 'health', 'ill', 'failure', 'service unhealthy (responded with "NOT_SERVING")'],
    ['of a service that the server does not know', 'health', 'gone', 'failure', 'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service'],
    ['of a server without the health protocol', 'other', '', 'failure', 'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): The server does not implement the method /grpc.health.v1.Health/Check'],
  ])('%s', async (_sentence, server, service, result, output) => {
    expect(await ask(ports[server], service)).toEqual({ result, output });
  });

  it('of a port where nobody listens has not connected in time', async () => {
    const output = `timeout: failed to connect service "${POD_IP}:${FREE_PORT}" within 20s: context deadline exceeded`;
    expect(await ask(FREE_PORT, '')).toEqual({ result: 'failure', output });
  });

  it('of a server that does not answer ends with its time, on the clock of the pod', async () => {
    const clock = new ManualClock(5_000);
    const asked = ask(ports.silent, '', clock);
    await eventually(() => sockets.size > 0);
    clock.advance(20_000);
    expect(await asked).toEqual({ result: 'failure', output: 'timeout: health rpc did not complete within 20s' });
  });
});
