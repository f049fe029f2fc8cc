/** What a namespace's policies make of a pod. Source: the admission plug-ins ServiceAccount, LimitRanger and PodSecurity. */
import { randomInt } from 'node:crypto';
import { applyLimitRange, giveServiceAccount, limitRangeFaults, podQosClass, podSecurity, podSecurityChangeWarnings } from '#objects';
import type { KubeObject, Pod } from '#objects';
import type { Store } from '#store';
import { forbidden } from '../errors/status.js';
import type { KindRow } from '../kinds/row.js';
import type { NamespacePolicies } from './namespaces.js';

/** Every namespace is made with it. */
export const DEFAULT_ACCOUNT = 'default';

/** The pod's ServiceAccount is not there, as far as is known. */
export function lacksAccount(object: KubeObject, { serviceAccounts }: Pick<NamespacePolicies, 'serviceAccounts'>): boolean {
  const { serviceAccountName: name = DEFAULT_ACCOUNT } = object.kind === 'Pod' ? (object as Pod).spec : {};
  return name !== DEFAULT_ACCOUNT && !serviceAccounts.some(({ metadata }) => metadata.name === name);
}

/** Fills in what the ServiceAccount and the LimitRanges give, in place; before validation. Returns what takes back the account's part. @throws ApiError 403 without it */
export function completeByPolicies(row: KindRow, object: KubeObject, { limitRanges, serviceAccounts, namespace }: NamespacePolicies, tokens: boolean): (() => void) | undefined {
  if (object.kind !== 'Pod') return undefined;
  const pod = object as Pod;
  const { serviceAccountName: name = DEFAULT_ACCOUNT } = pod.spec;
  const account = serviceAccounts.find(({ metadata }) => metadata.name === name);
  if (lacksAccount(object, { serviceAccounts })) {
    throw forbidden(row, object.metadata.name ?? '', `error looking up service account ${namespace.metadata.name}/${name}: serviceaccount "${name}" not found`);
  }
  const undo = giveServiceAccount(pod, account, tokens, randomInt);
  if (limitRanges.length === 0) return undo;
  for (const range of limitRanges) applyLimitRange(pod, range);
  pod.status = { ...pod.status, qosClass: podQosClass(pod.spec) };
  return undo;
}

/** After validation. Returns warnings. @throws ApiError 403 */
export function judgeByPolicies(row: KindRow, object: KubeObject, policies: NamespacePolicies): string[] {
  if (object.kind !== 'Pod') return [];
  checkLimitRanges(row, object, policies);
  return checkPodSecurity(row, object, policies);
}

/** @throws ApiError 403 */
export function checkLimitRanges(row: KindRow, object: KubeObject, { limitRanges }: NamespacePolicies): void {
  for (const range of limitRanges) {
    const faults = [...new Set(limitRangeFaults(object as Pod, range))];
    if (faults.length > 0) throw forbidden(row, object.metadata.name ?? '', faults.length === 1 ? faults[0]! : `[${faults.join(', ')}]`);
  }
}

/** Returns warnings. @throws ApiError 403 */
export function checkPodSecurity(row: KindRow, object: KubeObject, { namespace }: NamespacePolicies): string[] {
  const { refused, warning } = podSecurity(namespace.metadata.labels, object as Pod);
  if (refused) throw forbidden(row, object.metadata.name ?? '', refused);
  return warning ? [warning] : [];
}

/** What the pods that are there make of a namespace's new labels. */
export async function namespaceWarnings(store: Store, next: KubeObject, current: KubeObject): Promise<string[]> {
  const label = (object: KubeObject, name: string) => object.metadata.labels?.[`pod-security.kubernetes.io/${name}`];
  if (next.kind !== 'Namespace' || ['enforce', 'enforce-version'].every((name) => label(next, name) === label(current, name))) return [];
  const { name = '', labels } = next.metadata;
  const { items } = await store.list({ kind: 'Pod', namespace: name });
  return podSecurityChangeWarnings(name, labels, current.metadata.labels, items as Pod[]);
}

/** Whether a change of a pod is one that its security depends on: its images, its containers. */
export function isSecurityRelevant(next: KubeObject, current: KubeObject): boolean {
  const images = ({ spec }: Pod) => [spec.initContainers, spec.containers, spec.ephemeralContainers].map((list) => (list ?? []).map(({ name, image }) => [name, image]));
  return next.kind === 'Pod' && JSON.stringify(images(next as Pod)) !== JSON.stringify(images(current as Pod));
}
