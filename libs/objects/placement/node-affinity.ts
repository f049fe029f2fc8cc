/** nodeSelector and node affinity. Source: staging/src/k8s.io/component-helpers/scheduling/corev1/nodeaffinity. */
import type * as core from 'kubernetes-types/core/v1.js';
import { ownValue } from '../own-value.js';
import type { Node, Pod } from '../types.js';

/** Whether `node` is one that the pod allows. */
export function matchesNodeAffinity(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const [name, value] of Object.entries(pod.spec.nodeSelector ?? {})) if (ownValue(labels, name) !== value) return false;
  const required = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || required.nodeSelectorTerms.some((term) => matchesTerm(term, labels, node.metadata.name));
}

/** A term without any requirement matches nothing. */
export function matchesTerm(term: core.NodeSelectorTerm, labels: Record<string, string>, name: string): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length + fields.length === 0) return false;
  return (
    expressions.every((requirement) => meets(requirement, ownValue(labels, requirement.key))) &&
    fields.every((requirement) => requirement.key === 'metadata.name' && meets(requirement, name))
  );
}

function meets({ operator, values = [] }: core.NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) > BigInt(values[0]);
    case 'Lt':
      return isInteger(value) && isInteger(values[0]) && BigInt(value) < BigInt(values[0]);
    default:
      return false;
  }
}

const isInteger = (text: string | undefined): text is string => text !== undefined && /^[+-]?\d+$/.test(text);
