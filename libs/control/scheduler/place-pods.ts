/** Which pod goes onto which node: pure. Source: pkg/scheduler/schedule_one.go, framework (FitError), framework/preemption. */
import type { Node, Pod } from '#objects';
import { refusalsOf } from './filters.js';
import type { Candidate, Clocks, Refusal } from './filters.js';
import { copyUsage, count, noUsage } from './node-usage.js';
import type { NodeUsage } from './node-usage.js';
import { amountsOfList, podNeeds } from './pod-needs.js';
import { bestOf } from './scores.js';

/** `fixed`: pods that leave their nodes would not help. */
export type Placement = { pod: Pod; node: string } | { pod: Pod; refusal: string; fixed: boolean };

const NO_CLOCKS: Clocks = new Set<string>();

/** Whether the scheduler is to look for a node for the pod. */
export function wantsNode(pod: Pod): boolean {
  const { nodeName, schedulerName = 'default-scheduler', schedulingGates = [] } = pod.spec;
  const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return !nodeName && schedulerName === 'default-scheduler' && schedulingGates.length === 0 && !pod.metadata.deletionTimestamp && !ended;
}

/** The order in which pods are placed: by priority, else as they came. Source: plugins/queuesort. */
export const inQueueOrder = (pods: Pod[]): Pod[] => (pods.some(({ spec }) => spec.priority) ? [...pods].sort((a, b) => (b.spec.priority ?? 0) - (a.spec.priority ?? 0)) : pods);

/** Places pods one after another, each counted before the next is looked at. Pods that want no node are left out. `usage`: by node name, stays as it is. */
export function placePods(pods: Pod[], nodes: Iterable<Node>, usage: ReadonlyMap<string, NodeUsage>, clocks: Clocks = NO_CLOCKS): Placement[] {
  const candidates = [...nodes]
    .filter((node) => !node.metadata.deletionTimestamp)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map((node): Candidate => ({ node, allocatable: allocatableOf(node), usage: copied(usage.get(node.metadata.name)) }));
  return pods.filter(wantsNode).map((pod) => place(pod, candidates, clocks));
}

const copied = (usage: NodeUsage | undefined): NodeUsage => (usage ? copyUsage(usage) : noUsage());

/** Nodes are never changed in place: what is read of one stays true of that object. */
const known = new WeakMap<Node, Candidate['allocatable']>();

function allocatableOf(node: Node): Candidate['allocatable'] {
  let amounts = known.get(node);
  if (!amounts) {
    const list = (node.status?.allocatable ?? node.status?.capacity ?? {}) as Record<string, string>;
    known.set(node, (amounts = { ...amountsOfList(list), pods: Number(list['pods'] ?? 0) }));
  }
  return amounts;
}

function place(pod: Pod, candidates: Candidate[], clocks: Clocks): Placement {
  const needs = podNeeds(pod.spec);
  const fitting: Candidate[] = [];
  const refused: Refusal[][] = [];
  for (const candidate of candidates) {
    const refusals = refusalsOf(pod, needs, candidate, clocks);
    if (refusals) refused.push(refusals);
    else fitting.push(candidate);
  }
  const best = bestOf(pod, needs, fitting);
  if (!best) return { pod, refusal: refusalMessage(pod, refused), fixed: refused.every(isFixed) };
  count(best.usage, needs, 1);
  return { pod, node: best.node.metadata.name };
}

const isFixed = (refusals: Refusal[]): boolean => refusals.some(({ fixed }) => fixed);

function refusalMessage(pod: Pod, refused: Refusal[][]): string {
  if (refused.length === 0) return 'no nodes available to schedule pods';
  const none = `0/${refused.length} nodes are available`;
  const why = counted(refused.flatMap((refusals) => refusals.map(({ reason }) => reason)));
  if (pod.spec.preemptionPolicy === 'Never') return `${none}: ${why}. preemption: not eligible due to preemptionPolicy=Never.`;
  const preemption = counted(refused.map((refusals) => (isFixed(refusals) ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod')));
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
