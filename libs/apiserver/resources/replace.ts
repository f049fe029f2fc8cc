import { badRequest } from '../errors/status.js';
import type { WriteOptions } from '../types.js';
import { decodeObject, setNamespace } from './body.js';
import type { Change, Target } from './modify.js';

/** The change that a PUT stands for. @throws ApiError 400 */
export function replacement({ row, namespace, name }: Target, body: unknown, options: WriteOptions): Change {
  const { object, warnings } = decodeObject(row, body, options);
  setNamespace(row, object, namespace);
  if (!object.metadata.name) throw badRequest('name must be provided');
  if (object.metadata.name !== name)
    throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
  return () => ({ object: structuredClone(object), warnings });
}
