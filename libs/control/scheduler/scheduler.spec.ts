import { describe, expect, it } from '@jest/globals';
import type { Node, Pod } from '#objects';
import { testNode, testPod } from '../testing.js';
import { boundPod, unschedulablePod } from './binding.js';
import { count, noUsage } from './node-usage.js';
import type { NodeUsage } from './node-usage.js';
import { inQueueOrder, placePods } from './place-pods.js';
import { podNeeds } from './pod-needs.js';

/** So many plain pods on each node. */
const plain = (counts: Record<string, number>) => new Map(Object.entries(counts).map(([node, pods]) => [node, { ...noUsage(), pods }]));

const outcome = (pod: Pod, nodes: Node[], counts: Record<string, number> = {}): string | undefined => {
  const [placement] = placePods([pod], nodes, plain(counts));
  return placement && ('node' in placement ? placement.node : placement.refusal);
};
const helpless = (nodes: number) => ` preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`;
const ssd = { labels: { disk: 'ssd', size: '8' } };
const affinity = (...expressions: object[]) => ({
  spec: { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: expressions }] } } } },
});

describe('the choice of a node', () => {
  it.each<[string, Pod, Node[], Record<string, number>, string | undefined]>([
    ['takes the only node', testPod('p'), [testNode('a')], {}, 'a'],
    ['takes the node with the fewest pods', testPod('p'), [testNode('a'), testNode('b')], { a: 2, b: 1 }, 'b'],
    ['takes the first by name among equals', testPod('p'), [testNode('b'), testNode('a')], {}, 'a'],
    ['has none where there are no nodes', testPod('p'), [], {}, 'no nodes available to schedule pods'],
    ['avoids a cordoned node', testPod('p'), [testNode('a', { spec: { unschedulable: true } })], {}, `0/1 nodes are available: 1 node(s) were unschedulable.${helpless(1)}`],
    [
      'avoids nodes that are not ready or not heard of',
      testPod('p'),
      [testNode('a', { ready: 'False' }), testNode('b', { ready: 'Unknown' })],
      {},
      `0/2 nodes are available: 2 node(s) had untolerated taint(s).${helpless(2)}`,
    ],
    ['obeys the node selector', testPod('p', { spec: { nodeSelector: { disk: 'ssd' } } }), [testNode('a'), testNode('b', ssd)], { b: 9 }, 'b'],
    [
      'says that no node has the labels asked for',
      testPod('p', { spec: { nodeSelector: { disk: 'tape' } } }),
      [testNode('a'), testNode('b', ssd)],
      {},
      `0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.${helpless(2)}`,
    ],
    ['obeys required affinity: In', testPod('p', affinity({ key: 'disk', operator: 'In', values: ['ssd'] })), [testNode('a'), testNode('b', ssd)], {}, 'b'],
    ['obeys required affinity: DoesNotExist', testPod('p', affinity({ key: 'disk', operator: 'DoesNotExist' })), [testNode('a', ssd), testNode('b')], {}, 'b'],
    ['takes for a label only what somebody gave', testPod('p', affinity({ key: 'constructor', operator: 'DoesNotExist' })), [testNode('a')], {}, 'a'],
    ['obeys required affinity: Gt', testPod('p', affinity({ key: 'size', operator: 'Gt', values: ['7'] })), [testNode('a'), testNode('b', ssd)], {}, 'b'],
    [
      'keeps to the number of pods that a node takes',
      testPod('p'),
      [testNode('a', { pods: '2' })],
      { a: 2 },
      '0/1 nodes are available: 1 Too many pods. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
    ],
    [
      'avoids a tainted node',
      testPod('p'),
      [testNode('a', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } })],
      {},
      `0/1 nodes are available: 1 node(s) had untolerated taint(s).${helpless(1)}`,
    ],
    [
      'goes onto a tainted node with a toleration',
      testPod('p', { spec: { tolerations: [{ key: 'gpu', operator: 'Exists' }] } }),
      [testNode('a', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } })],
      {},
      'a',
    ],
    ['leaves a gated pod alone', testPod('p', { spec: { schedulingGates: [{ name: 'wait' }] } }), [testNode('a')], {}, undefined],
    ['leaves a pod of another scheduler alone', testPod('p', { spec: { schedulerName: 'mine' } }), [testNode('a')], {}, undefined],
    ['leaves a pod that is being deleted alone', testPod('p', { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }), [testNode('a')], {}, undefined],
  ])('%s', (_sentence, pod, nodes, counts, expected) => {
    expect(outcome(pod, nodes, counts)).toBe(expected);
  });

  it('spreads many pods, counting each as placed before the next', () => {
    const placements = placePods(
      Array.from({ length: 30 }, (_, i) => testPod(`p${i}`)),
      [testNode('a'), testNode('b', { pods: '5' }), testNode('c')],
      plain({ a: 5 }),
    );
    const counts: Record<string, number> = {};
    for (const placement of placements) if ('node' in placement) counts[placement.node] = (counts[placement.node] ?? 0) + 1;
    expect(counts).toEqual({ a: 10, b: 5, c: 15 });
  });
});

const GIB = 2 ** 30;
const asking = (requests: Record<string, string>, more: object = {}) => testPod('p', { spec: { containers: [{ name: 'app', resources: { requests } }], ...more } });
const sized = (name: string, allocatable: Record<string, string>, more: object = {}): Node => {
  const node = testNode(name, more);
  return { ...node, status: { ...node.status, allocatable: { pods: '110', ...allocatable } } };
};
const opening = (port: number, more: object = {}) => testPod('p', { spec: { containers: [{ name: 'app', ports: [{ containerPort: 80, hostPort: port, protocol: 'TCP', ...more }] }] } });
/** What is left of three nodes of 4 CPUs and 8 GiB. */
const three = [sized('a', { cpu: '4', memory: '8Gi' }), sized('b', { cpu: '4', memory: '8Gi' }), sized('c', { cpu: '4', memory: '8Gi' })];
const preferring = (weight: number, ...values: string[]) => ({
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values }] } }] } },
});
const used = (...pods: Pod[]): NodeUsage => {
  const usage = noUsage();
  for (const pod of pods) count(usage, podNeeds(pod.spec), 1);
  return usage;
};
const preempting = (nodes: number, ...why: string[]) => ` preemption: 0/${nodes} nodes are available: ${why.join(', ')}.`;
const VICTIMS = 'No preemption victims found for incoming pod';
const NOT_HELPFUL = 'Preemption is not helpful for scheduling';

describe('the fit of a pod', () => {
  it.each<[string, Pod, Node[], Record<string, NodeUsage>, string]>([
    ['takes what is exactly left', asking({ memory: '3Gi', cpu: '1' }), [three[0]!], { a: used(asking({ memory: '5Gi', cpu: '3' })) }, 'a'],
    ['does not take a byte more', asking({ memory: '3221225473' }), [three[0]!], { a: used(asking({ memory: '5Gi' })) }, `0/1 nodes are available: 1 Insufficient memory.${preempting(1, `1 ${VICTIMS}`)}`],
    ['says what is short on which number of nodes', asking({ memory: '9Gi' }), three, {}, `0/3 nodes are available: 3 Insufficient memory.${preempting(3, `3 ${NOT_HELPFUL}`)}`],
    [
      'counts each resource that a node is short of',
      asking({ memory: '2Gi', cpu: '2' }),
      three,
      { a: used(asking({ cpu: '3', memory: '7Gi' })), b: used(asking({ cpu: '3' })), c: used(asking({ memory: '7Gi' })) },
      `0/3 nodes are available: 2 Insufficient cpu, 2 Insufficient memory.${preempting(3, `3 ${VICTIMS}`)}`,
    ],
    [
      'counts nodes with taints beside those that are short',
      asking({ memory: '9Gi' }),
      [three[0]!, sized('b', { memory: '16Gi' }, { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } }), sized('c', { memory: '16Gi' })],
      { c: used(asking({ memory: '8Gi' })) },
      `0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient memory.${preempting(3, `1 ${VICTIMS}`, `2 ${NOT_HELPFUL}`)}`,
    ],
    ['says that a pod may preempt nobody', asking({ memory: '9Gi' }, { preemptionPolicy: 'Never' }), [three[0]!], {}, '0/1 nodes are available: 1 Insufficient memory. preemption: not eligible due to preemptionPolicy=Never.'],
    ['looks at ephemeral storage', asking({ 'ephemeral-storage': '2Gi' }), [sized('a', { 'ephemeral-storage': '1Gi' })], {}, `0/1 nodes are available: 1 Insufficient ephemeral-storage.${helpless(1)}`],
    ['looks at extended resources', asking({ 'example.com/gpu': '2' }), [sized('a', { 'example.com/gpu': '1' }), sized('b', { 'example.com/gpu': '2' })], {}, 'b'],
    ['knows that a node without an extended resource has none', asking({ 'example.com/gpu': '1' }), [three[0]!], {}, `0/1 nodes are available: 1 Insufficient example.com/gpu.${helpless(1)}`],
    [
      'takes the larger of init containers and app containers',
      asking({ memory: '1Gi' }, { initContainers: [{ name: 'init', resources: { requests: { memory: '9Gi' } } }] }),
      [three[0]!],
      {},
      `0/1 nodes are available: 1 Insufficient memory.${helpless(1)}`,
    ],
    [
      'adds sidecars to app containers',
      asking({ memory: '5Gi' }, { initContainers: [{ name: 'side', restartPolicy: 'Always', resources: { requests: { memory: '4Gi' } } }] }),
      [three[0]!],
      {},
      `0/1 nodes are available: 1 Insufficient memory.${helpless(1)}`,
    ],
    ['lets pod-level resources count instead of the containers', asking({ memory: '9Gi' }, { resources: { requests: { memory: '8Gi' } } }), [three[0]!], {}, 'a'],
    ['adds overhead', asking({ memory: '8Gi' }, { overhead: { memory: '1Mi' } }), [three[0]!], {}, `0/1 nodes are available: 1 Insufficient memory.${helpless(1)}`],
    ['lets a pod that asks for nothing onto a full node', testPod('p'), [three[0]!], { a: used(asking({ memory: '8Gi', cpu: '4' })) }, 'a'],
    ['gives a host port to one pod of a node', opening(8080), [three[0]!, three[1]!], { a: used(opening(8080)) }, 'b'],
    ['says that a host port is taken', opening(8080), [three[0]!], { a: used(opening(8080)) }, `0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.${preempting(1, `1 ${VICTIMS}`)}`],
    ['tells host ports of another protocol or address apart', opening(8080, { protocol: 'UDP' }), [three[0]!], { a: used(opening(8080), opening(8080, { protocol: 'UDP', hostIP: '127.0.0.2' })) }, `0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.${preempting(1, `1 ${VICTIMS}`)}`],
    ['prefers the node that has the most left', asking({ cpu: '1' }), three, { a: used(asking({ cpu: '3' })), b: used(asking({ cpu: '1' })), c: used(asking({ cpu: '2' })) }, 'b'],
    ['weighs a large node by its share', asking({ memory: '1Gi' }), [three[0]!, sized('b', { cpu: '40', memory: '80Gi' })], { a: used(asking({ memory: '2Gi' })), b: used(asking({ memory: '8Gi' })) }, 'b'],
    ['counts a container that asks for nothing as if it asked for a little', testPod('p'), three, { a: used(testPod('1'), testPod('2')), b: used(asking({ cpu: '100m', memory: '100Mi' })), c: used(testPod('3')) }, 'b'],
    ['prefers what the pod prefers', testPod('p', { spec: preferring(1, 'ssd') }), [three[0]!, sized('b', { cpu: '4', memory: '8Gi' }, ssd)], { b: used(asking({ cpu: '3' })) }, 'b'],
    ['stays away from a taint that asks for it', testPod('p'), [sized('a', { cpu: '4', memory: '8Gi' }, { spec: { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] } }), three[1]!], { b: used(asking({ cpu: '3' })) }, 'b'],
  ])('%s', (_sentence, pod, nodes, usage, expected) => {
    const [placement] = placePods([pod], nodes, new Map(Object.entries(usage)));
    expect(placement && ('node' in placement ? placement.node : placement.refusal)).toBe(expected);
  });

  it('never places more than fits, however many pods come at once', () => {
    const placements = placePods(Array.from({ length: 200 }, (_, i) => ({ ...asking({ memory: '100Mi' }), metadata: { ...testPod(`p${i}`).metadata } }) as Pod), [three[0]!], new Map());
    expect(placements.filter((placement) => 'node' in placement)).toHaveLength(Math.floor((8 * GIB) / (100 * 2 ** 20)));
  });

  it('leaves what it was told of the nodes as it is', () => {
    const usage = new Map([['a', used(opening(1))]]);
    placePods([opening(2)], [three[0]!], usage);
    expect(usage.get('a')).toEqual(used(opening(1)));
  });

  it('comes to pods by their priority, and else in the order in which they were made', () => {
    const pods = [0, undefined, 5, -1, 5].map((priority, i) => testPod(`p${i}`, { spec: { priority } }));
    expect(inQueueOrder(pods).map(({ metadata }) => metadata.name)).toEqual(['p2', 'p4', 'p0', 'p1', 'p3']);
  });
});

describe('what a placement writes', () => {
  const now = Date.parse('2026-01-02T03:04:05Z');

  it('binds with the node and the condition PodScheduled, and leaves the rest as it is', () => {
    const pod = testPod('p', { metadata: { generation: 1 }, status: { phase: 'Pending', qosClass: 'BestEffort', conditions: [{ type: 'Custom', status: 'True' }] } });
    expect(boundPod(pod, 'a', now)).toEqual({
      ...pod,
      spec: { ...pod.spec, nodeName: 'a' },
      status: {
        phase: 'Pending',
        qosClass: 'BestEffort',
        conditions: [
          { type: 'Custom', status: 'True' },
          { type: 'PodScheduled', status: 'True', observedGeneration: 1, lastProbeTime: null, lastTransitionTime: '2026-01-02T03:04:05Z' },
        ],
      },
    });
  });

  it('says why there is no node, and nothing when that has been said', () => {
    const once = unschedulablePod(testPod('p'), 'no nodes available to schedule pods', now);
    expect(once.status.conditions).toEqual([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'no nodes available to schedule pods', lastProbeTime: null, lastTransitionTime: '2026-01-02T03:04:05Z' },
    ]);
    expect(unschedulablePod(once, 'no nodes available to schedule pods', now + 9000)).toBe(once);
    const other = unschedulablePod(once, 'another reason', now + 9000);
    expect(other.status.conditions?.[0]).toMatchObject({ message: 'another reason', lastTransitionTime: '2026-01-02T03:04:05Z' });
  });
});
