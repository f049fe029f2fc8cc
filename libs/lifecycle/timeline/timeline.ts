/** A pod's life as spans, ready to draw: from its states in the change log, and from events for what no state shows. Pure. */
import { backOffSpans } from './back-offs.js';
import { pullSpans } from './pulls.js';
import { runSpans } from './runs.js';
import { readinessSpans, sandboxSpans, schedulingSpan, terminationSpan } from './stages.js';
import type { PodEvent, PodState, Span } from './types.js';

/** `states`: of one pod (one uid), oldest first; the more of them are missing at the beginning, the less is told. Ordered by start. */
export function podTimeline(states: PodState[], events: PodEvent[] = []): Span[] {
  const last = states.at(-1);
  if (!last) return [];
  const runs = runSpans(states);
  const spans = [
    ...schedulingSpan(states),
    ...sandboxSpans(states, events, runs),
    ...pullSpans(events),
    ...runs,
    ...backOffSpans(states, runs),
    ...readinessSpans(states),
    ...terminationSpan(states),
  ];
  const closed = last.deleted ? spans.map((span) => interrupted(span, last.at)) : spans;
  return closed.sort((a, b) => a.start - b.start);
}

const interrupted = (span: Span, at: number): Span => (span.end === undefined ? { ...span, end: Math.max(at, span.start), outcome: 'INTERRUPTED' } : span);
