import { occurrences } from './stages.js';
import type { PodEvent, Span } from './types.js';

interface Happening {
  at: number;
  event: PodEvent;
}

const FAILED = 'Failed to pull image';

/** Pulls, from their events: a status does not tell a pull from other reasons to wait. An image that was there already was not pulled. */
export function pullSpans(events: PodEvent[]): Span[] {
  const byContainer = new Map<string, Happening[]>();
  for (const event of events) {
    const isPull = event.reason === 'Pulling' || event.reason === 'Pulled' || (event.reason === 'Failed' && event.message.startsWith(FAILED));
    if (!isPull || event.container === undefined) continue;
    const list = byContainer.get(event.container) ?? [];
    byContainer.set(event.container, list);
    for (const at of occurrences(event)) list.push({ at, event });
  }
  return [...byContainer].flatMap(([container, happenings]) => ofContainer(container, happenings));
}

/** A pull that ends in the second in which it began has begun before it ended. */
const order = ({ event }: Happening): number => (event.reason === 'Pulling' ? 0 : 1);

function ofContainer(container: string, happenings: Happening[]): Span[] {
  const spans: Span[] = [];
  let open: Span | undefined;
  for (const { at, event } of happenings.sort((a, b) => a.at - b.at || order(a) - order(b))) {
    if (event.reason === 'Pulling') {
      if (open) continue;
      spans.push((open = { kind: 'IMAGE_PULL', container, attempt: spans.length, start: at, message: event.message }));
    } else if (open) {
      Object.assign(open, { end: at, outcome: event.reason === 'Pulled' ? 'SUCCEEDED' : 'FAILED', message: event.message, ...(event.reason === 'Failed' && { reason: 'ErrImagePull' }) });
      open = undefined;
    }
  }
  return spans;
}
