/** Source: pkg/apis/scheduling/validation/validation.go, pkg/apis/scheduling/v1/{defaults,helpers}.go. */
import { PREEMPT_LOWER, SYSTEM_PRIORITY_CLASSES } from '../admission/priority.js';
import type { PriorityClass } from '../types.js';
import { forbidden, invalid, oneOf } from './causes.js';
import type { FieldCause } from './causes.js';

export const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
const RESERVED = 'system-';
const HIGHEST = 1_000_000_000;

/** In place. Protobuf writes what is false, JSON does not. */
export function completePriorityClass(one: PriorityClass): void {
  one.preemptionPolicy ??= PREEMPT_LOWER;
  one.value ??= 0;
  if (!one.globalDefault) delete one.globalDefault;
}

export function validatePriorityClass({ metadata: { name = '' }, value, globalDefault, preemptionPolicy }: PriorityClass): FieldCause[] {
  const causes: FieldCause[] = [];
  const wrong = name.startsWith(RESERVED) ? systemFault(name, value, globalDefault) : undefined;
  if (wrong) causes.push(forbidden('metadata.name', `priority class names with '${RESERVED}' prefix are reserved for system use only. error: ${wrong}`));
  else if (!name.startsWith(RESERVED) && value > HIGHEST) causes.push(forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST}`));
  if (preemptionPolicy !== undefined) causes.push(...oneOf('preemptionPolicy', preemptionPolicy, PREEMPTION_POLICIES));
  return causes;
}

function systemFault(name: string, value: number, globalDefault = false): string | undefined {
  const known = SYSTEM_PRIORITY_CLASSES.find(({ metadata }) => metadata.name === name);
  if (!known) return `${name} is not a known system priority class`;
  if (known.value !== value) return `value of ${name} PriorityClass must be ${known.value}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export function validatePriorityClassUpdate(next: PriorityClass, current: PriorityClass): FieldCause[] {
  return [
    ...(next.value === current.value ? [] : [forbidden('value', 'may not be changed in an update.')]),
    ...(next.preemptionPolicy === current.preemptionPolicy ? [] : [invalid('preemptionPolicy', next.preemptionPolicy, 'field is immutable')]),
  ];
}
