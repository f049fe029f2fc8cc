/** Source: ValidateLimitRange, ValidateResourceQuota, ValidateResourceQuotaUpdate in pkg/apis/core/validation. */
import { ratioText } from '../admission/limit-range.js';
import { isQuantity, parseQuantity } from '../quantity.js';
import type { LimitRange, ResourceQuota } from '../types.js';
import type { FieldCause } from './causes.js';
import { duplicate, forbidden, invalid, required } from './causes.js';
import { qualifiedNameFaults } from './names.js';
import { containerResourceNameCauses, isOvercommitAllowed, isStandardQuotaResource, quotaResourceNameCauses, resourceNameCauses, resourceQuantityCauses } from './resource-names.js';

type Item = NonNullable<LimitRange['spec']>['limits'][number];

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

export function validateLimitRange({ spec }: LimitRange): FieldCause[] {
  const causes: FieldCause[] = [];
  const seen = new Set<string>();
  for (const [index, item] of (spec?.limits ?? []).entries()) {
    const at = `spec.limits[${index}]`;
    const { type = '' } = item;
    const faults = qualifiedNameFaults(type);
    causes.push(...faults.map((why) => invalid(`${at}.type`, type, why)));
    if (faults.length === 0 && !type.includes('/') && !TYPES.includes(type)) causes.push(invalid(`${at}.type`, type, 'must be a standard limit type or fully qualified'));
    if (seen.has(type)) causes.push(duplicate(`${at}.type`, type));
    seen.add(type);
    causes.push(...itemCauses(item, at));
  }
  return causes;
}

function itemCauses(item: Item, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const nameRule = item.type === 'Pod' || item.type === 'Container' ? containerResourceNameCauses : resourceNameCauses;
  const names = new Set<string>();
  for (const field of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const) {
    const list = item[field] ?? {};
    if (item.type === 'Pod' && (field === 'default' || field === 'defaultRequest')) {
      if (Object.keys(list).length > 0) causes.push(forbidden(`${at}.${field}`, "may not be specified when `type` is 'Pod'"));
      continue;
    }
    for (const name of Object.keys(list)) {
      causes.push(...nameRule(name, `${at}.${field}[${name}]`));
      names.add(name);
    }
  }
  if (item.type === 'PersistentVolumeClaim' && item.min?.['storage'] === undefined && item.max?.['storage'] === undefined) {
    causes.push(required(`${at}.limits`, 'either minimum or maximum storage value is required, but neither was provided'));
  }
  return [...causes, ...[...names].flatMap((name) => relationCauses(item, name, at))];
}

/** min <= defaultRequest <= default <= max. */
function relationCauses(item: Item, name: string, at: string): FieldCause[] {
  const causes: FieldCause[] = [];
  const of = (list: Record<string, string> | undefined) => (list?.[name] !== undefined && isQuantity(list[name]) ? { text: list[name], nanos: parseQuantity(list[name]).nanos } : undefined);
  const ofPod = item.type === 'Pod';
  const [min, max, ratio] = [of(item.min), of(item.max), of(item.maxLimitRequestRatio)];
  const [limit, request] = [ofPod ? undefined : of(item.default), ofPod ? undefined : of(item.defaultRequest)];
  type Value = ReturnType<typeof of>;
  const ordered = (low: Value, lowName: string, high: Value, highName: string, field: string, shown: Value) => {
    if (low && high && low.nanos > high.nanos) causes.push(invalid(`${at}.${field}[${name}]`, shown!.text, `${lowName} value ${low.text} is greater than ${highName} value ${high.text}`));
  };
  ordered(min, 'min', max, 'max', 'min', min);
  ordered(min, 'min', request, 'default request', 'defaultRequest', request);
  ordered(request, 'default request', max, 'max', 'defaultRequest', request);
  ordered(request, 'default request', limit, 'default limit', 'defaultRequest', request);
  ordered(min, 'min', limit, 'default', 'default', min);
  ordered(limit, 'default', max, 'max', 'default', max);
  const ratioAt = `${at}.maxLimitRequestRatio[${name}]`;
  if (ratio && ratio.nanos < 1_000_000_000n) causes.push(invalid(ratioAt, ratio.text, `ratio ${ratio.text} is less than 1`));
  if (ratio && min && max && min.nanos > 0n && ratio.nanos * min.nanos > max.nanos * 1_000_000_000n) {
    causes.push(invalid(ratioAt, ratio.text, `ratio ${ratio.text} is greater than max/min = ${ratioText(max.nanos, min.nanos)}`));
  }
  if (limit && request && limit.nanos !== request.nanos && !isOvercommitAllowed(name)) {
    causes.push(invalid(`${at}.defaultRequest[${name}]`, request.text, `default value ${limit.text} must equal to defaultRequest value ${request.text} in ${name}`));
  }
  return causes;
}

const SCOPES = ['BestEffort', 'CrossNamespacePodAffinity', 'NotBestEffort', 'NotTerminating', 'PriorityClass', 'Terminating', 'VolumeAttributesClass'];
const POD_RESOURCES = new Set(['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']);
const CLAIM_RESOURCES = new Set(['persistentvolumeclaims', 'requests.storage']);
const EXISTS_ONLY =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function isValidFor(scope: string, resource: string): boolean {
  if (scope === 'BestEffort') return resource === 'pods';
  return (scope === 'VolumeAttributesClass' ? CLAIM_RESOURCES : POD_RESOURCES).has(resource);
}

export function validateResourceQuota({ spec = {} }: ResourceQuota): FieldCause[] {
  const causes: FieldCause[] = [];
  const resources = Object.keys(spec.hard ?? {}).sort();
  for (const [name, quantity] of Object.entries(spec.hard ?? {})) {
    const at = `spec.hard[${name}]`;
    causes.push(...quotaResourceNameCauses(name, at), ...resourceQuantityCauses(name, quantity, at));
  }
  const judge = (scope: string, at: string, supportedAt: string, value: unknown, shown: unknown) => {
    if (!SCOPES.includes(scope)) causes.push(invalid(supportedAt, value, 'unsupported scope'));
    for (const name of resources) if (isStandardQuotaResource(name) && !isValidFor(scope, name)) causes.push(invalid(at, shown, 'unsupported scope applied to resource'));
  };
  const scopes = spec.scopes ?? [];
  for (const scope of scopes) judge(scope, 'spec.scopes', 'spec.scopes', scopes, scopes);
  if (conflict(scopes)) causes.push(invalid('spec.scopes', scopes, 'conflicting scopes'));
  const expressions = spec.scopeSelector?.matchExpressions ?? [];
  const at = 'spec.scopeSelector.matchExpressions';
  for (const { scopeName, operator, values = [] } of expressions) {
    judge(scopeName, at, `${at}.scopeName`, scopeName, spec.scopeSelector);
    if (!['PriorityClass', 'VolumeAttributesClass'].includes(scopeName) && SCOPES.includes(scopeName) && operator !== 'Exists') causes.push(invalid(`${at}.operator`, operator, EXISTS_ONLY));
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) causes.push(required(`${at}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) causes.push(invalid(`${at}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"));
    } else {
      causes.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'));
    }
  }
  if (conflict(expressions.map(({ scopeName }) => scopeName))) causes.push(invalid(at, scopes, 'conflicting scopes'));
  return causes;
}

const conflict = (scopes: string[]): boolean =>
  (scopes.includes('BestEffort') && scopes.includes('NotBestEffort')) || (scopes.includes('Terminating') && scopes.includes('NotTerminating'));

export function validateResourceQuotaUpdate(next: ResourceQuota, current: ResourceQuota): FieldCause[] {
  const [after, before] = [next, current].map(({ spec }) => [...new Set(spec?.scopes ?? [])].sort().join());
  return after === before ? [] : [invalid('spec.scopes', next.spec?.scopes ?? null, 'field is immutable')];
}
