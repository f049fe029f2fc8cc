import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '#objects';
import { RuntimeError } from '#runtime';
import { PodNetwork, servePodConnection } from './pod-network.js';
import type { RemoteTarget } from './pod-network.js';

const asked: RemoteTarget[] = [];
/** Answers in capitals: what stands for a pod of the other node. */
const shouter = () => new Duplex({ read: () => undefined, write(chunk: Buffer, _encoding, done) { this.push(chunk.toString().toUpperCase()); done(); }, final(done) { this.push(null); done(); } });
const accept = async (target: RemoteTarget) => {
  asked.push(target);
  if (target.port === 80) return shouter();
  throw new RuntimeError('CONNECTION_REFUSED', 'refused');
};
const server = createServer().on('upgrade', (message, socket, head) => servePodConnection(message, socket, head, 'secret', accept));
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const node = (name: string, podCIDR: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: { podCIDR },
  status: { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }], daemonEndpoints: { kubeletEndpoint: { Port: port } } },
});

function network(secret = 'secret'): PodNetwork {
  const made = new PodNetwork('here', secret);
  made.load([node('here', '10.128.0.0/16'), node('there', '10.129.0.0/16')]);
  return made;
}

describe('the network between nodes', () => {
  it("carries a connection to a pod of the node that has the address, and both ways' bytes and ends", async () => {
    const connection = await network().connect({ ip: '10.129.3.4', port: 80, fromIp: '10.128.0.2' });
    expect(asked.at(-1)).toEqual({ ip: '10.129.3.4', port: 80, fromIp: '10.128.0.2' });
    connection.end('hello');
    let text = '';
    for await (const chunk of connection) text += String(chunk);
    expect(text).toBe('HELLO');
  });

  it.each([
    ['refuses where nothing listens', 'CONNECTION_REFUSED', { ip: '10.129.3.4', port: 81 }, 'secret'],
    ['knows no way to an address of no node', 'NOT_FOUND', { ip: '10.130.0.1', port: 80 }, 'secret'],
    ['does not go round by itself', 'NOT_FOUND', { ip: '10.128.0.1', port: 80 }, 'secret'],
    ["wants the cluster's secret", 'UNAVAILABLE', { ip: '10.129.3.4', port: 80 }, 'wrong'],
  ])('%s', async (_what, code, to, secret) => {
    await expect(network(secret).connect({ ...to, fromIp: '10.128.0.2' })).rejects.toMatchObject({ code });
  });
});
