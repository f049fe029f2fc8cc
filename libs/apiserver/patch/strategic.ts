/**
 * Strategic merge patch: a merge patch that knows which lists are to be merged by which key, with the directives $patch, $retainKeys,
 * $setElementOrder/<list> and $deleteFromPrimitiveList/<list>. Source: apimachinery's pkg/util/strategicpatch/patch.go.
 */
import type { ListNode, SchemaNode } from '../schema/nodes.js';
import { isObject, own, put } from './fields.js';
import type { Fields } from './fields.js';
import { inOrder } from './order.js';

/** The patch itself is malformed. The caller turns it into a 400. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
}

const SET_ORDER = '$setElementOrder/';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const ANY: SchemaNode = { type: 'any' };

/** Gives a new value; neither argument is changed. @throws PatchError */
export function strategicMerge(original: Fields, patch: Fields, node: SchemaNode, path = ''): Fields {
  const directive = patch['$patch'];
  if (directive === 'replace') return withoutDirectives(patch) as Fields;
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw new PatchError(`${path || 'the patch'}: unknown patch type ${JSON.stringify(directive)} in $patch`);
  const result = retained(original, patch, path);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const at = path === '' ? key : `${path}.${key}`;
    if (value === null) delete result[key];
    else put(result, key, mergeValue(own(result, key), value, childOf(node, key), at, patch[SET_ORDER + key]));
  }
  for (const key of Object.keys(patch)) listDirective(result, patch, key, node);
  return result;
}

function childOf(node: SchemaNode, key: string): SchemaNode {
  if (node.type === 'struct') return node.fields.get(key) ?? ANY;
  return node.type === 'map' ? node.of : ANY;
}

function retained(original: Fields, patch: Fields, path: string): Fields {
  const keys = patch['$retainKeys'];
  if (keys === undefined) return { ...original };
  if (!Array.isArray(keys)) throw new PatchError(`${path || 'the patch'}: $retainKeys must be a list of field names`);
  for (const key of Object.keys(patch)) {
    if (!key.startsWith('$') && patch[key] !== null && !keys.includes(key))
      throw new PatchError(`${path}.${key}: is not among the $retainKeys beside it`);
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

function mergeValue(original: unknown, patch: unknown, node: SchemaNode, path: string, order: unknown): unknown {
  if (isObject(patch)) return strategicMerge(isObject(original) ? original : {}, patch, node, path);
  if (!Array.isArray(patch)) return patch;
  if (node.type !== 'list' || node.mergeKey === undefined) return withoutDirectives(patch);
  return mergeList(Array.isArray(original) ? (original as unknown[]) : [], patch, node, path, order);
}

function mergeList(original: unknown[], patch: unknown[], node: ListNode, path: string, order: unknown): unknown[] {
  const key = node.mergeKey ?? '';
  const merged = key === '' ? [...original, ...patch.filter((value) => !original.includes(value))] : mergeItems(original, patch, node, key, path);
  return Array.isArray(order) ? inOrder(merged, original, order, key) : merged;
}

function mergeItems(original: unknown[], patch: unknown[], node: ListNode, key: string, path: string): unknown[] {
  const items = patch.map((item, index) => {
    if (!isObject(item)) throw new PatchError(`${path}[${index}]: must be an object, because the list is merged by "${key}"`);
    return item;
  });
  if (items.some((item) => item['$patch'] === 'replace')) return withoutDirectives(items.filter((item) => item['$patch'] !== 'replace')) as unknown[];
  let result = [...original];
  items.forEach((item, index) => {
    const id = item[key];
    if (id === undefined) throw new PatchError(`${path}[${index}]: does not contain the declared merge key: ${key}`);
    const same = (other: unknown) => isObject(other) && other[key] === id;
    if (item['$patch'] === 'delete') {
      result = result.filter((other) => !same(other));
      return;
    }
    const place = result.findIndex(same);
    const merged = strategicMerge(place < 0 ? {} : (result[place] as Fields), item, node.of, `${path}[${index}]`);
    if (place < 0) result.push(merged);
    else result[place] = merged;
  });
  return result;
}

/** Directives about a list that stand beside it: reordering without a change, and removal of plain values. */
function listDirective(result: Fields, patch: Fields, key: string, node: SchemaNode): void {
  const values = patch[key];
  if (!Array.isArray(values)) return;
  if (key.startsWith(DELETE_FROM)) {
    const field = key.slice(DELETE_FROM.length);
    const list = own(result, field);
    if (Array.isArray(list))
      put(
        result,
        field,
        list.filter((value) => !values.includes(value)),
      );
  }
  if (key.startsWith(SET_ORDER)) {
    const field = key.slice(SET_ORDER.length);
    const list = own(result, field);
    const child = childOf(node, field);
    if (patch[field] === undefined && Array.isArray(list) && child.type === 'list')
      put(result, field, inOrder(list, list, values, child.mergeKey ?? ''));
  }
}

/** What is new has nothing to be merged with: directives and nulls go. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !(isObject(item) && item['$patch'] === 'delete')).map(withoutDirectives);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([key, child]) => !key.startsWith('$') && child !== null);
  return Object.fromEntries(entries.map(([key, child]) => [key, withoutDirectives(child)]));
}
