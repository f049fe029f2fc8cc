import DataLoader from 'dataloader';
import type { Resources } from '#apiserver';
import type { Span } from '#lifecycle';
import { EVENTS, NODES } from '../operations/kinds.js';
import { as } from '../operations/queries.js';
import { timelinesOf } from '../operations/timelines.js';
import type { EventObject, NodeObject, PodObject } from '../objects.js';

/** Read together what the fields of many objects ask for in one turn. Nothing is kept: a subscription's next message reads afresh. */
export interface Loaders {
  /** By name; null: it is gone. */
  node: DataLoader<string, NodeObject | null>;
  /** About a pod, oldest first. */
  events: DataLoader<PodObject, EventObject[]>;
  timeline: DataLoader<PodObject, Span[]>;
}

export function createLoaders(resources: Resources): Loaders {
  const events = new DataLoader<PodObject, EventObject[]>((pods) => eventsOf(resources, pods), { cache: false });
  return {
    node: new DataLoader((names) => nodesByName(resources, names), { cache: false }),
    events,
    timeline: new DataLoader((pods) => timelinesOf(resources, (pod) => events.load(pod), pods), { cache: false }),
  };
}

async function nodesByName(resources: Resources, names: readonly string[]): Promise<(NodeObject | null)[]> {
  const { items } = await resources.list(NODES, undefined, {});
  const nodes = new Map(items.map((item) => [item.metadata.name, as<NodeObject>(item)]));
  return names.map((name) => nodes.get(name) ?? null);
}

/** One list a namespace, however many of its pods are asked about. */
async function eventsOf(resources: Resources, pods: readonly PodObject[]): Promise<EventObject[][]> {
  const byUid = new Map<string, EventObject[]>(pods.map((pod) => [pod.metadata.uid, []]));
  const uidsByNamespace = new Map<string, Set<string>>();
  for (const { metadata } of pods) uidsByNamespace.set(metadata.namespace, (uidsByNamespace.get(metadata.namespace) ?? new Set()).add(metadata.uid));
  await Promise.all(
    [...uidsByNamespace].map(async ([namespace, uids]) => {
      const fieldSelector = uids.size === 1 ? `involvedObject.uid=${[...uids][0]}` : undefined;
      const { items } = await resources.list(EVENTS, namespace, { ...(fieldSelector && { fieldSelector }) });
      for (const event of items.map((item) => as<EventObject>(item))) byUid.get(event.involvedObject.uid ?? '')?.push(event);
    }),
  );
  for (const events of byUid.values()) events.sort((a, b) => happened(a) - happened(b) || revision(a) - revision(b));
  return pods.map((pod) => byUid.get(pod.metadata.uid)!);
}

const happened = (event: EventObject): number => Date.parse(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp);
const revision = (event: EventObject): number => Number(event.metadata.resourceVersion);
