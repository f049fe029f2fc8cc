/** Which of the nodes that fit is the best. Source: the score plugins in pkg/scheduler/framework/plugins, with their default weights. */
import type { Pod } from '#objects';
import type { Candidate } from './filters.js';
import { preferredWeight } from './node-affinity.js';
import type { PodNeeds } from './pod-needs.js';
import { untoleratedPreferences } from './taints.js';

const AFFINITY_WEIGHT = 2;
const TAINT_WEIGHT = 3;
const MOST = 100;

/**
 * The best candidate: the highest score; among equals the one with the fewest pods, then the first. (Kubernetes takes any among equals.)
 * `candidates` are in the order of their names.
 */
export function bestOf(pod: Pod, needs: PodNeeds, candidates: Candidate[]): Candidate | undefined {
  if (candidates.length <= 1) return candidates[0];
  const preferences = preferenceScores(pod, candidates);
  let best: { candidate: Candidate; score: number } | undefined;
  for (const [index, candidate] of candidates.entries()) {
    const score = leastAllocated(needs, candidate) + (preferences?.[index] ?? 0);
    if (!best || score > best.score || (score === best.score && candidate.usage.pods < best.candidate.usage.pods)) best = { candidate, score };
  }
  return best?.candidate;
}

/** How much of the node would still be free, 0 to 100, over cpu and memory alike. Source: noderesources/least_allocated.go. */
function leastAllocated({ scored }: PodNeeds, { allocatable, usage }: Candidate): number {
  const cpu = freeShare(usage.scored.cpu + scored.cpu, allocatable.cpu);
  const memory = freeShare(usage.scored.memory + scored.memory, allocatable.memory);
  const known = (cpu === undefined ? 0 : 1) + (memory === undefined ? 0 : 1);
  return known === 0 ? 0 : Math.floor(((cpu ?? 0) + (memory ?? 0)) / known);
}

/** Undefined: the node has none of it. */
function freeShare(used: number, whole: number): number | undefined {
  if (whole === 0) return undefined;
  return used > whole ? 0 : Math.floor(((whole - used) * MOST) / whole);
}

/** Preferred node affinity, and taints with the effect PreferNoSchedule, each scaled over the candidates. Undefined: nobody prefers anything. */
function preferenceScores(pod: Pod, candidates: Candidate[]): number[] | undefined {
  const prefers = (pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0;
  const tainted = candidates.some(({ node }) => node.spec?.taints?.some(({ effect }) => effect === 'PreferNoSchedule'));
  if (!prefers && !tainted) return undefined;
  const liked = scaled(candidates.map(({ node }) => preferredWeight(pod, node)));
  const disliked = scaled(candidates.map(({ node }) => untoleratedPreferences(pod, node)));
  return candidates.map((_, index) => AFFINITY_WEIGHT * liked[index]! + TAINT_WEIGHT * (MOST - disliked[index]!));
}

/** The highest becomes 100. */
function scaled(values: number[]): number[] {
  const highest = Math.max(...values);
  return highest === 0 ? values : values.map((value) => Math.floor((value * MOST) / highest));
}
