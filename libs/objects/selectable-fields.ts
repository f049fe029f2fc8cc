import type { KubeObject } from './types.js';

type Path = string;

/** Which fields of a kind a fieldSelector may name besides metadata.name and metadata.namespace. Source: pkg/apis/core/v1/conversion.go. */
const FIELDS: Record<string, Path[]> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  Node: ['spec.unschedulable'],
  Namespace: ['status.phase'],
  Secret: ['type'],
  Service: ['spec.clusterIP', 'spec.type'],
};

/** The names that a fieldSelector on `kind` may use. */
export function selectableFieldNames(kind: string): string[] {
  return ['metadata.name', 'metadata.namespace', ...(FIELDS[kind] ?? [])];
}

/** The selectable fields of an object, as text; a field that is not set is ''. `source` of an Event is its component. */
export function selectableFields(object: KubeObject): Record<string, string> {
  const fields: Record<string, string> = {
    'metadata.name': object.metadata.name ?? '',
    'metadata.namespace': object.metadata.namespace ?? '',
  };
  for (const path of FIELDS[object.kind] ?? []) {
    const value = valueAt(object, object.kind === 'Event' && path === 'source' ? 'source.component' : path);
    fields[path] = value === undefined || value === null ? defaultOf(path) : String(value);
  }
  return fields;
}

const defaultOf = (path: Path): string => (path === 'spec.hostNetwork' || path === 'spec.unschedulable' ? 'false' : '');

function valueAt(object: unknown, path: Path): unknown {
  let value = object;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}
