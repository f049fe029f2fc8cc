import { causes as faults } from '#objects';
import type { FieldCause } from '#objects';
import { badRequest, invalid } from '../errors/status.js';
import { KINDS } from '../kinds/table.js';
import { isObject } from '../resources/body.js';
import { decode, DecodeError } from '../schema/decode.js';
import { nodeOf } from '../schema/nodes.js';
import type { StepRequest } from './types.js';

/** A year. */
const MOST_SECONDS = 366 * 86_400;
/** A pod that is waited for for so long is not going to change. */
const WAIT_SECONDS = 86_400;

/** What the body of POST .../clocks/clock/step asks for. @throws ApiError 400, 422 */
export function stepRequest(body: unknown): Required<Pick<StepRequest, 'seconds'>> & StepRequest {
  if (!isObject(body)) throw badRequest('the body must be an object with seconds, or with untilPod: {"seconds":600}');
  const { kind } = body;
  if (kind !== undefined && kind !== 'ClockStep') throw badRequest(`the body must be an object of kind ClockStep, not ${JSON.stringify(kind)}`);
  let unknown: string[];
  try {
    ({ unknown } = decode(body, nodeOf('dev.podbox.v1.ClockStepRequest')));
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(`ClockStep in version "podbox.dev/v1" cannot be handled as a ClockStep: ${error.message}`);
    throw error;
  }
  const { seconds, untilPod } = body as StepRequest;
  const causes: FieldCause[] = unknown.map((field) => faults.invalid(field, body[field], 'unknown field: a step has seconds and untilPod'));
  if (seconds === undefined && !untilPod) causes.push(faults.required('seconds', 'by how much the clock is to go on; or untilPod: until which pod changes'));
  if (seconds !== undefined && !(seconds >= 0.001 && seconds <= MOST_SECONDS))
    causes.push(faults.invalid('seconds', seconds, `must be between 0.001 and ${MOST_SECONDS}`));
  if (causes.length > 0) throw invalid({ ...KINDS.Clock, kind: 'ClockStep' }, 'clock', causes);
  return { seconds: seconds ?? WAIT_SECONDS, ...(untilPod && { untilPod }) };
}
