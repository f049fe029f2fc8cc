/** Which pod goes onto which node: pure. Source: pkg/scheduler/framework (filter plugins, FitError). */
import type { Node, Pod } from '#objects';
import { matchesNodeAffinity } from './node-affinity.js';
import { toleratesUnschedulable, untoleratedTaint } from './taints.js';

/** A node, and what is placed on it so far. */
export interface Candidate {
  node: Node;
  /** Pods that are bound to it and have not ended. */
  pods: number;
  /** Namespaces that have a Clock. */
  clocks: { has(namespace: string): boolean };
}

/** Why a node is not for a pod. `fixed`: not even removing pods from the node would help. */
interface Refusal {
  reason: string;
  fixed: boolean;
}

/** Asked in this order; the first refusal counts. Fit of resources, ports and volumes have their place here. */
const FILTERS: ((pod: Pod, candidate: Candidate) => Refusal | undefined)[] = [
  (pod, { node }) => (node.spec?.unschedulable && !toleratesUnschedulable(pod) ? fixed('node(s) were unschedulable') : undefined),
  (pod, { node }) => {
    const taint = untoleratedTaint(pod, node);
    return taint && fixed(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`);
  },
  (pod, { node, clocks }) =>
    node.metadata.labels?.['podbox.dev/runtime'] === 'cri' && clocks.has(pod.metadata.namespace)
      ? fixed("node(s) had the cri runtime, whose time the Clock of the namespace cannot drive")
      : undefined,
  (pod, { node }) => (matchesNodeAffinity(pod, node) ? undefined : fixed("node(s) didn't match Pod's node affinity/selector")),
  (_pod, { node, pods }) => (pods >= Number(node.status?.allocatable?.['pods'] ?? Infinity) ? { reason: 'Too many pods', fixed: false } : undefined),
];

/** Higher is better; they are added up. */
const SCORES: ((pod: Pod, candidate: Candidate) => number)[] = [(_pod, { pods }) => -pods];

const NONE: ReadonlySet<string> = new Set();
const fixed = (reason: string): Refusal => ({ reason, fixed: true });

export type Placement = { pod: Pod; node: string } | { pod: Pod; refusal: string };

/** Whether the scheduler is to look for a node for the pod. */
export function wantsNode(pod: Pod): boolean {
  const { nodeName, schedulerName = 'default-scheduler', schedulingGates = [] } = pod.spec;
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return !nodeName && schedulerName === 'default-scheduler' && schedulingGates.length === 0 && !pod.metadata.deletionTimestamp && !ended;
}

/** Places pods one after another, each counted before the next is looked at. Pods that want no node are left out. `clocks`: by namespace. */
export function placePods(pods: Pod[], nodes: Iterable<Node>, podsPerNode: ReadonlyMap<string, number>, clocks: { has(namespace: string): boolean } = NONE): Placement[] {
  const candidates = [...nodes]
    .filter((node) => !node.metadata.deletionTimestamp)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((node): Candidate => ({ node, pods: podsPerNode.get(node.metadata.name) ?? 0, clocks }));
  return pods.filter(wantsNode).map((pod) => place(pod, candidates));
}

function place(pod: Pod, candidates: Candidate[]): Placement {
  const refusals: Refusal[] = [];
  let best: { candidate: Candidate; score: number } | undefined;
  for (const candidate of candidates) {
    const refusal = refusalOf(pod, candidate);
    if (refusal) refusals.push(refusal);
    else {
      const score = SCORES.reduce((sum, of) => sum + of(pod, candidate), 0);
      if (!best || score > best.score) best = { candidate, score };
    }
  }
  if (!best) return { pod, refusal: refusalMessage(refusals) };
  best.candidate.pods++;
  return { pod, node: best.candidate.node.metadata.name };
}

function refusalOf(pod: Pod, candidate: Candidate): Refusal | undefined {
  for (const filter of FILTERS) {
    const refusal = filter(pod, candidate);
    if (refusal) return refusal;
  }
  return undefined;
}

function refusalMessage(refusals: Refusal[]): string {
  if (refusals.length === 0) return 'no nodes available to schedule pods';
  const none = `0/${refusals.length} nodes are available`;
  const why = counted(refusals.map(({ reason }) => reason));
  const preemption = counted(refusals.map((refusal) => (refusal.fixed ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod')));
  return `${none}: ${why}. preemption: ${none}: ${preemption}.`;
}

/** "1 Too many pods, 2 node(s) were unschedulable" */
function counted(reasons: string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort()
    .join(', ');
}
