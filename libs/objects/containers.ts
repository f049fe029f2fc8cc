import type { Container, PodSpec } from './types.js';

/** INIT runs to its end before the next; SIDECAR is an init container with restartPolicy Always. */
export type ContainerKind = 'INIT' | 'SIDECAR' | 'APP' | 'EPHEMERAL';

export const isSidecar = (initContainer: Container): boolean => initContainer.restartPolicy === 'Always';

/** All containers of a pod in the order in which they appear: init containers, app containers, ephemeral containers. */
export function* containersOf(spec: PodSpec): Generator<{ container: Container; kind: ContainerKind; index: number; path: string }> {
  const lists = [
    ['initContainers', spec.initContainers ?? []],
    ['containers', spec.containers ?? []],
    ['ephemeralContainers', (spec.ephemeralContainers ?? []) as Container[]],
  ] as const;
  for (const [field, containers] of lists) {
    for (const [index, container] of containers.entries()) {
      const kind = field === 'containers' ? 'APP' : field === 'ephemeralContainers' ? 'EPHEMERAL' : isSidecar(container) ? 'SIDECAR' : 'INIT';
      yield { container, kind, index, path: `spec.${field}[${index}]` };
    }
  }
}

/** The fieldPath of an event about a container: spec.initContainers{init-myservice}. */
export function containerFieldPath(kind: ContainerKind, name: string): string {
  return `spec.${kind === 'APP' ? 'containers' : kind === 'EPHEMERAL' ? 'ephemeralContainers' : 'initContainers'}{${name}}`;
}
