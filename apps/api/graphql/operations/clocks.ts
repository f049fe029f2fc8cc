import { ApiError, stepRequest } from '#apiserver';
import type { ClockStepper, Resources, Status } from '#apiserver';
import { CLOCK_NAME } from '#clock';
import type { KubeObject } from '#objects';
import type { ClockStep, MutationDeleteClockArgs, MutationSetClockArgs, MutationStepClockArgs, QueryClockArgs } from '../generated/types.js';
import type { ClockObject } from '../objects.js';
import type { GraphqlContext } from '../server/context.js';
import { CLOCKS } from './kinds.js';
import { as, DEFAULT_NAMESPACE } from './queries.js';
import { write } from './write.js';

export const clock = (resources: Resources, { namespace }: QueryClockArgs): Promise<ClockObject | null> => orNull(resources.get(CLOCKS, namespace ?? DEFAULT_NAMESPACE, CLOCK_NAME));

export async function setClock(context: GraphqlContext, { namespace, rate, paused }: MutationSetClockArgs): Promise<ClockObject> {
  const { resources } = context;
  const place = namespace ?? DEFAULT_NAMESPACE;
  const spec = { ...(typeof rate === 'number' && { rate }), ...(typeof paused === 'boolean' && { paused }) };
  const patched = await orNull(resources.patch(CLOCKS, place, CLOCK_NAME, 'merge', { spec }, write(context, 'setClock')).then(({ object }) => object));
  return patched ?? as<ClockObject>((await resources.create(CLOCKS, place, { metadata: { name: CLOCK_NAME }, spec }, write(context, 'setClock'))).object);
}

export async function deleteClock(context: GraphqlContext, { namespace }: MutationDeleteClockArgs): Promise<ClockObject> {
  const answer: KubeObject | Status = await context.resources.delete(CLOCKS, namespace ?? DEFAULT_NAMESPACE, CLOCK_NAME, undefined, write(context, 'deleteClock'));
  // The kind table says that deleting a Clock answers with it.
  return as<ClockObject>(answer as KubeObject);
}

export async function stepClock(stepper: ClockStepper, { namespace, seconds, untilPod }: MutationStepClockArgs): Promise<ClockStep> {
  const request = stepRequest({ ...(typeof seconds === 'number' && { seconds }), ...(untilPod && { untilPod }) });
  const { status } = await stepper.step(namespace ?? DEFAULT_NAMESPACE, request, 'mutation stepClock');
  const { busy = [], more = 0, outcome } = status;
  // A step that timed out was an error.
  return { ...status, outcome: outcome as ClockStep['outcome'], busy, more };
}

/** null where there is no Clock. */
async function orNull(found: Promise<KubeObject>): Promise<ClockObject | null> {
  try {
    return as<ClockObject>(await found);
  } catch (error) {
    if (error instanceof ApiError && error.status.reason === 'NotFound') return null;
    throw error;
  }
}
