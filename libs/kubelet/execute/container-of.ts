import { containersOf } from '#objects';
import type { Container, Pod } from '#objects';

/** A pod's container by its name, of whatever kind. */
export function containerOf(pod: Pod, name: string): Container | undefined {
  for (const { container } of containersOf(pod.spec)) if (container.name === name) return container;
  return undefined;
}
