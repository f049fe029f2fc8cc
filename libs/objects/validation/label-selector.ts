/** Source: ValidateLabelSelector in k8s.io/apimachinery/pkg/apis/meta/v1/validation. */
import type { LabelSelector } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid, required } from './causes.js';
import { labelValueFaults, qualifiedNameFaults } from './names.js';

/** Of a map of labels: keys and values. */
export function labelCauses(labels: Record<string, string> | undefined, at: string): FieldCause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...labelNameCauses(key, at),
    ...labelValueFaults(value).map((why) => invalid(at, value, why)),
  ]);
}

export const labelNameCauses = (name: string, at: string): FieldCause[] => qualifiedNameFaults(name).map((why) => invalid(at, name, why));

export function labelSelectorCauses(selector: LabelSelector | undefined, at: string): FieldCause[] {
  const causes = labelCauses(selector?.matchLabels, `${at}.matchLabels`);
  for (const [index, { key, operator, values = [] }] of (selector?.matchExpressions ?? []).entries()) {
    const here = `${at}.matchExpressions[${index}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) causes.push(required(`${here}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) causes.push(forbidden(`${here}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else {
      causes.push(invalid(`${here}.operator`, operator, 'not a valid selector operator'));
    }
    causes.push(...labelNameCauses(key, `${here}.key`));
    for (const [place, value] of values.entries()) causes.push(...labelValueFaults(value).map((why) => invalid(`${here}.values[${place}]`, value, why)));
  }
  return causes;
}
