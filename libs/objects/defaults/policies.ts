/** Source: SetDefaults_LimitRangeItem and SetDefaults_ResourceList in pkg/apis/core/v1/defaults.go. */
import type { LimitRange, ResourceQuota } from '../types.js';
import { canonicalList } from './container.js';

/** Fills in, in place: a missing default is the maximum, a missing default request the default limit, or else the minimum. */
export function defaultLimitRange(range: LimitRange): void {
  for (const item of range.spec?.limits ?? []) {
    for (const field of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const) {
      const list = canonicalList(item[field]);
      if (list) item[field] = list;
    }
    if (item.type !== 'Container') continue;
    const limits = { ...item.max, ...item.default };
    const requests = { ...item.min, ...limits, ...item.defaultRequest };
    if (Object.keys(limits).length > 0) item.default = limits;
    if (Object.keys(requests).length > 0) item.defaultRequest = requests;
  }
}

/** Fills in, in place. */
export function defaultResourceQuota(quota: ResourceQuota): void {
  const spec = (quota.spec ??= {});
  const hard = canonicalList(spec.hard);
  if (hard) spec.hard = hard;
}
