/**
 * Which fields a manager of server-side apply owns, in the form that stands in managedFields (fieldsV1): `f:<field>`, `k:{<keys of a list
 * item>}`, `v:<plain value of a set>`, '.' for the list item itself. Source: sigs.k8s.io/structured-merge-diff/fieldpath.
 */
import { isDeepStrictEqual } from 'node:util';
import type { SchemaNode } from '../schema/nodes.js';
import { isObject, own, put } from './fields.js';
import type { Fields } from './fields.js';

export interface FieldSet {
  [element: string]: FieldSet;
}

const ANY: SchemaNode = { type: 'any' };
const isLeaf = (set: FieldSet): boolean => Object.keys(set).every((key) => key === '.');
const childOf = (node: SchemaNode, key: string): SchemaNode =>
  node.type === 'struct' ? (node.fields.get(key) ?? ANY) : node.type === 'map' ? node.of : ANY;

/** `k:{"containerPort":80,"protocol":"TCP"}`. Key fields may be left out where the API has a default. */
function itemElement(item: Fields, keys: string[]): string {
  const entries = [...keys].sort().map((key) => [key, item[key] ?? (key === 'protocol' ? 'TCP' : '')]);
  return `k:${JSON.stringify(Object.fromEntries(entries))}`;
}

/** The fields that `value` sets. */
export function fieldsOf(value: unknown, node: SchemaNode): FieldSet {
  const set: FieldSet = {};
  if (isObject(value)) for (const [key, child] of Object.entries(value)) set[`f:${key}`] = fieldsOf(child, childOf(node, key));
  if (Array.isArray(value) && node.type === 'list' && node.mapKeys) {
    for (const item of value) {
      if (isObject(item)) set[itemElement(item, node.mapKeys)] = { '.': {}, ...fieldsOf(item, node.of) };
      else set[`v:${JSON.stringify(item)}`] = {};
    }
  }
  return set;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const result = { ...a };
  for (const [key, child] of Object.entries(b)) result[key] = result[key] ? union(result[key], child) : child;
  return result;
}

/** What is in `a` and not in `b`; an inner element goes once nothing below it is left. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const result: FieldSet = {};
  for (const [key, child] of Object.entries(a)) {
    const other = b[key];
    if (!other) result[key] = child;
    else if (!isLeaf(child)) {
      const left = difference(child, other);
      if (Object.keys(left).length > 0) result[key] = left;
    }
  }
  return result;
}

/** `live` with `applied` laid over it; lists by their keys. Changes neither. */
export function overlay(live: unknown, applied: unknown, node: SchemaNode): unknown {
  if (isObject(applied)) {
    const result: Fields = isObject(live) ? { ...live } : {};
    for (const [key, value] of Object.entries(applied)) put(result, key, overlay(own(result, key), value, childOf(node, key)));
    return result;
  }
  if (!Array.isArray(applied) || !Array.isArray(live) || node.type !== 'list' || !node.mapKeys) return applied;
  const result = [...(live as unknown[])];
  for (const item of applied as unknown[]) {
    const place = result.findIndex((other) => sameItem(other, item, node.mapKeys ?? []));
    if (place < 0) result.push(item);
    else result[place] = overlay(result[place], item, node.of);
  }
  return result;
}

function sameItem(a: unknown, b: unknown, keys: string[]): boolean {
  return isObject(a) && isObject(b) ? itemElement(a, keys) === itemElement(b, keys) : a === b;
}

/** `live` without the fields in `set`. Changes neither. */
export function without(live: unknown, set: FieldSet, node: SchemaNode): unknown {
  if (Array.isArray(live) && node.type === 'list' && node.mapKeys) {
    const keys = node.mapKeys;
    return (live as unknown[]).flatMap((item) => {
      const element = set[isObject(item) ? itemElement(item, keys) : `v:${JSON.stringify(item)}`];
      if (!element) return [item];
      return isLeaf(element) || '.' in element ? [] : [without(item, element, node.of)];
    });
  }
  if (!isObject(live)) return live;
  const result = { ...live };
  for (const [element, child] of Object.entries(set)) {
    const key = element.slice(2);
    if (!element.startsWith('f:') || !Object.hasOwn(result, key)) continue;
    if (isLeaf(child)) delete result[key];
    else put(result, key, without(result[key], child, childOf(node, key)));
  }
  return result;
}

/** Fields in both `mine` and `theirs` that `applied` would change. Keys of the result are paths as they stand in conflicts (".spec.type"). */
export function contested(mine: FieldSet, theirs: FieldSet, applied: unknown, live: unknown, node: SchemaNode, path = ''): Map<string, FieldSet> {
  const found = new Map<string, FieldSet>();
  for (const [element, child] of Object.entries(mine)) {
    const other = theirs[element];
    if (!other || element === '.' || element.startsWith('v:')) continue;
    const key = element.slice(2);
    const keys = node.type === 'list' ? (node.mapKeys ?? []) : [];
    const inList = element.startsWith('k:');
    const pick = (value: unknown) =>
      inList
        ? (value as unknown[] | undefined)?.find((item) => isObject(item) && itemElement(item, keys) === element)
        : isObject(value)
          ? own(value, key)
          : undefined;
    const at = inList ? `${path}[${keys.map((name) => `${name}=${JSON.stringify((JSON.parse(key) as Fields)[name])}`).join(',')}]` : `${path}.${key}`;
    if (isLeaf(child)) {
      if (!inList && !isDeepStrictEqual(pick(applied), pick(live))) found.set(at, { [element]: {} });
      continue;
    }
    const below = contested(child, other, pick(applied), pick(live), inList && node.type === 'list' ? node.of : childOf(node, key), at);
    for (const [where, set] of below) found.set(where, { [element]: set });
  }
  return found;
}
