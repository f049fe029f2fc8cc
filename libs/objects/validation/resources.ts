/** Source: ValidateResourceRequirements in pkg/apis/core/validation. */
import { compareQuantities, isQuantity, parseQuantity, QUANTITY_PATTERN } from '../quantity.js';
import type { ResourceRequirements } from '../types.js';
import type { FieldCause } from './causes.js';
import { invalid, required } from './causes.js';
import { qualifiedNameFaults } from './names.js';

const STANDARD = new Set(['cpu', 'memory', 'ephemeral-storage']);
/** These may be asked for beyond (or without) their limit's being the same. */
const OVERCOMMITTED = STANDARD;

export function resourceCauses(resources: ResourceRequirements | undefined, path: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const { limits = {}, requests = {} } = resources ?? {};
  for (const [name, quantity] of Object.entries(limits)) causes.push(...entryCauses(name, quantity, `${path}.limits`));
  for (const [name, quantity] of Object.entries(requests)) {
    const at = `${path}.requests`;
    const own = entryCauses(name, quantity, at);
    causes.push(...own);
    const limit = limits[name];
    if (own.length > 0 || (limit !== undefined && !isQuantity(limit))) continue;
    if (limit === undefined) {
      if (!OVERCOMMITTED.has(name)) causes.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
    } else if (!OVERCOMMITTED.has(name) && compareQuantities(quantity, limit) !== 0) {
      causes.push(invalid(at, quantity, `must be equal to ${name} limit of ${limit}`));
    } else if (compareQuantities(quantity, limit) > 0) {
      causes.push(invalid(at, quantity, `must be less than or equal to ${name} limit of ${limit}`));
    }
  }
  return causes;
}

function entryCauses(name: string, quantity: string, at: string): FieldCause[] {
  const causes = qualifiedNameFaults(name).map((why) => invalid(at, name, why));
  if (!name.includes('/') && !STANDARD.has(name) && !name.startsWith('hugepages-')) {
    causes.push(invalid(at, name, 'must be a standard resource type or fully qualified'), invalid(at, name, 'must be a standard resource for containers'));
  }
  return [...causes, ...quantityCauses(quantity, `${at}[${name}]`)];
}

/** A quantity of zero or more. */
export function quantityCauses(quantity: string | number, at: string): FieldCause[] {
  if (!isQuantity(quantity)) return [invalid(at, quantity, `quantities must match the regular expression '${QUANTITY_PATTERN}'`)];
  return parseQuantity(quantity).nanos < 0n ? [invalid(at, String(quantity), 'must be greater than or equal to 0')] : [];
}
