/** Source: validateTopologySpreadConstraints in pkg/apis/core/validation. */
import type { PodSpec } from '../types.js';
import { selectedKeys } from './affinity.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notSupported, required } from './causes.js';
import { labelNameCauses, labelSelectorCauses } from './label-selector.js';

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];
const POLICIES = ['Honor', 'Ignore'];
const NOT_POSITIVE = 'must be greater than zero';

export function topologySpreadCauses(constraints: PodSpec['topologySpreadConstraints'] = []): FieldCause[] {
  return constraints.flatMap((constraint, index) => {
    const at = `spec.topologySpreadConstraints[${index}]`;
    const { maxSkew = 0, topologyKey, whenUnsatisfiable, minDomains, matchLabelKeys = [], labelSelector } = constraint;
    const causes: FieldCause[] = [];
    if (maxSkew <= 0) causes.push(invalid(`${at}.maxSkew`, maxSkew, NOT_POSITIVE));
    if (!topologyKey) causes.push(required(`${at}.topologyKey`, 'can not be empty'));
    if (!ACTIONS.includes(whenUnsatisfiable)) causes.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable ?? '', ACTIONS));
    const repeated = constraints.slice(index + 1).some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (repeated) causes.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`));
    if (minDomains !== undefined) {
      if (minDomains <= 0) causes.push(invalid(`${at}.minDomains`, minDomains, NOT_POSITIVE));
      if (whenUnsatisfiable !== 'DoNotSchedule') {
        causes.push(invalid(`${at}.minDomains`, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`));
      }
    }
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[field];
      if (policy !== undefined && !POLICIES.includes(policy)) causes.push(notSupported(`${at}.${field}`, policy, POLICIES));
    }
    if (matchLabelKeys.length > 0 && !labelSelector) causes.push(forbidden(`${at}.matchLabelKeys`, 'must not be specified when labelSelector is not set'));
    const selected = selectedKeys(labelSelector);
    matchLabelKeys.forEach((key, place) => {
      causes.push(...labelNameCauses(key, `${at}.matchLabelKeys[${place}]`));
      if (selected.has(key)) causes.push(invalid(`${at}.matchLabelKeys[${place}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    });
    return [...causes, ...labelSelectorCauses(labelSelector, `${at}.labelSelector`)];
  });
}
