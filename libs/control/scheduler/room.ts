/** The room on nodes, in columns: it is asked of every node for every pod. Source: noderesources (fit.go, least_allocated.go). */
import type { Candidate } from './filters.js';
import { portsClash } from './pod-needs.js';
import type { PodNeeds } from './pod-needs.js';

const MOST = 100;

export class Room {
  /** How many pods are on each node. */
  readonly pods: Float64Array;
  private readonly podsLeft: Float64Array;
  private readonly cpuLeft: Float64Array;
  private readonly memoryLeft: Float64Array;
  private readonly storageLeft: Float64Array;
  /** As it counts in comparing nodes. */
  private readonly cpuUsed: Float64Array;
  private readonly memoryUsed: Float64Array;
  private readonly cpu: Float64Array;
  private readonly memory: Float64Array;

  constructor(private readonly candidates: readonly Candidate[]) {
    const column = () => new Float64Array(candidates.length);
    [this.pods, this.podsLeft, this.cpuLeft, this.memoryLeft, this.storageLeft] = [column(), column(), column(), column(), column()];
    [this.cpuUsed, this.memoryUsed, this.cpu, this.memory] = [column(), column(), column(), column()];
  }

  /** To be called when the usage of a candidate has changed. */
  recount(index: number): void {
    const { allocatable, usage } = this.candidates[index]!;
    this.pods[index] = usage.pods;
    this.podsLeft[index] = allocatable.pods - usage.pods;
    this.cpuLeft[index] = allocatable.cpu - usage.cpu;
    this.memoryLeft[index] = allocatable.memory - usage.memory;
    this.storageLeft[index] = allocatable.storage - usage.storage;
    this.cpuUsed[index] = usage.scored.cpu;
    this.memoryUsed[index] = usage.scored.memory;
    this.cpu[index] = allocatable.cpu;
    this.memory[index] = allocatable.memory;
  }

  /** What a pod does not ask for may be short. */
  fits(index: number, needs: PodNeeds): boolean {
    return (
      this.podsLeft[index]! >= 1 &&
      (needs.cpu <= this.cpuLeft[index]! || needs.cpu === 0) &&
      (needs.memory <= this.memoryLeft[index]! || needs.memory === 0) &&
      (needs.storage <= this.storageLeft[index]! || needs.storage === 0) &&
      (needs.ports.length === 0 || this.hasPorts(index, needs)) &&
      (needs.others.size === 0 || this.hasOthers(index, needs))
    );
  }

  /** How much of the node would still be free with the pod, 0 to 100, over cpu and memory alike; of what the node has none of, nothing is said. */
  score(index: number, { scored }: PodNeeds): number {
    const cpu = freeShare(this.cpuUsed[index]! + scored.cpu, this.cpu[index]!);
    const memory = freeShare(this.memoryUsed[index]! + scored.memory, this.memory[index]!);
    if (cpu < 0 || memory < 0) return Math.max(cpu, memory, 0);
    return Math.floor((cpu + memory) / 2);
  }

  private hasPorts(index: number, { ports }: PodNeeds): boolean {
    const { usage } = this.candidates[index]!;
    return !ports.some((wanted) => usage.ports.some((taken) => portsClash(wanted, taken)));
  }

  private hasOthers(index: number, { others }: PodNeeds): boolean {
    const { allocatable, usage } = this.candidates[index]!;
    for (const [name, amount] of others) if (amount > 0 && amount > (allocatable.others.get(name) ?? 0) - (usage.others.get(name) ?? 0)) return false;
    return true;
  }
}

/** -1: the node has none of it. */
function freeShare(used: number, whole: number): number {
  if (whole === 0) return -1;
  return used > whole ? 0 : Math.floor(((whole - used) * MOST) / whole);
}
