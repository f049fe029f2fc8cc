/** Which of the nodes that fit is the best. Source: the score plugins in pkg/scheduler/framework/plugins, with their default weights. */
import type { Pod } from '#objects';
import type { Candidate } from './filters.js';
import { preferredWeight } from './node-affinity.js';
import type { PodNeeds } from './pod-needs.js';
import type { Room } from './room.js';
import { untoleratedPreferences } from './taints.js';

const AFFINITY_WEIGHT = 2;
const TAINT_WEIGHT = 3;
const MOST = 100;

/** What pods of a kind prefer among candidates, each in the candidates' order. */
export interface Preferences {
  /** Weights of the preferred node affinities that a node meets. */
  liked: number[];
  /** How many taints of a node with the effect PreferNoSchedule are not tolerated. */
  disliked: number[];
}

/** Undefined: nobody prefers anything. */
export function preferencesOf(pod: Pod, candidates: readonly Candidate[]): Preferences | undefined {
  const prefers = (pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution?.length ?? 0) > 0;
  const tainted = candidates.some(({ node }) => node.spec?.taints?.some(({ effect }) => effect === 'PreferNoSchedule'));
  if (!prefers && !tainted) return undefined;
  return { liked: candidates.map(({ node }) => preferredWeight(pod, node)), disliked: candidates.map(({ node }) => untoleratedPreferences(pod, node)) };
}

/**
 * Of the nodes that are allowed and have room the best: the highest score; among equals the one with the fewest pods, then the first. (Kubernetes
 * takes any among equals.) `allowed`: their places in `room`, which is in the order of names. -1: there is none.
 */
export function bestOf(needs: PodNeeds, allowed: Int32Array, room: Room, preferences: Preferences | undefined): number {
  const preferred = preferences && preferenceScores(preferences, Array.from(allowed, (place) => room.fits(place, needs)));
  let best = -1;
  let most = 0;
  for (let index = 0; index < allowed.length; index++) {
    const place = allowed[index]!;
    if (!room.fits(place, needs)) continue;
    const score = room.score(place, needs) + (preferred ? preferred[index]! : 0);
    if (best >= 0 && (score < most || (score === most && room.pods[place]! >= room.pods[best]!))) continue;
    best = place;
    most = score;
  }
  return best;
}

/** Both preferences, each scaled over the candidates that fit. */
function preferenceScores({ liked, disliked }: Preferences, fitting: boolean[]): number[] {
  const [likes, dislikes] = [scaled(liked, fitting), scaled(disliked, fitting)];
  return fitting.map((_, index) => AFFINITY_WEIGHT * likes[index]! + TAINT_WEIGHT * (MOST - dislikes[index]!));
}

/** The highest of those that count becomes 100. */
function scaled(values: number[], counts: boolean[]): number[] {
  const highest = values.reduce((most, value, index) => (counts[index] && value > most ? value : most), 0);
  return highest === 0 ? values : values.map((value) => Math.floor((value * MOST) / highest));
}
