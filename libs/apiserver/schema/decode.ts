/**
 * The strict structural check, done as Go's decoder does it: a null is as good as absent, a value of the wrong type ends the request,
 * unknown fields are dropped and reported. Works in place on freshly parsed data, in one pass, a few microseconds a pod.
 */
import { goType } from './nodes.js';
import type { ListNode, MapNode, SchemaNode, StructNode } from './nodes.js';
import { causes } from '#objects';
import type { FieldCause } from '#objects';

/** A value that does not fit its field's type. The caller turns it into a 400. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

export interface Findings {
  /** Paths of fields that the schema does not know; they have been removed. */
  unknown: string[];
  /** Strings that cannot be stored. */
  causes: FieldCause[];
}

type Fields = Record<string, unknown>;

/** NUL cannot be part of any argument, file name or environment variable; a lone surrogate is not text. */
const UNSTORABLE = /[\u0000\ud800-\udfff]/u;
const QUANTITY = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Checks and cleans `value` (an object) against `schema`. @throws DecodeError */
export function decode(value: Fields, schema: SchemaNode): Findings {
  const findings: Findings = { unknown: [], causes: [] };
  if (schema.type === 'struct') struct(value, schema, '', findings);
  return findings;
}

function struct(value: Fields, node: StructNode, path: string, findings: Findings): void {
  for (const key of Object.keys(value)) {
    const field = node.fields.get(key);
    const at = path === '' ? key : `${path}.${key}`;
    if (!field) {
      findings.unknown.push(at);
      delete value[key];
    } else if (value[key] === null) {
      delete value[key];
    } else {
      value[key] = check(value[key], field, at, node, findings);
    }
  }
}

function check(value: unknown, node: SchemaNode, path: string, owner: StructNode, findings: Findings): unknown {
  switch (node.type) {
    case 'struct':
      if (!isObject(value)) throw mismatch(value, node, path, owner);
      struct(value, node, path, findings);
      return value;
    case 'list':
      return list(value, node, path, owner, findings);
    case 'map':
      return map(value, node, path, owner, findings);
    case 'any':
      return value;
    case 'boolean':
      if (typeof value !== 'boolean') throw mismatch(value, node, path, owner);
      return value;
    case 'int32':
    case 'int64':
      return integer(value, node.type, path, owner);
    case 'number':
      if (typeof value !== 'number') throw mismatch(value, node, path, owner);
      return value;
    case 'intOrString':
      if (typeof value === 'number') return integer(value, 'int32', path, owner);
      break;
    case 'quantity':
      if (typeof value === 'number') return String(value);
      break;
  }
  if (typeof value !== 'string') throw mismatch(value, node, path, owner);
  text(value, node, path, findings);
  return value;
}

function text(value: string, node: SchemaNode, path: string, findings: Findings): void {
  if (node.type === 'quantity' && !QUANTITY.test(value)) {
    throw new DecodeError(`${path}: quantities must match the regular expression '${QUANTITY.source}'`);
  }
  if (node.type === 'time' && !TIME.test(value)) {
    throw new DecodeError(`${path}: parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse it`);
  }
  if (node.type === 'bytes' && !BASE64.test(value.includes('\n') ? value.replaceAll(/[\r\n]/g, '') : value)) {
    throw new DecodeError(`${path}: illegal base64 data`);
  }
  if (UNSTORABLE.test(value)) findings.causes.push(unstorable(value, path));
}

function unstorable(value: string, field: string): FieldCause {
  const what = value.includes('\u0000') ? 'must not contain the character U+0000' : 'must be valid Unicode (it contains half of a surrogate pair)';
  return causes.invalid(field, value, what);
}

function integer(value: unknown, type: 'int32' | 'int64', path: string, owner: StructNode): number {
  if (typeof value !== 'number') throw mismatch(value, { type }, path, owner);
  const fits = Number.isInteger(value) && (type === 'int32' ? (value | 0) === value : Number.isSafeInteger(value));
  if (!fits) throw mismatch(value, { type }, path, owner, `number ${value}`);
  return value;
}

function list(value: unknown, node: ListNode, path: string, owner: StructNode, findings: Findings): unknown[] {
  if (!Array.isArray(value)) throw mismatch(value, node, path, owner);
  const items = value as unknown[];
  for (let index = 0; index < items.length; index++) {
    items[index] = check(items[index] ?? zero(node.of), node.of, `${path}[${index}]`, owner, findings);
  }
  return items;
}

function map(value: unknown, node: MapNode, path: string, owner: StructNode, findings: Findings): Fields {
  if (!isObject(value)) throw mismatch(value, node, path, owner);
  for (const key of Object.keys(value)) {
    if (UNSTORABLE.test(key)) findings.causes.push(unstorable(key, path));
    const checked = check(value[key] ?? zero(node.of), node.of, `${path}.${key}`, owner, findings);
    // Only a number that became a quantity is another value; `__proto__` is a legal key and must not be assigned.
    if (checked !== value[key]) Object.defineProperty(value, key, { value: checked, enumerable: true, writable: true, configurable: true });
  }
  return value;
}

/** What Go makes of a null inside a list or a map. */
function zero(node: SchemaNode): unknown {
  switch (node.type) {
    case 'struct':
    case 'map':
      return {};
    case 'list':
      return [];
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'number':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    default:
      return '';
  }
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function mismatch(value: unknown, node: SchemaNode, path: string, owner: StructNode, described = describe(value)): DecodeError {
  const field = path.replaceAll(/\[\d+\]/g, '');
  return new DecodeError(`json: cannot unmarshal ${described} into Go struct field ${owner.name}.${field} of type ${goType(node)}`);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
