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
      nodeOptions: { capacity: {}, nodeLabels: {}, nodeTaints: [] },
      images: [],
      maxParallelPulls: undefined,
      webHosts: [],
      hostPaths: [],
      loopbackPorts: true,
      onShutdown: 'keep',
      drainSeconds: 60,
      nodeGraceSeconds: 40,
      control: true,
    });
  });

  it('says what the node has, and how it is labelled and tainted', () => {
    const { nodeOptions } = parseOptions({
      ...BASE,
      PODBOX_NODE_CPU: '4',
      PODBOX_NODE_MEMORY: '8Gi',
      PODBOX_NODE_RESOURCES: 'example.com/gpu=2,hugepages-2Mi=1Gi',
      PODBOX_NODE_LABELS: 'disk=ssd, topology.kubernetes.io/zone=a',
      PODBOX_NODE_TAINTS: 'gpu=yes:NoSchedule,example.com/slow:PreferNoSchedule',
    });
    expect(nodeOptions).toEqual({
      capacity: { cpu: '4', memory: '8Gi', 'example.com/gpu': '2', 'hugepages-2Mi': '1Gi' },
      nodeLabels: { disk: 'ssd', 'topology.kubernetes.io/zone': 'a' },
      nodeTaints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }, { key: 'example.com/slow', effect: 'PreferNoSchedule' }],
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
    [{ PODBOX_ON_SHUTDOWN: 'delete' }, /neither keep .* nor drain/],
    [{ PODBOX_NODE_GRACE_SECONDS: '0.5' }, /not a whole number/],
    [{ PODBOX_NODE_CPU: 'four' }, /not an amount/],
    [{ PODBOX_NODE_RESOURCES: 'gpu' }, /not of the form/],
    [{ PODBOX_NODE_LABELS: 'a=b c' }, /PODBOX_NODE_LABELS: "a=b c"/],
    [{ PODBOX_NODE_TAINTS: 'gpu=yes' }, /not of the form gpu=yes:NoSchedule/],
    [{ PODBOX_REAL_NETWORK: 'on' }, /no way to the real network/],
  ])('says what is wrong with %j', (change, message) => {
    expect(() => parseOptions({ ...BASE, ...change })).toThrow(message);
  });
});
