/** What a pod as a whole goes through. */
import { fromTime } from '#objects';
import type { Pod, PodCondition } from '#objects';
import type { PodEvent, PodState, Span } from './types.js';

const conditionOf = (pod: Pod, type: string): PodCondition | undefined => pod.status.conditions?.find((condition) => condition.type === type);
const since = (condition: PodCondition | undefined, otherwise: number): number => fromTime(condition?.lastTransitionTime) ?? otherwise;
const ended = ({ status, metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined || status.phase === 'Succeeded' || status.phase === 'Failed';

export function schedulingSpan(states: PodState[]): Span[] {
  const bound = states.find(({ pod }) => pod.spec.nodeName);
  const last = states.at(-1)!;
  const start = fromTime(last.pod.metadata.creationTimestamp) ?? states[0]!.at;
  const condition = conditionOf((bound ?? last).pod, 'PodScheduled');
  if (!bound) return [{ kind: 'SCHEDULING', start, ...(condition?.reason && { reason: condition.reason }), ...(condition?.message && { message: condition.message }) }];
  const end = condition?.status === 'True' ? since(condition, bound.at) : bound === states[0] ? start : bound.at;
  return [{ kind: 'SCHEDULING', start, end: Math.max(end, start), outcome: 'SUCCEEDED', message: bound.pod.spec.nodeName ?? '' }];
}

/** The first sandbox is there when PodReadyToStartContainers is True; later ones are announced by an event, as their making may be over before a status tells. */
export function sandboxSpans(states: PodState[], events: PodEvent[], runs: Span[]): Span[] {
  const first = firstSandbox(states);
  if (!first) return [];
  const anew = events.filter(({ reason }) => reason === 'SandboxChanged').flatMap((event) => occurrences(event));
  const later = [...new Set(anew)].sort((a, b) => a - b).map((start, index): Span => {
    const next = Math.min(...runs.filter((run) => run.start >= start).map((run) => run.start));
    return { kind: 'SANDBOX', attempt: index + 1, start, ...(next !== Infinity && { end: next, outcome: 'SUCCEEDED' }) };
  });
  return [first, ...later];
}

function firstSandbox(states: PodState[]): Span | undefined {
  const seen = states.find(({ pod }) => pod.status.startTime);
  if (!seen) return undefined;
  const start = fromTime(seen.pod.status.startTime) ?? seen.at;
  const span: Span = { kind: 'SANDBOX', attempt: 0, start };
  const ready = states.find(({ pod }) => conditionOf(pod, 'PodReadyToStartContainers')?.status === 'True');
  if (ready) return { ...span, end: Math.max(since(conditionOf(ready.pod, 'PodReadyToStartContainers'), ready.at), start), outcome: 'SUCCEEDED' };
  const over = states.find(({ pod }) => ended(pod));
  return over ? { ...span, end: Math.max(over.at, start), outcome: 'INTERRUPTED' } : span;
}

/** Of an event that happened more than twice only the first and the last time are known. */
export const occurrences = ({ first, last, count }: PodEvent): number[] => (count > 1 ? [first, last] : [first]);

export function readinessSpans(states: PodState[]): Span[] {
  const spans: Span[] = [];
  let open: Span | undefined;
  for (const { at, pod, deleted } of states) {
    const ready = conditionOf(pod, 'Ready');
    if (!open && ready?.status === 'True' && !deleted) spans.push((open = { kind: 'READINESS', start: since(ready, at) }));
    else if (open && (ready?.status !== 'True' || deleted)) {
      const { reason, message } = ready ?? {};
      const end = ready?.status === 'True' ? at : since(ready, at);
      Object.assign(open, { end: Math.max(end, open.start), outcome: ended(pod) ? 'SUCCEEDED' : 'FAILED', ...(reason && { reason }), ...(message && { message }) });
      open = undefined;
    }
  }
  return spans;
}

export function terminationSpan(states: PodState[]): Span[] {
  const requested = states.find(({ pod }) => pod.metadata.deletionTimestamp);
  const last = states.at(-1)!;
  if (!requested && !last.deleted) return [];
  const { deletionTimestamp, deletionGracePeriodSeconds: grace = 0 } = (requested ?? last).pod.metadata;
  const start = (fromTime(deletionTimestamp as string | undefined) ?? last.at + grace * 1000) - grace * 1000;
  const open: Span = { kind: 'TERMINATION', start: Math.min(start, requested?.at ?? start) };
  return [last.deleted ? { ...open, end: Math.max(last.at, open.start), outcome: 'SUCCEEDED' } : open];
}
