/** The kinds that Podbox serves, one row each. */
import type { KindInfo } from '../types.js';
import { clock } from './clock.js';
import { configMap, secret } from './config.js';
import { endpoints, endpointSlice, event } from './derived.js';
import { namespace, node, serviceAccount } from './cluster.js';
import { lease } from './lease.js';
import { limitRange, resourceQuota } from './policies.js';
import { pod } from './pod.js';
import { priorityClass } from './priority-class.js';
import type { KindRow } from './row.js';
import { service } from './service.js';

export const KINDS = {
  Clock: clock,
  ConfigMap: configMap,
  Endpoints: endpoints,
  EndpointSlice: endpointSlice,
  Event: event,
  Lease: lease,
  LimitRange: limitRange,
  Namespace: namespace,
  Node: node,
  Pod: pod,
  PriorityClass: priorityClass,
  ResourceQuota: resourceQuota,
  Secret: secret,
  Service: service,
  ServiceAccount: serviceAccount,
} satisfies Record<string, KindRow>;

const rows: KindRow[] = Object.values(KINDS);
const byResource = new Map(rows.map((row) => [`${row.group}/${row.version}/${row.resource}`, row]));
const byKind = new Map(rows.map((row) => [row.kind, row]));

/** All rows, by group and then as listed. */
export const kindRows = (): readonly KindRow[] => rows;

/** The kind at `/api/v1/<resource>` (group '') or `/apis/<group>/<version>/<resource>`; undefined: not served. */
export const findResource = (group: string, version: string, resource: string): KindRow | undefined =>
  byResource.get(`${group}/${version}/${resource}`);

/** By kind's name: unique, see Key in #objects. */
export const findKind = (kind: string): KindRow | undefined => byKind.get(kind);

/** The row behind what a caller holds as a KindInfo. */
export function rowOf(kind: KindInfo): KindRow {
  const row = byKind.get(kind.kind);
  if (!row) throw new Error(`kind ${kind.kind} is not in the kind table`);
  return row;
}
