/** A node with 4 CPUs and 8Gi, and what other pods take of it. For the specs of this lib. */
import { amountsOfList, countPod, noUsage, podNeeds } from '#objects';
import type { Node, PodSpec } from '#objects';
import type { NodeRoom } from '../types.js';

export const ALLOCATABLE = { cpu: '4', memory: '8Gi', 'ephemeral-storage': '10Gi', pods: '5' };

export function testRoom(others: PodSpec[] = [], node: Partial<Pick<Node, 'spec'>> & { labels?: Record<string, string> } = {}): NodeRoom {
  const metadata = { name: 'n', uid: 'n', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', labels: { 'kubernetes.io/os': 'linux', ...node.labels } };
  const usage = noUsage();
  for (const spec of others) countPod(usage, podNeeds(spec), 1);
  return {
    node: { apiVersion: 'v1', kind: 'Node', metadata, spec: node.spec ?? {}, status: { allocatable: ALLOCATABLE } },
    allocatable: { ...amountsOfList(ALLOCATABLE), pods: 5 },
    usage,
  };
}

/** A pod that asks for this. */
export const asking = (requests: Record<string, string>): PodSpec => ({ containers: [{ name: 'x', image: 'i', resources: { requests } }] });
