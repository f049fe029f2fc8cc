/** nodeSelector and node affinity. Source: staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity. */
import { matchesTerm } from '#objects';
import type { Node, Pod } from '#objects';

export { matchesNodeAffinity } from '#objects';

/** How much the pod would like the node: the weights of the preferences that it meets, added up. */
export function preferredWeight(pod: Pod, node: Node): number {
  const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const labels = node.metadata.labels ?? {};
  return preferred.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, labels, node.metadata.name) ? weight : 0), 0);
}
