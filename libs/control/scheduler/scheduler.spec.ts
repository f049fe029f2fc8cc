import { describe, expect, it } from '@jest/globals';
import type { Node, Pod } from '#objects';
import { testNode, testPod } from '../testing.js';
import { boundPod, unschedulablePod } from './binding.js';
import { placePods } from './place-pods.js';

const outcome = (pod: Pod, nodes: Node[], counts: Record<string, number> = {}): string | undefined => {
  const [placement] = placePods([pod], nodes, new Map(Object.entries(counts)));
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
      `0/2 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }.${helpless(2)}`,
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
      `0/1 nodes are available: 1 node(s) had untolerated taint {gpu: yes}.${helpless(1)}`,
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
      new Map([['a', 5]]),
    );
    const counts: Record<string, number> = {};
    for (const placement of placements) if ('node' in placement) counts[placement.node] = (counts[placement.node] ?? 0) + 1;
    expect(counts).toEqual({ a: 10, b: 5, c: 15 });
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
