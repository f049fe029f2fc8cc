/** Which pod goes onto which node: pure. */
import type { Node, Pod } from '#objects';
import type { Clocks } from './filters.js';
import { copyUsage, count, noUsage } from './node-usage.js';
import type { NodeUsage } from './node-usage.js';
import { Placer } from './placer.js';
import type { Placement } from './placer.js';
import { podNeeds } from './pod-needs.js';

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
  const counted = new Map([...usage].map(([node, one]) => [node, copyUsage(one)]));
  const placer = new Placer(counted, clocks);
  placer.refresh(nodes);
  return pods.filter(wantsNode).map((pod) =>
    placer.place(pod, (node) => {
      const own = counted.get(node) ?? noUsage();
      counted.set(node, own);
      count(own, podNeeds(pod.spec), 1);
    }),
  );
}
