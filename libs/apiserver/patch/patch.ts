import jsonPatch from 'fast-json-patch';
import type { Operation } from 'fast-json-patch';
import type { KubeObject } from '#objects';
import { badRequest, patchFailed } from '../errors/status.js';
import type { KindRow } from '../kinds/row.js';
import { decodeObject, setNamespace } from '../resources/body.js';
import type { Context } from '../resources/context.js';
import { modify } from '../resources/modify.js';
import type { Target } from '../resources/modify.js';
import { nodeOf } from '../schema/nodes.js';
import type { PatchType, WriteOptions, Written } from '../types.js';
import { applyObject } from './apply.js';
import { isObject } from './fields.js';
import { mergePatch } from './merge.js';
import { PatchError, strategicMerge } from './strategic.js';

/** Source: maxJSONPatchOperations in apiserver's endpoints/handlers/patch.go. */
const MAX_OPERATIONS = 10_000;

/** Changes an object by a patch of any of the four types. @throws ApiError */
export function patch(
  context: Context,
  target: Target,
  type: PatchType,
  body: unknown,
  options: WriteOptions & { force?: boolean },
): Promise<Written> {
  if (type === 'apply') return applyObject(context, target, body, { verb: 'apply', ...options });
  return modify(
    context,
    target,
    (current) => {
      const patched = patchedObject(target.row, structuredClone(current), type, body);
      const decoded = decodeObject(target.row, patched, options);
      setNamespace(target.row, decoded.object, target.namespace);
      return decoded;
    },
    { verb: 'patch', ...options },
  );
}

function patchedObject(row: KindRow, current: KubeObject, type: PatchType, body: unknown): unknown {
  if (type === 'json') return jsonPatched(current, body);
  if (!isObject(body)) throw badRequest('the patch must be a JSON object');
  if (type === 'merge') return mergePatch(current, body);
  try {
    return strategicMerge(current, body, nodeOf(row.definition));
  } catch (error) {
    if (error instanceof PatchError) throw badRequest(error.message);
    throw error;
  }
}

function jsonPatched(current: KubeObject, body: unknown): unknown {
  if (!Array.isArray(body)) throw badRequest('a JSON patch must be a list of operations');
  if (body.length > MAX_OPERATIONS) throw badRequest(`the allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${body.length}`);
  try {
    return jsonPatch.applyPatch(current, body as Operation[], true, true).newDocument;
  } catch (error) {
    if (error instanceof jsonPatch.JsonPatchError || error instanceof TypeError) throw patchFailed(error.message.split('\n')[0] ?? '');
    throw error;
  }
}
