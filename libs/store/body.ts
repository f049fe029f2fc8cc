/** How an object stands in a row: metadata (without resourceVersion), spec, status and the rest, each as JSON text. */
import { selectableFieldNames, selectableFields, type KubeObject } from '#objects';

export interface BodyRow {
  rest: string;
  metadata: string;
  spec: string | null;
  status: string | null;
}

/** The columns of a body, for a SELECT. */
export const BODY_COLUMNS = 'rest, metadata, spec, status';

/** Splits an object into its parts. The parts are text: what happens to `object` later does not change them. */
export function splitBody(object: KubeObject): BodyRow {
  const { metadata, spec, status, ...rest } = object;
  return {
    rest: JSON.stringify(rest),
    metadata: JSON.stringify({ ...metadata, resourceVersion: undefined }),
    spec: optional(spec),
    status: optional(status),
  };
}

export const optional = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** The whole object's JSON text, with metadata.resourceVersion = revision; no part is parsed for it. */
export function joinBody(row: BodyRow, revision: number): string {
  const metadata = `${open(row.metadata)}"resourceVersion":"${revision}"}`;
  const spec = row.spec === null ? '' : `,"spec":${row.spec}`;
  const status = row.status === null ? '' : `,"status":${row.status}`;
  return `${open(row.rest)}"metadata":${metadata}${spec}${status}}`;
}

/** A JSON object's text up to where another member can be added. */
const open = (json: string): string => (json === '{}' ? '{' : `${json.slice(0, -1)},`);

export const parseBody = (row: BodyRow, revision: number): KubeObject => JSON.parse(joinBody(row, revision)) as KubeObject;

/** The selectable fields as they are stored: without the name and namespace (they are the key) and without empty ones. */
export function storedFields(object: KubeObject): Record<string, string> {
  const { 'metadata.name': _name, 'metadata.namespace': _namespace, ...fields } = selectableFields(object);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}

/** The fields that a status write replaces; empty ones too, since they replace what was. */
export function statusFields(object: KubeObject): Record<string, string> {
  return Object.fromEntries(Object.entries(selectableFields(object)).filter(([name]) => name.startsWith('status.')));
}

/** The inverse of storedFields. */
export function readFields(kind: string, namespace: string, name: string, stored: Record<string, string>): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const field of selectableFieldNames(kind)) fields[field] = '';
  return { ...fields, ...stored, 'metadata.name': name, 'metadata.namespace': namespace };
}
