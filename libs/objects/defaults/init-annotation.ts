/**
 * Init containers as Kubernetes 1.3 to 1.7 took them: a JSON array in an annotation. Where it is given it overrides spec.initContainers;
 * beta goes before alpha.
 */
import type { Container } from '../types.js';

export const INIT_CONTAINER_ANNOTATIONS = ['pod.beta.kubernetes.io/init-containers', 'pod.alpha.kubernetes.io/init-containers'] as const;

export interface InitAnnotation {
  key?: string;
  value?: string;
  containers?: Container[];
  /** Why it cannot be used. */
  fault?: string;
}

export function initContainersFromAnnotation(annotations: Record<string, string> | undefined): InitAnnotation {
  const key = INIT_CONTAINER_ANNOTATIONS.find((name) => annotations?.[name] !== undefined);
  if (!key) return {};
  const value = annotations![key]!;
  try {
    const containers: unknown = JSON.parse(value);
    const wellFormed = Array.isArray(containers) && containers.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
    return wellFormed ? { key, value, containers: containers as Container[] } : { key, value, fault: 'must be a JSON array of containers' };
  } catch (error) {
    return { key, value, fault: `must be a JSON array of containers: ${(error as Error).message}` };
  }
}
