/** Finds nodes for pods, one pod after another. Source: pkg/scheduler/schedule_one.go, framework (FitError), framework/preemption. */
import type { Node, Pod } from '#objects';
import { nodeRefusals, roomRefusals } from './filters.js';
import type { Candidate, Clocks, Refusal } from './filters.js';
import { noUsage } from './node-usage.js';
import type { NodeUsage } from './node-usage.js';
import { amountsOfList, podNeeds } from './pod-needs.js';
import { Room } from './room.js';
import { bestOf, preferencesOf } from './scores.js';
import type { Preferences } from './scores.js';

/** `fixed`: pods that leave their nodes would not help. */
export type Placement = { pod: Pod; node: string } | { pod: Pod; refusal: string; fixed: boolean };

/** What is the same for all pods that say the same about nodes, as long as the nodes stay as they are. */
interface PodClass {
  /** Places of candidates. */
  allowed: Int32Array;
  preferences: Preferences | undefined;
  /** Of the other nodes. */
  refused: Refusal[][];
}

/** Pods that each name a node of their own make a class each: then what is remembered is of little use. */
const MOST_CLASSES = 500;

/**
 * Remembers of the nodes what does not change with what is on them: so for each pod there is, for each node, to be asked only whether it has room,
 * and how much. `usage` is read as it is at each moment, and is the caller's to keep up to date.
 */
export class Placer {
  private candidates: Candidate[] = [];
  private room = new Room([]);
  private readonly classes = new Map<string, PodClass>();

  constructor(
    private readonly usage: ReadonlyMap<string, NodeUsage>,
    private readonly clocks: Clocks,
  ) {}

  /** To be called before pods are placed, with the nodes as they are. They are never changed in place. */
  refresh(nodes: Iterable<Node>): void {
    const all = [...nodes].filter((node) => !node.metadata.deletionTimestamp);
    const known = new Map(this.candidates.map((candidate) => [candidate.node, candidate]));
    if (all.length !== known.size || all.some((node) => !known.has(node))) {
      this.candidates = all
        .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
        .map((node) => known.get(node) ?? { node, allocatable: allocatableOf(node), usage: noUsage() });
      this.room = new Room(this.candidates);
      this.classes.clear();
    }
    for (let place = 0; place < this.candidates.length; place++) this.recount(place);
  }

  /** `assume` counts the pod on its node in `usage`, before the next is placed. */
  place(pod: Pod, assume: (node: string) => void): Placement {
    const needs = podNeeds(pod.spec);
    const { allowed, preferences, refused } = this.classOf(pod);
    const best = bestOf(needs, allowed, this.room, preferences);
    if (best < 0) return refusal(pod, [...refused, ...Array.from(allowed, (place) => roomRefusals(needs, this.candidates[place]!))]);
    const node = this.candidates[best]!.node.metadata.name;
    assume(node);
    this.recount(best);
    return { pod, node };
  }

  private recount(place: number): void {
    const candidate = this.candidates[place]!;
    candidate.usage = this.usage.get(candidate.node.metadata.name) ?? noUsage();
    this.room.recount(place);
  }

  private classOf(pod: Pod): PodClass {
    const driven = this.clocks.has(pod.metadata.namespace);
    const { nodeSelector, affinity, tolerations } = pod.spec;
    const key = JSON.stringify([driven, nodeSelector, affinity?.nodeAffinity, tolerations]);
    let known = this.classes.get(key);
    if (!known) {
      if (this.classes.size >= MOST_CLASSES) this.classes.clear();
      this.classes.set(key, (known = this.classify(pod, driven)));
    }
    return known;
  }

  private classify(pod: Pod, driven: boolean): PodClass {
    const verdicts = this.candidates.map(({ node }) => nodeRefusals(pod, node, driven));
    const allowed = Int32Array.from(verdicts.flatMap((refusals, place) => (refusals ? [] : [place])));
    const preferences = preferencesOf(pod, Array.from(allowed, (place) => this.candidates[place]!));
    return { allowed, preferences, refused: verdicts.filter((refusals) => refusals !== undefined) };
  }
}

function allocatableOf({ status }: Node): Candidate['allocatable'] {
  const list = (status?.allocatable ?? status?.capacity ?? {}) as Record<string, string>;
  return { ...amountsOfList(list), pods: Number(list['pods'] ?? 0) };
}

const refusal = (pod: Pod, refused: Refusal[][]): Placement => ({ pod, refusal: refusalMessage(pod, refused), fixed: refused.every(isFixed) });

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
