/** Which names resources may have, and where. Source: pkg/apis/core/helper/helpers.go, validateResourceName and its callers in pkg/apis/core/validation. */
import { compareQuantities, isQuantity, parseQuantity, QUANTITY_PATTERN } from '../quantity.js';
import type { FieldCause } from './causes.js';
import { invalid, notSupported } from './causes.js';
import { qualifiedNameFaults } from './names.js';

const CONTAINER = new Set(['cpu', 'memory', 'ephemeral-storage']);
const COUNTED = ['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'];
const QUOTA = new Set([
  ...CONTAINER,
  ...['requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage'],
  ...COUNTED,
]);
const STANDARD = new Set([...QUOTA, 'storage']);
const INTEGERS = new Set(COUNTED);
const POD_LEVEL = ['cpu', 'hugepages-*', 'memory'];

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith('requests.hugepages-');

/** Not one of Kubernetes' own: `example.com/gpu`. */
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');

export const isExtendedResource = (name: string): boolean =>
  !isNativeResource(name) && !name.startsWith('requests.') && qualifiedNameFaults(`requests.${name}`).length === 0;

/** Whether less may be asked for than is the limit. */
export const isOvercommitAllowed = (name: string): boolean => isNativeResource(name) && !isHugePages(name);

export const isStandardQuotaResource = (name: string): boolean => QUOTA.has(name) || isQuotaHugePages(name);

const isPlain = (name: string): boolean => !name.includes('/');

export function resourceNameCauses(name: string, at: string): FieldCause[] {
  const faults = qualifiedNameFaults(name).map((why) => invalid(at, name, why));
  if (faults.length > 0) return faults;
  return isPlain(name) && !STANDARD.has(name) && !isQuotaHugePages(name) ? [invalid(at, name, 'must be a standard resource type or fully qualified')] : [];
}

export function containerResourceNameCauses(name: string, at: string): FieldCause[] {
  const causes = resourceNameCauses(name, at);
  if (isPlain(name)) {
    if (!CONTAINER.has(name) && !isHugePages(name)) causes.push(invalid(at, name, 'must be a standard resource for containers'));
  } else if (!isNativeResource(name) && !isExtendedResource(name)) {
    causes.push(invalid(at, name, "doesn't follow extended resource name standard"));
  }
  return causes;
}

export function podResourceNameCauses(name: string, at: string): FieldCause[] {
  const causes = resourceNameCauses(name, at);
  if (causes.length > 0 || name === 'cpu' || name === 'memory' || isHugePages(name)) return causes;
  return [notSupported(at, name, POD_LEVEL)];
}

export function quotaResourceNameCauses(name: string, at: string): FieldCause[] {
  const causes = resourceNameCauses(name, at);
  if (isPlain(name) && !isStandardQuotaResource(name)) causes.push(invalid(at, name, 'must be a standard resource for quota'));
  return causes;
}

/** Zero or more; whole where it counts things. */
export function resourceQuantityCauses(name: string, quantity: string, at: string): FieldCause[] {
  const causes = quantityCauses(quantity, at);
  if (causes.length > 0 && !isQuantity(quantity)) return causes;
  const whole = INTEGERS.has(name) || isExtendedResource(name);
  if (whole && parseQuantity(quantity).nanos % 1_000_000_000n !== 0n) causes.push(invalid(at, quantity, 'must be an integer'));
  if (isHugePages(name) && !isMultipleOfPage(name, quantity)) causes.push(invalid(at, quantity, `${quantity} is not positive integer multiple of ${name}`));
  return causes;
}

function isMultipleOfPage(name: string, quantity: string): boolean {
  const page = name.slice('hugepages-'.length);
  if (!isQuantity(page) || compareQuantities(page, 0) <= 0) return false;
  const [amount, size] = [parseQuantity(quantity).nanos, parseQuantity(page).nanos];
  return amount >= 0n && amount % size === 0n;
}

/** A quantity of zero or more. */
export function quantityCauses(quantity: string | number, at: string): FieldCause[] {
  if (!isQuantity(quantity)) return [invalid(at, quantity, `quantities must match the regular expression '${QUANTITY_PATTERN}'`)];
  return parseQuantity(quantity).nanos < 0n ? [invalid(at, String(quantity), 'must be greater than or equal to 0')] : [];
}
