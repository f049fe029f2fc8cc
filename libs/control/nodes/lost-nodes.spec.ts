import { describe, expect, it } from '@jest/globals';
import { runningPod, testNode } from '../testing.js';
import { isNewlyLost, lostNode, unreadyPod } from './lost-nodes.js';

const now = Date.parse('2026-01-01T01:00:00Z');

describe('a node that is not heard of', () => {
  it.each([
    ['is not lost while its lease is fresh', 'True', now - 40_000, false],
    ['is lost when its lease is older than 40 s', 'True', now - 40_001, true],
    ['is lost, too, after it said that it stops', 'False', now - 40_001, true],
    ['is lost once only', 'Unknown', now - 90_000, false],
    ['is lost when it never had a lease', 'True', undefined, true],
  ])('%s', (_sentence, ready, renewedAt, expected) => {
    expect(isNewlyLost(testNode('n', { ready }), renewedAt, now)).toBe(expected);
  });

  it('has conditions that nobody knows', () => {
    expect(lostNode(testNode('n'), now).status?.conditions).toEqual([
      { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime: '2026-01-01T01:00:00Z' },
    ]);
  });

  it('has pods that are not ready; others stay as they are', () => {
    expect(unreadyPod(runningPod('p', '10.0.0.1', true), now)?.status.conditions).toEqual([{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T01:00:00Z' }]);
    expect(unreadyPod(runningPod('p', '10.0.0.1', false), now)).toBeUndefined();
  });
});
