/** Server-side apply. Only appliers are recorded as managers: a conflict is always one between two of them (docs/differences.md). */
import { toTime } from '#objects';
import type { KubeObject } from '#objects';
import { applyConflict, badRequest } from '../errors/status.js';
import { apiVersionOf } from '../kinds/row.js';
import { decodeObject, setNamespace } from '../resources/body.js';
import type { Context } from '../resources/context.js';
import { create } from '../resources/create.js';
import { modify } from '../resources/modify.js';
import type { Target } from '../resources/modify.js';
import { nodeOf } from '../schema/nodes.js';
import type { SchemaNode } from '../schema/nodes.js';
import { ApiError } from '../types.js';
import type { WriteOptions, Written } from '../types.js';
import { contested, difference, fieldsOf, overlay, union, without } from './field-set.js';
import type { FieldSet } from './field-set.js';

type ManagedFields = NonNullable<KubeObject['metadata']['managedFields']>;
type Entry = ManagedFields[number];
type ApplyOptions = WriteOptions & { force?: boolean };

export async function applyObject(context: Context, target: Target, body: unknown, options: ApplyOptions): Promise<Written> {
  const { row, name, namespace } = target;
  const manager = options.fieldManager;
  if (!manager) throw badRequest('PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch');
  const { object: applied, warnings } = decodeObject(row, body, { fieldValidation: 'Strict', ...options });
  setNamespace(row, applied, namespace);
  if (applied.metadata.managedFields?.length) throw badRequest('metadata.managedFields must be nil');
  if (applied.metadata.name !== undefined && applied.metadata.name !== name) {
    throw badRequest(`the name of the object (${applied.metadata.name}) does not match the name on the URL (${name})`);
  }
  applied.metadata.name = name;
  const node = nodeOf(row.definition);
  const fields = owned(applied, node);
  const entry: Entry = {
    manager,
    operation: 'Apply',
    apiVersion: apiVersionOf(row),
    time: toTime(context.clock.now()),
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    ...(target.subresource !== undefined && { subresource: target.subresource }),
  };
  const change = (current: KubeObject) => ({ object: applyTo(current, applied, fields, entry, node, options.force === true), warnings });
  try {
    return await modify(context, target, change, options);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status.reason !== 'NotFound' || target.subresource !== undefined) throw error;
  }
  const first = structuredClone(applied);
  first.metadata.managedFields = [entry];
  const written = await create(context, row, namespace, first, options);
  return { ...written, warnings: [...warnings, ...written.warnings], created: true };
}

/** What an applied configuration owns: everything it says but for what identifies the object. */
function owned(applied: KubeObject, node: SchemaNode): FieldSet {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = applied;
  const { labels, annotations, finalizers, ownerReferences } = metadata;
  const kept = Object.fromEntries(Object.entries({ labels, annotations, finalizers, ownerReferences }).filter(([, value]) => value !== undefined));
  return fieldsOf({ ...(Object.keys(kept).length > 0 && { metadata: kept }), ...rest }, node);
}

function applyTo(current: KubeObject, applied: KubeObject, fields: FieldSet, entry: Entry, node: SchemaNode, force: boolean): KubeObject {
  const entries = current.metadata.managedFields ?? [];
  const isMine = (other: Entry) => other.manager === entry.manager && other.operation === 'Apply' && other.subresource === entry.subresource;
  const before = (entries.find(isMine)?.fieldsV1 ?? appliedByClient(current, entry, node)) as FieldSet;
  const others = settled(
    entries.filter((other) => !isMine(other)),
    fields,
    applied,
    current,
    node,
    force,
  );
  const kept = others.reduce((set, other) => union(set, other.fieldsV1 as FieldSet), fields);
  const live = without(copy(current), difference(before, kept), node);
  const result = overlay(live, copy(applied), node) as KubeObject;
  // The same configuration again is no change: its time stays.
  const unchanged = entries.find((other) => isMine(other) && JSON.stringify(other.fieldsV1) === JSON.stringify(fields));
  result.metadata.managedFields = [...others, unchanged ?? entry];
  return result;
}

/** Objects that have been decoded are JSON. */
const copy = <T>(object: T): T => JSON.parse(JSON.stringify(object)) as T;

/**
 * What `kubectl apply` without --server-side had set: it left its configuration in an annotation, and takes over from there. Source: the
 * migration of managed fields in client-go's util/csaupgrade.
 */
function appliedByClient(current: KubeObject, { manager }: Entry, node: SchemaNode): FieldSet {
  const text = current.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  if (text === undefined || manager !== 'kubectl') return {};
  try {
    return owned(JSON.parse(text) as KubeObject, node);
  } catch (error) {
    // Anybody may have written the annotation.
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError) return {};
    throw error;
  }
}

/** The other managers' entries, with what is taken from them by force taken out. @throws ApiError 409 without force */
function settled(others: Entry[], fields: FieldSet, applied: KubeObject, current: KubeObject, node: SchemaNode, force: boolean): Entry[] {
  const conflicts: { entry: Entry; path: string }[] = [];
  const result = others.map((entry) => {
    const paths = contested(fields, entry.fieldsV1 as FieldSet, applied, current, node);
    for (const path of paths.keys()) conflicts.push({ entry, path });
    const taken = [...paths.values()].reduce(union, {});
    return { ...entry, fieldsV1: difference(entry.fieldsV1 as FieldSet, taken) };
  });
  if (force || conflicts.length === 0) return result.filter((entry) => Object.keys(entry.fieldsV1).length > 0);
  const causes = conflicts.map(({ entry, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${entry.manager}" using ${entry.apiVersion}`,
    field: path,
  }));
  const count = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  const list = conflicts.map(({ entry, path }) => `conflict with "${entry.manager}" using ${entry.apiVersion}: ${path}`);
  throw applyConflict(`Apply failed with ${count}: ${list.join('; ')}`, causes);
}
