import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Node, Pod } from '#objects';
import { testNode, testPod } from '../testing.js';
import { count, noUsage } from './node-usage.js';
import type { NodeUsage } from './node-usage.js';
import { placePods } from './place-pods.js';
import { Placer } from './placer.js';
import { podNeeds } from './pod-needs.js';

const taints = [{ key: 'gpu', effect: 'NoSchedule' }, { key: 'slow', effect: 'PreferNoSchedule' }];
const nodeOf = fc.record({
  cpu: fc.integer({ min: 1, max: 8 }),
  memory: fc.integer({ min: 1, max: 8 }),
  pods: fc.integer({ min: 1, max: 9 }),
  disk: fc.constantFrom('ssd', 'tape'),
  taints: fc.subarray(taints),
  unschedulable: fc.boolean(),
  gpus: fc.integer({ min: 0, max: 2 }),
});
const podOf = fc.record({
  cpu: fc.integer({ min: 0, max: 3 }),
  memory: fc.integer({ min: 0, max: 3 }),
  disk: fc.constantFrom(undefined, 'ssd', 'tape'),
  likes: fc.boolean(),
  tolerates: fc.boolean(),
  port: fc.constantFrom(undefined, 80, 81),
  gpus: fc.integer({ min: 0, max: 1 }),
});
type Shape<T> = T extends fc.Arbitrary<infer U> ? U : never;

function makeNode(name: string, { cpu, memory, pods, disk, taints, unschedulable, gpus }: Shape<typeof nodeOf>): Node {
  const node = testNode(name, { labels: { disk }, spec: { taints, ...(unschedulable && { unschedulable }) } });
  node.status!.allocatable = { cpu: String(cpu), memory: `${memory}Gi`, pods: String(pods), 'example.com/gpu': String(gpus) };
  return node;
}

function makePod(name: string, { cpu, memory, disk, likes, tolerates, port, gpus }: Shape<typeof podOf>): Pod {
  const requests = { ...(cpu && { cpu: `${cpu * 300}m` }), ...(memory && { memory: `${memory}Gi` }), ...(gpus && { 'example.com/gpu': String(gpus) }) };
  const preference = { weight: 7, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['tape'] }] } };
  return testPod(name, {
    spec: {
      containers: [{ name: 'c', image: 'busybox', resources: { requests }, ...(port && { ports: [{ containerPort: 1, hostPort: port, protocol: 'TCP' }] }) }],
      ...(disk && { nodeSelector: { disk } }),
      ...(likes && { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preference] } } }),
      ...(tolerates && { tolerations: [{ key: 'gpu', operator: 'Exists' }] }),
    },
  });
}

describe('a placer that remembers what it knows of the nodes', () => {
  it('decides as one that knows nothing, however pods come and go and nodes change', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: podOf.map((pod) => ({ pod })) },
      { weight: 2, arbitrary: fc.nat().map((gone) => ({ gone })) },
      { weight: 1, arbitrary: fc.tuple(fc.nat(), nodeOf).map(([at, node]) => ({ at, node })) },
    );
    fc.assert(
      fc.property(fc.array(nodeOf, { minLength: 1, maxLength: 6 }), fc.array(step, { maxLength: 40 }), (shapes, steps) => {
        const nodes = shapes.map((shape, index) => makeNode(`n${index}`, shape));
        const usage = new Map<string, NodeUsage>();
        const placer = new Placer(usage, new Set());
        const bound: { pod: Pod; node: string }[] = [];
        const change = ({ pod, node }: { pod: Pod; node: string }, by: 1 | -1) => {
          const own = usage.get(node) ?? noUsage();
          usage.set(node, own);
          count(own, podNeeds(pod.spec), by);
          if (own.pods === 0) usage.delete(node);
        };
        steps.forEach((one, index) => {
          if ('gone' in one) {
            const [left] = bound.length > 0 ? bound.splice(one.gone % bound.length, 1) : [];
            if (left) change(left, -1);
          } else if ('node' in one) {
            const at = one.at % nodes.length;
            nodes[at] = makeNode(`n${at}`, one.node);
          } else {
            const pod = makePod(`p${index}`, one.pod);
            const [expected] = placePods([pod], nodes, usage);
            placer.refresh(nodes);
            const decided = placer.place(pod, (node) => change({ pod, node }, 1));
            expect(decided).toEqual(expected);
            if ('node' in decided) bound.push(decided);
          }
        });
      }),
      { numRuns: 300, seed: 7 },
    );
  });
});
