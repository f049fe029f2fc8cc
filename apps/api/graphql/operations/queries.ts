import type { KindInfo, Resources } from '#apiserver';
import type { KubeObject } from '#objects';
import type { InvolvedObject, QueryEventsArgs, QueryNamespacesArgs, QueryNodesArgs, QueryPodArgs, QueryPodsArgs, QueryServicesArgs } from '../generated/types.js';
import type { EventObject, NamespaceObject, NodeObject, PodObject, ServiceObject } from '../objects.js';
import { listPage, type Connection } from './connection.js';
import { EVENTS, NAMESPACES, NODES, PODS, SERVICES } from './kinds.js';

/** The namespace of an operation that has to be about one. */
export const DEFAULT_NAMESPACE = 'default';

/** An object of the store as the type of its kind: the kind table has validated it when it was stored. */
export const as = <T>(object: KubeObject): T => object as unknown as T;

export const pod = async (resources: Resources, { namespace, name }: QueryPodArgs): Promise<PodObject> =>
  as<PodObject>(await resources.get(PODS, namespace ?? DEFAULT_NAMESPACE, name));

export const pods = (resources: Resources, args: QueryPodsArgs): Promise<Connection<PodObject>> => listPage<PodObject>(resources, PODS, args, args);

export function events(resources: Resources, args: QueryEventsArgs): Promise<Connection<EventObject>> {
  const { namespace, first, after } = args;
  return listPage<EventObject>(resources, EVENTS, { namespace, fieldSelector: eventSelector(args) }, { first, after });
}

export const namespaces = (resources: Resources, args: QueryNamespacesArgs) => all<NamespaceObject>(resources, NAMESPACES, undefined, args.labelSelector);
export const nodes = (resources: Resources, args: QueryNodesArgs) => all<NodeObject>(resources, NODES, undefined, args.labelSelector);
export const services = (resources: Resources, args: QueryServicesArgs) => all<ServiceObject>(resources, SERVICES, args.namespace, args.labelSelector);

async function all<T>(resources: Resources, kind: KindInfo, namespace?: string | null, labelSelector?: string | null): Promise<T[]> {
  const { items } = await resources.list(kind, namespace ?? undefined, { ...(labelSelector && { labelSelector }) });
  return items.map((item) => as<T>(item));
}

/** The field selector for events about an object, together with one that the client gave. */
export function eventSelector(args: { involvedObject?: InvolvedObject | null; fieldSelector?: string | null }): string | undefined {
  const about = Object.entries(args.involvedObject ?? {}).flatMap(([field, value]) => (value ? `involvedObject.${field}=${escape(value)}` : []));
  return [...about, ...(args.fieldSelector ? [args.fieldSelector] : [])].join(',') || undefined;
}

/** apimachinery's fields.EscapeValue. */
const escape = (value: string): string => value.replace(/[\\,=]/g, (character) => `\\${character}`);
