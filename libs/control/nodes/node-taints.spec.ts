import { describe, expect, it } from '@jest/globals';
import { testNode, testPod } from '../testing.js';
import { wantedTaints } from './node-taints.js';
import { disruptedPod, evictionTime } from './taint-eviction.js';

const now = Date.parse('2026-01-01T01:00:00Z');
const NOW = '2026-01-01T01:00:00Z';
const EARLIER = '2026-01-01T00:50:00Z';
const taint = (key: string, effect: string, timeAdded?: string) => ({ key: `node.kubernetes.io/${key}`, effect, ...(timeAdded && { timeAdded }) });
const gpu = { key: 'gpu', value: 'yes', effect: 'NoSchedule' };
const node = (ready: string, taints: object[], more: object = {}) => testNode('n', { ready, spec: { taints, ...more } });

describe('the taints of a node', () => {
  it.each<[string, ReturnType<typeof testNode>, object[] | undefined]>([
    ['are left alone while it is ready', node('True', [gpu]), undefined],
    ['say that it is not ready', node('False', [gpu]), [gpu, taint('not-ready', 'NoSchedule', NOW), taint('not-ready', 'NoExecute', NOW)]],
    ['say that nobody hears of it', node('Unknown', []), [taint('unreachable', 'NoSchedule', NOW), taint('unreachable', 'NoExecute', NOW)]],
    ['keep the time since which they are there', node('Unknown', [taint('unreachable', 'NoSchedule', EARLIER), taint('unreachable', 'NoExecute', EARLIER)]), undefined],
    ['change from not ready to unreachable', node('Unknown', [taint('not-ready', 'NoExecute', EARLIER)]), [taint('unreachable', 'NoSchedule', NOW), taint('unreachable', 'NoExecute', NOW)]],
    ['go when it is ready again, but for others', node('True', [taint('unreachable', 'NoExecute', EARLIER), gpu, taint('unreachable', 'NoSchedule', EARLIER)]), [gpu]],
    ['say that it is cordoned', node('True', [], { unschedulable: true }), [taint('unschedulable', 'NoSchedule', NOW)]],
    ['go when it is no longer cordoned', node('True', [taint('unschedulable', 'NoSchedule', EARLIER)]), []],
    ['that end pods tell since when', node('True', [{ key: 'k', effect: 'NoExecute' }]), [{ key: 'k', effect: 'NoExecute', timeAdded: NOW }]],
  ])('%s', (_sentence, given, expected) => {
    expect(wantedTaints(given, now)).toEqual(expected);
  });
});

describe('a pod on a tainted node', () => {
  const since = Date.parse(EARLIER);
  const unreachable = taint('unreachable', 'NoExecute', EARLIER);
  const other = { key: 'k', value: 'v', effect: 'NoExecute', timeAdded: NOW };
  const tolerating = (...tolerations: object[]) => testPod('p', { spec: { tolerations } });
  const five = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };

  it.each<[string, ReturnType<typeof testPod>, object[], number | undefined]>([
    ['goes at once without a toleration', tolerating(), [unreachable], since],
    ['goes when the time of its toleration is over', tolerating(five), [unreachable], since + 300_000],
    ['stays with a toleration for ever', tolerating({ operator: 'Exists' }), [unreachable, other], undefined],
    ['goes by the shortest of its tolerations', tolerating(five, { operator: 'Exists', tolerationSeconds: 10 }), [unreachable], since + 10_000],
    ['goes by the first of the taints', tolerating(five, { key: 'k', operator: 'Equal', value: 'v' }), [unreachable, other], since + 300_000],
    ['goes at once for a taint with another value', tolerating(five, { key: 'k', operator: 'Equal', value: 'w' }), [other], now],
    ['goes at once where the time is negative', tolerating({ ...five, tolerationSeconds: -5 }), [unreachable], since],
    ['has its time from its own beginning, when that is later', testPod('p', { metadata: { creationTimestamp: '2026-01-01T00:55:00Z' }, spec: { tolerations: [five] } }), [unreachable], Date.parse('2026-01-01T01:00:00Z')],
  ])('%s', (_sentence, pod, taints, expected) => {
    expect(evictionTime(pod, taints as Parameters<typeof evictionTime>[1])).toBe(expected);
  });

  it('says why it goes', () => {
    const pod = disruptedPod(testPod('p', { metadata: { generation: 2 } }), 'DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint', now);
    expect(pod.status.conditions).toEqual([
      { type: 'DisruptionTarget', status: 'True', reason: 'DeletionByTaintManager', message: 'Taint manager: deleting due to NoExecute taint', lastProbeTime: null, lastTransitionTime: NOW, observedGeneration: 2 },
    ]);
  });
});
