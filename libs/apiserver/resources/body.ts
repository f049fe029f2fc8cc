/** From what a client sent to an object of the right kind. */
import type { KubeObject } from '#objects';
import { badRequest, invalid } from '../errors/status.js';
import { apiVersionOf } from '../kinds/row.js';
import type { KindRow } from '../kinds/row.js';
import { decode, DecodeError } from '../schema/decode.js';
import { nodeOf } from '../schema/nodes.js';
import type { WriteOptions } from '../types.js';

export interface DecodedObject {
  object: KubeObject;
  warnings: string[];
}

type Fields = Record<string, unknown>;
export const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks the body's kind and structure. The object is the body itself, cleaned in place. Unknown and duplicate fields are an error, a
 * warning or nothing, as options.fieldValidation says (Warn when it does not). @throws ApiError 400, 422
 */
export function decodeObject(row: KindRow, body: unknown, options: Pick<WriteOptions, 'fieldValidation' | 'duplicateFields'>): DecodedObject {
  if (!isObject(body)) throw badRequest(`the body of the request must be an object of kind ${row.kind}`);
  const apiVersion = apiVersionOf(row);
  const cannot = (why: string) =>
    badRequest(`${typeof body['kind'] === 'string' ? body['kind'] : row.kind} in version "${apiVersion}" cannot be handled as a ${row.kind}: ${why}`);
  if (body['kind'] !== undefined && body['kind'] !== row.kind) {
    throw cannot(`the kind in the data (${JSON.stringify(body['kind'])}) does not match the expected kind (${row.kind})`);
  }
  if (body['apiVersion'] !== undefined && body['apiVersion'] !== apiVersion) {
    throw badRequest(`the API version in the data (${String(body['apiVersion'])}) does not match the expected API version (${apiVersion})`);
  }
  const findings = attempt(() => decode(body, nodeOf(row.definition)), cannot);
  const strict = [
    ...(options.duplicateFields ?? []).map((path) => `duplicate field "${path}"`),
    ...findings.unknown.map((path) => `unknown field "${path}"`),
  ];
  if (strict.length > 0 && options.fieldValidation === 'Strict') throw cannot(`strict decoding error: ${strict.join(', ')}`);
  const object = { ...body, apiVersion, kind: row.kind, metadata: body['metadata'] ?? {} } as KubeObject;
  if (findings.causes.length > 0) throw invalid(row, object.metadata.name ?? '', findings.causes);
  return { object, warnings: options.fieldValidation === 'Ignore' ? [] : strict };
}

function attempt<T>(decodeIt: () => T, cannot: (why: string) => Error): T {
  try {
    return decodeIt();
  } catch (error) {
    if (error instanceof DecodeError) throw cannot(error.message);
    throw error;
  }
}

/** The namespace of the URL goes into the object. @throws ApiError 400 if the object names another. */
export function setNamespace(row: KindRow, object: KubeObject, namespace: string): void {
  const own = object.metadata.namespace;
  if (!row.namespaced) {
    if (own) throw badRequest(`namespace is not allowed on ${row.kind}, which is not namespaced: metadata.namespace is "${own}"`);
    delete object.metadata.namespace;
    return;
  }
  if (own && own !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  object.metadata.namespace = namespace;
}
