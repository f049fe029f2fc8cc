/** Source: validateAffinity, ValidateNodeSelector, validatePodAffinityTerm in pkg/apis/core/validation. */
import type * as core from 'kubernetes-types/core/v1.js';
import type { LabelSelector, PodSpec } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid, required } from './causes.js';
import { labelNameCauses, labelSelectorCauses } from './label-selector.js';
import { dnsLabelFaults, dnsSubdomainFaults, labelValueFaults } from './names.js';

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

export function affinityCauses(affinity: PodSpec['affinity']): FieldCause[] {
  const at = 'spec.affinity';
  const causes = nodeAffinityCauses(affinity?.nodeAffinity, `${at}.nodeAffinity`);
  for (const side of ['podAffinity', 'podAntiAffinity'] as const) {
    const terms = affinity?.[side];
    for (const [index, term] of (terms?.[REQUIRED] ?? []).entries()) causes.push(...podTermCauses(term, `${at}.${side}.${REQUIRED}[${index}]`));
    for (const [index, { weight, podAffinityTerm }] of (terms?.[PREFERRED] ?? []).entries()) {
      const here = `${at}.${side}.${PREFERRED}[${index}]`;
      causes.push(...weightCauses(weight, here), ...podTermCauses(podAffinityTerm, `${here}.podAffinityTerm`));
    }
  }
  return causes;
}

export function nodeAffinityCauses(affinity: core.NodeAffinity | undefined, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const needed = affinity?.[REQUIRED];
  if (needed) {
    const here = `${at}.${REQUIRED}.nodeSelectorTerms`;
    if (!needed.nodeSelectorTerms?.length) causes.push(required(here, 'must have at least one node selector term'));
    for (const [index, term] of (needed.nodeSelectorTerms ?? []).entries()) causes.push(...nodeTermCauses(term, `${here}[${index}]`, true));
  }
  for (const [index, { weight, preference }] of (affinity?.[PREFERRED] ?? []).entries()) {
    const here = `${at}.${PREFERRED}[${index}]`;
    causes.push(...weightCauses(weight, here), ...nodeTermCauses(preference ?? {}, `${here}.preference`, false));
  }
  return causes;
}

const weightCauses = (weight: number, at: string): FieldCause[] => (weight > 0 && weight <= 100 ? [] : [invalid(`${at}.weight`, weight ?? 0, 'must be in the range 1-100')]);

/** `strict`: label values must have the form of label values; in preferences anything goes. */
function nodeTermCauses({ matchExpressions = [], matchFields = [] }: core.NodeSelectorTerm, at: string, strict: boolean): FieldCause[] {
  return [
    ...matchExpressions.flatMap((requirement, index) => expressionCauses(requirement, `${at}.matchExpressions[${index}]`, strict)),
    ...matchFields.flatMap((requirement, index) => fieldCauses(requirement, `${at}.matchFields[${index}]`)),
  ];
}

function expressionCauses({ key, operator, values = [] }: core.NodeSelectorRequirement, at: string, strict: boolean): FieldCause[] {
  const causes: FieldCause[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) causes.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) causes.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) causes.push(required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else {
    causes.push(invalid(`${at}.operator`, operator ?? '', 'not a valid selector operator'));
  }
  causes.push(...labelNameCauses(key ?? '', `${at}.key`));
  if (strict) values.forEach((value, index) => causes.push(...labelValueFaults(value).map((why) => invalid(`${at}.values[${index}]`, value, why))));
  return causes;
}

function fieldCauses({ key, operator, values = [] }: core.NodeSelectorRequirement, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  if (operator !== 'In' && operator !== 'NotIn') causes.push(invalid(`${at}.operator`, operator ?? '', 'not a valid selector operator'));
  else if (values.length !== 1) causes.push(required(`${at}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"));
  if (key !== 'metadata.name') return [...causes, invalid(`${at}.key`, key ?? '', 'not a valid field selector key')];
  return [...causes, ...values.flatMap((value, index) => dnsSubdomainFaults(value).map((why) => invalid(`${at}.values[${index}]`, value, why)))];
}

type PodTerm = core.PodAffinityTerm & { matchLabelKeys?: string[]; mismatchLabelKeys?: string[] };

function podTermCauses(term: PodTerm, at: string): FieldCause[] {
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey = '' } = term ?? {};
  const causes = [...labelSelectorCauses(labelSelector, `${at}.labelSelector`), ...labelSelectorCauses(namespaceSelector, `${at}.namespaceSelector`)];
  for (const name of namespaces) causes.push(...dnsLabelFaults(name).map((why) => invalid(`${at}.namespace`, name, why)));
  causes.push(...labelKeysCauses(term ?? {}, at));
  if (topologyKey === '') causes.push(required(`${at}.topologyKey`, 'can not be empty'));
  return [...causes, ...labelNameCauses(topologyKey, `${at}.topologyKey`)];
}

function labelKeysCauses({ matchLabelKeys = [], mismatchLabelKeys = [], labelSelector }: PodTerm, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  for (const [field, keys] of [['matchLabelKeys', matchLabelKeys], ['mismatchLabelKeys', mismatchLabelKeys]] as const) {
    if (keys.length > 0 && !labelSelector) causes.push(forbidden(`${at}.${field}`, 'must not be specified when labelSelector is not set'));
    else keys.forEach((key, index) => causes.push(...labelNameCauses(key, `${at}.${field}[${index}]`)));
  }
  const selected = selectedKeys(labelSelector);
  matchLabelKeys.forEach((key, index) => {
    if (selected.has(key)) causes.push(invalid(`${at}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector'));
    if (mismatchLabelKeys.includes(key)) causes.push(invalid(`${at}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
  return causes;
}

export const selectedKeys = (selector: LabelSelector | undefined): Set<string> =>
  new Set([...Object.keys(selector?.matchLabels ?? {}), ...(selector?.matchExpressions ?? []).map(({ key }) => key)]);
