/** Source: ValidateTolerations in pkg/apis/core/validation. */
import type { PodSpec } from '../types.js';
import type { FieldCause } from './causes.js';
import { invalid, notSupported } from './causes.js';
import { labelValueFaults, qualifiedNameFaults } from './names.js';

export const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const OPERATORS = ['Equal', 'Exists'];

export function tolerationCauses(tolerations: PodSpec['tolerations'] = [], path = 'spec.tolerations'): FieldCause[] {
  const causes: FieldCause[] = [];
  for (const [index, { key, operator, value, effect, tolerationSeconds }] of tolerations.entries()) {
    const at = `${path}[${index}]`;
    if (key) causes.push(...qualifiedNameFaults(key).map((why) => invalid(`${at}.key`, key, why)));
    if (!key && operator !== 'Exists') {
      causes.push(invalid(`${at}.operator`, operator ?? '', "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      causes.push(invalid(`${at}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    if (operator === 'Exists' && value) causes.push(invalid(`${at}.operator`, value, 'value must be empty when `operator` is \'Exists\''));
    else if ((operator || 'Equal') === 'Equal') {
      const faults = labelValueFaults(value ?? '');
      if (faults.length > 0) causes.push(invalid(`${at}.operator`, value, faults.join(';')));
    } else if (operator && !OPERATORS.includes(operator)) causes.push(notSupported(`${at}.operator`, operator, OPERATORS));
    if (effect && !EFFECTS.includes(effect)) causes.push(notSupported(`${at}.effect`, effect, EFFECTS));
  }
  return causes;
}
