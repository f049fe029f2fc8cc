import type { Event, KubeObject } from '#objects';
import { age, column, wide } from './column.js';
import type { Column } from './column.js';

const asEvent = (object: KubeObject): Event => object as unknown as Event;

export const eventColumns: Column[] = [
  column('Last Seen', 'When this was seen last.', (object, now) => lastSeen(asEvent(object), now)),
  column('Type', 'Normal or Warning.', (object) => asEvent(object).type ?? ''),
  column('Reason', 'Why, in a word.', (object) => asEvent(object).reason ?? ''),
  column(
    'Object',
    'What this is about.',
    (object) => `${(asEvent(object).involvedObject.kind ?? '').toLowerCase()}/${asEvent(object).involvedObject.name ?? ''}`,
  ),
  wide('Subobject', 'The part of it that this is about.', (object) => asEvent(object).involvedObject.fieldPath ?? ''),
  wide('Source', 'Who reported this.', (object) => source(asEvent(object))),
  column('Message', 'What happened, in words.', (object) => (asEvent(object).message ?? '').trim()),
  wide('First Seen', 'When this was seen first.', (object, now) => firstSeen(asEvent(object), now)),
  wide('Count', 'How often this was seen.', (object) => String(times(asEvent(object)))),
  { ...wide('Name', 'Name must be unique within a namespace.', (object) => object.metadata.name ?? ''), format: 'name' },
];

const times = ({ series, count }: Event): number => series?.count ?? count ?? 1;
const firstSeen = ({ firstTimestamp, eventTime }: Event, now: number): string => age(firstTimestamp ?? eventTime, now);
const lastSeen = (event: Event, now: number): string =>
  age(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp, now);

function source({ source: from, reportingComponent, reportingInstance }: Event): string {
  const component = from?.component || reportingComponent || '';
  const host = from?.host || reportingInstance;
  return host ? `${component}, ${host}` : component;
}
