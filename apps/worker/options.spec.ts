import { describe, expect, it } from '@jest/globals';
import { parseOptions } from './options.js';

const BASE = { DATABASE_URL: 'postgresql://db', REDIS_URL: 'redis://r', PODBOX_CLUSTER_SECRET: 's' };

describe('the environment of a worker', () => {
  it('needs the two databases and the secret, and has defaults for the rest', () => {
    expect(parseOptions(BASE)).toEqual({
      databaseUrl: 'postgresql://db',
      redisUrl: 'redis://r',
      secret: 's',
      nodeName: 'podbox-node',
      dataDir: '.podbox/nodes/podbox-node',
      podCidr: undefined,
      cri: undefined,
      threads: undefined,
      maxPods: undefined,
      images: [],
      maxParallelPulls: undefined,
      webHosts: [],
      hostPaths: [],
      loopbackPorts: true,
      control: true,
    });
  });

  it.each([
    [{ DATABASE_URL: '' }, /DATABASE_URL is not set/],
    [{ REDIS_URL: '' }, /REDIS_URL is not set/],
    [{ PODBOX_CLUSTER_SECRET: '' }, /PODBOX_CLUSTER_SECRET is not set/],
    [{ PODBOX_RUNTIME: 'cri' }, /PODBOX_CRI_SOCKET is not set.*npm run containerd/],
    [{ PODBOX_RUNTIME: 'cri', PODBOX_CRI_SOCKET: '/s' }, /PODBOX_POD_CIDR is not set/],
    [{ PODBOX_RUNTIME: 'docker' }, /not known/],
    [{ PODBOX_NODE_NAME: 'Node One' }, /not a node name/],
    [{ PODBOX_POD_CIDR: '10.1' }, /not a network/],
    [{ PODBOX_THREADS: 'two' }, /not a whole number/],
    [{ PODBOX_CONTROL: 'yes' }, /neither on nor off/],
    [{ PODBOX_HOST_PATHS: 'srv' }, /not an absolute path/],
    [{ PODBOX_NODE_PORTS: 'yes' }, /neither on nor off/],
    [{ PODBOX_REAL_NETWORK: 'on' }, /no way to the real network/],
  ])('says what is wrong with %j', (change, message) => {
    expect(() => parseOptions({ ...BASE, ...change })).toThrow(message);
  });
});
