/** What the pods of a node take together. Source: NodeInfo in pkg/scheduler/framework/types.go. */
import type { HostPort, PodNeeds } from './pod-needs.js';

export interface NodeUsage {
  /** Pods that are bound to the node and have not ended. */
  pods: number;
  cpu: number;
  memory: number;
  storage: number;
  others: Map<string, number>;
  ports: HostPort[];
  scored: { cpu: number; memory: number };
}

export const noUsage = (): NodeUsage => ({ pods: 0, cpu: 0, memory: 0, storage: 0, others: new Map(), ports: [], scored: { cpu: 0, memory: 0 } });

export const copyUsage = (usage: NodeUsage): NodeUsage => ({ ...usage, others: new Map(usage.others), ports: [...usage.ports], scored: { ...usage.scored } });

/** Counts a pod in (`by` 1) or out (-1), in place. */
export function countPod(usage: NodeUsage, needs: PodNeeds, by: 1 | -1): void {
  usage.pods += by;
  usage.cpu += by * needs.cpu;
  usage.memory += by * needs.memory;
  usage.storage += by * needs.storage;
  usage.scored.cpu += by * needs.scored.cpu;
  usage.scored.memory += by * needs.scored.memory;
  for (const [name, amount] of needs.others) usage.others.set(name, (usage.others.get(name) ?? 0) + by * amount);
  for (const port of needs.ports) {
    if (by === 1) usage.ports.push(port);
    else usage.ports.splice(usage.ports.indexOf(port), 1);
  }
}
