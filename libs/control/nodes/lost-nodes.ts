/** What becomes of a node that is not heard of any more: pure. Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go. */
import { toTime } from '#objects';
import type { Node, Pod } from '#objects';

/** Source: --node-monitor-grace-period. */
export const GRACE_MS = 40_000;

/** Whether the node's lease ran out (or was never there) and its conditions do not say so yet. `renewedAt`: of its lease. */
export function isNewlyLost(node: Node, renewedAt: number | undefined, now: number, graceMs = GRACE_MS): boolean {
  const lastHeard = renewedAt ?? Date.parse(node.metadata.creationTimestamp);
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  return now - lastHeard > graceMs && ready?.status !== 'Unknown';
}

export const isReady = (node: Node): boolean => node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** The node, as nobody knows how it is. */
export function lostNode(node: Node, now: number): Node {
  const known = node.status?.conditions ?? [];
  const conditions = known.map((condition) => (WATCHED.includes(condition.type) && condition.status !== 'Unknown' ? unknown(condition, now) : condition));
  if (!known.some((condition) => condition.type === 'Ready')) conditions.push(unknown({ type: 'Ready' }, now));
  return { ...node, status: { ...node.status, conditions } };
}

type Condition = NonNullable<NonNullable<Node['status']>['conditions']>[number];

const unknown = (condition: Partial<Condition> & { type: string }, now: number): Condition => ({
  ...condition,
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
  lastTransitionTime: toTime(now),
});

/** A pod of a lost node, not ready; undefined when it was not. It stays on its node: bare pods are not moved. */
export function unreadyPod(pod: Pod, now: number): Pod | undefined {
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready');
  if (ready?.status !== 'True') return undefined;
  const conditions = pod.status.conditions!.map((condition) => (condition === ready ? { ...ready, status: 'False', lastTransitionTime: toTime(now) } : condition));
  return { ...pod, status: { ...pod.status, conditions } };
}
