import type { Resources } from '#apiserver';
import { podTimeline } from '#lifecycle';
import type { PodEvent, Span } from '#lifecycle';
import { fromTime } from '#objects';
import type { EventObject, PodObject } from '../objects.js';
import { podSteps, timesIn } from './history.js';
import { PODS } from './kinds.js';

/** So many pods' states are held at a time. */
const AT_ONCE = 100;

/** The timelines of many pods: for each hundred one statement for all their states, and one for the clocks of their namespaces. */
export async function timelinesOf(resources: Resources, eventsOf: (pod: PodObject) => Promise<EventObject[]>, pods: readonly PodObject[]): Promise<Span[][]> {
  const events = await Promise.all(pods.map(eventsOf));
  const timelines: Span[][] = [];
  for (let from = 0; from < pods.length; from += AT_ONCE) timelines.push(...(await someTimelines(resources, pods.slice(from, from + AT_ONCE), events.slice(from, from + AT_ONCE))));
  return timelines;
}

async function someTimelines(resources: Resources, pods: readonly PodObject[], events: EventObject[][]): Promise<Span[][]> {
  const places = pods.map(({ metadata: { namespace, name } }) => ({ namespace, name }));
  const [histories, timeOf] = await Promise.all([resources.histories(PODS, places), timesIn(resources, [...new Set(places.map(({ namespace }) => namespace))])]);
  return pods.map((pod, index) => {
    const steps = podSteps(histories[index]!.filter(({ uid }) => uid === pod.metadata.uid), timeOf);
    const states = steps.map(({ at, pod: state, type }) => ({ at, pod: state, deleted: type === 'DELETED' }));
    return podTimeline(states, events[index]!.map(podEvent));
  });
}

function podEvent({ reason = '', message = '', involvedObject, firstTimestamp, lastTimestamp, eventTime, count = 1, metadata }: EventObject): PodEvent {
  const container = /^spec\.[A-Za-z]+\{(.+)\}$/.exec(involvedObject.fieldPath ?? '')?.[1];
  const first = fromTime(firstTimestamp ?? eventTime ?? metadata.creationTimestamp) ?? 0;
  return { reason, message, first, last: fromTime(lastTimestamp) ?? first, count, ...(container !== undefined && { container }) };
}
