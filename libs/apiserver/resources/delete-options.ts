import { causes as faults } from '#objects';
import type { FieldCause } from '#objects';
import { badRequest, invalid } from '../errors/status.js';
import type { KindRow } from '../kinds/row.js';
import { decode, DecodeError } from '../schema/decode.js';
import { nodeOf } from '../schema/nodes.js';
import type { DeleteRequest } from '../types.js';
import { isObject } from './body.js';

/** What a DELETE is to heed, from metav1.DeleteOptions. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun: boolean;
}

interface Wire extends Omit<DeleteOptions, 'dryRun'> {
  propagationPolicy?: string;
  orphanDependents?: boolean;
  dryRun?: string[];
}

const POLICIES = ['Background', 'Foreground', 'Orphan'];

/** The body of a DELETE (none: undefined), or what its query says instead. @throws ApiError 400, 422 */
export function deleteOptions(row: KindRow, name: string, body: unknown, query: DeleteRequest): DeleteOptions {
  const { gracePeriodSeconds, propagationPolicy } = query;
  const options: Wire = { gracePeriodSeconds, propagationPolicy, ...(body !== undefined && decoded(body)) };
  const causes: FieldCause[] = [];
  if (options.propagationPolicy !== undefined && options.orphanDependents !== undefined) {
    causes.push(faults.forbidden('propagationPolicy', 'orphanDependents and deletionPropagation cannot be both set'));
  }
  if (options.propagationPolicy !== undefined && !POLICIES.includes(options.propagationPolicy)) {
    causes.push(faults.notSupported('propagationPolicy', options.propagationPolicy, POLICIES));
  }
  if (options.gracePeriodSeconds !== undefined && !Number.isInteger(options.gracePeriodSeconds)) {
    causes.push(faults.invalid('gracePeriodSeconds', options.gracePeriodSeconds, 'must be a whole number of seconds'));
  }
  for (const value of options.dryRun ?? []) if (value !== 'All') causes.push(faults.notSupported('dryRun', value, ['All']));
  if (causes.length > 0) throw invalid(row, name, causes);
  return {
    gracePeriodSeconds: options.gracePeriodSeconds,
    preconditions: options.preconditions,
    dryRun: query.dryRun === true || !!options.dryRun?.length,
  };
}

function decoded(body: unknown): Wire {
  if (!isObject(body)) throw badRequest('the body of a DELETE must be an object of kind DeleteOptions');
  if (body['kind'] !== undefined && body['kind'] !== 'DeleteOptions') {
    throw badRequest(`the body of a DELETE must be of kind DeleteOptions, not ${JSON.stringify(body['kind'])}`);
  }
  try {
    decode(body, nodeOf('io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'));
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(`DeleteOptions in version "v1" cannot be handled as a DeleteOptions: ${error.message}`);
    throw error;
  }
  return body as Wire;
}
