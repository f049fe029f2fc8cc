/** Source: ValidateNode, ValidateNodeUpdate in pkg/apis/core/validation. */
import type { Node } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, notSupported, required } from './causes.js';
import { labelNameCauses } from './label-selector.js';
import { cidrCauses, labelValueFaults } from './names.js';
import { resourceQuantityCauses } from './resource-names.js';
import { EFFECTS } from './tolerations.js';

export function validateNode({ spec, status }: Node): FieldCause[] {
  const causes = taintCauses(spec?.taints);
  for (const list of ['capacity', 'allocatable'] as const) {
    for (const [name, quantity] of Object.entries(status?.[list] ?? {})) causes.push(...resourceQuantityCauses(name, quantity, `status.${list}.${name}`));
  }
  const cidrs = spec?.podCIDRs ?? [];
  cidrs.forEach((cidr, index) => causes.push(...cidrCauses(cidr, `spec.podCIDRs[${index}]`)));
  const families = new Set(cidrs.map((cidr) => cidr.includes(':')));
  if (cidrs.length > families.size) causes.push(invalid('spec.podCIDRs', cidrs, 'may specify no more than one CIDR for each IP family'));
  cidrs.forEach((cidr, index) => {
    if (cidrs.indexOf(cidr) < index) causes.push(duplicate(`spec.podCIDRs[${index}]`, cidr));
  });
  return causes;
}

function taintCauses(taints: NonNullable<Node['spec']>['taints'] = []): FieldCause[] {
  const causes: FieldCause[] = [];
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const at = `metadata.taints[${index}]`;
    const { key = '', value = '', effect } = taint;
    causes.push(...labelNameCauses(key, `${at}.key`));
    const faults = labelValueFaults(value);
    if (faults.length > 0) causes.push(invalid(`${at}.value`, value, faults.join(';')));
    if (!effect) causes.push(required(`${at}.effect`));
    else if (!EFFECTS.includes(effect)) causes.push(notSupported(`${at}.effect`, effect, EFFECTS));
    const id = `${effect}/${key}`;
    if (seen.has(id)) {
      const again = duplicate(at, taint);
      causes.push({ ...again, message: `${again.message}: taints must be unique by key and effect pair` });
    }
    seen.add(id);
  }
  return causes;
}

export function validateNodeUpdate(next: Node, current: Node): FieldCause[] {
  const causes: FieldCause[] = [];
  const [after, before] = [next.spec?.podCIDRs ?? [], current.spec?.podCIDRs ?? []];
  if (before.length > 0 && (after.length !== before.length || before.some((cidr, index) => cidr !== after[index]))) {
    causes.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  if (current.spec?.providerID && current.spec.providerID !== next.spec?.providerID) {
    causes.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  const seen = new Set<string>();
  for (const [index, address] of (next.status?.addresses ?? []).entries()) {
    const id = JSON.stringify([address.type, address.address]);
    if (seen.has(id)) causes.push(duplicate(`status.addresses[${index}]`, address));
    seen.add(id);
  }
  return causes;
}
