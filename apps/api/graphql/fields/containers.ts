import { nextRestartAt } from '#lifecycle';
import type { ContainerKind } from '#lifecycle';
import type { Container, ContainerState, ContainerStatus, Pod } from '#objects';
import type { ContainerResolvers, ContainerStateResolvers } from '../generated/types.js';
import { volumeMounts } from './volumes.js';

/** A container as the manifest wants it, beside what its node says of it. */
export interface PodContainer {
  kind: ContainerKind;
  spec: Pick<Container, 'name' | 'image' | 'command' | 'args' | 'restartPolicy' | 'resources' | 'ports' | 'volumeMounts'>;
  status?: ContainerStatus;
}

/** Init containers first, in the order of the manifest. */
export function podContainers({ spec, status }: Pod): PodContainer[] {
  const join = (specs: PodContainer['spec'][] | undefined, statuses: ContainerStatus[] | undefined, kind: (spec: PodContainer['spec']) => ContainerKind) =>
    (specs ?? []).map((one) => ({ kind: kind(one), spec: one, status: statuses?.find((other) => other.name === one.name) }));
  return [
    ...join(spec.initContainers, status.initContainerStatuses, (one: Container) => (one.restartPolicy === 'Always' ? 'SIDECAR' : 'INIT')),
    ...join(spec.containers, status.containerStatuses, () => 'APP'),
    ...join(spec.ephemeralContainers, status.ephemeralContainerStatuses, () => 'EPHEMERAL'),
  ];
}

/** Kubernetes writes {} for "none". */
const orNull = (state: ContainerState | undefined): ContainerState | null => (state?.waiting || state?.running || state?.terminated ? state : null);

export const containerFields: ContainerResolvers = {
  name: ({ spec }) => spec.name,
  image: ({ spec }) => spec.image ?? '',
  imageID: ({ status }) => status?.imageID || null,
  containerID: ({ status }) => status?.containerID || null,
  command: ({ spec }) => spec.command ?? [],
  args: ({ spec }) => spec.args ?? [],
  ready: ({ status }) => status?.ready ?? false,
  started: ({ status }) => status?.started,
  restartCount: ({ status }) => status?.restartCount ?? 0,
  state: ({ status }) => orNull(status?.state),
  lastState: ({ status }) => orNull(status?.lastState),
  nextRestartAt: ({ status }) => {
    const at = status && nextRestartAt(status);
    return at === undefined ? null : new Date(at).toISOString();
  },
  restartPolicy: ({ spec }) => spec.restartPolicy,
  resources: ({ spec }) => ({ requests: spec.resources?.requests ?? {}, limits: spec.resources?.limits ?? {} }),
  ports: ({ spec }) => (spec.ports ?? []).map((port) => ({ ...port, protocol: port.protocol ?? 'TCP' })),
  volumeMounts: ({ spec }) => volumeMounts(spec),
};

export const containerStateFields: ContainerStateResolvers = {
  terminated: ({ terminated }) => terminated,
};
