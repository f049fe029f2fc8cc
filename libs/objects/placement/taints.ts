/** Taints and tolerations. Source: Toleration.ToleratesTaint in k8s.io/api/core/v1. */
import type * as core from 'kubernetes-types/core/v1.js';

type Taint = Pick<core.Taint, 'key' | 'value' | 'effect'>;

export function isTolerated(taint: Taint, toleration: core.Toleration): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (!toleration.key && toleration.operator !== 'Exists') return false;
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '');
}
