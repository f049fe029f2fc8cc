import { posix } from 'node:path';
import { runtimeResources } from '#lifecycle';
import type { Container, Pod } from '#objects';
import type { ContainerConfig, Mount } from '#runtime';
import { containerLogPath } from './logs.js';

/** What a container's configuration takes from elsewhere than its spec. */
export interface Resolved {
  attempt: number;
  /** With the pod's variables in them ($(NAME)) already replaced. */
  command: string[];
  args: string[];
  envs: { key: string; value: string }[];
  mounts: Mount[];
}

/** Source: generateContainerConfig in pkg/kubelet/kuberuntime/kuberuntime_container.go. */
export function containerConfig(pod: Pod, container: Container, { attempt, command, args, envs, mounts }: Resolved): ContainerConfig {
  const { name } = container;
  const security = { ...pick(pod.spec.securityContext), ...pick(container.securityContext) };
  const { fsGroup, supplementalGroups = [] } = pod.spec.securityContext ?? {};
  const groups = [...new Set([...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup])])];
  return {
    metadata: { name, attempt },
    image: { image: container.image ?? '' },
    command,
    args,
    workingDir: container.workingDir ?? '',
    envs,
    mounts,
    labels: {
      'io.kubernetes.pod.name': pod.metadata.name,
      'io.kubernetes.pod.namespace': pod.metadata.namespace,
      'io.kubernetes.pod.uid': pod.metadata.uid,
      'io.kubernetes.container.name': name,
    },
    annotations: {},
    logPath: containerLogPath(name, attempt),
    terminationMessagePath: posix.resolve('/', container.terminationMessagePath || '/dev/termination-log'),
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    resources: runtimeResources(container.resources ?? {}),
    ...security,
    ...(groups.length > 0 && { supplementalGroups: groups }),
    readonlyRootfs: container.securityContext?.readOnlyRootFilesystem,
    ...privileges(pod, container),
    stopSignal: container.lifecycle?.stopSignal,
  };
}

/** The container's own settings stand before the pod's. */
function pick(context: { runAsUser?: number; runAsGroup?: number } | undefined): { runAsUser?: number; runAsGroup?: number } {
  return {
    ...(context?.runAsUser !== undefined && { runAsUser: context.runAsUser }),
    ...(context?.runAsGroup !== undefined && { runAsGroup: context.runAsGroup }),
  };
}

/** Source: convertToRuntimeSecurityContext and determineEffectiveSecurityContext in pkg/kubelet/kuberuntime/security_context.go. */
function privileges({ spec }: Pod, { securityContext = {} }: Container): Pick<ContainerConfig, 'capabilities' | 'noNewPrivileges' | 'seccomp'> {
  const { capabilities, allowPrivilegeEscalation, seccompProfile = spec.securityContext?.seccompProfile } = securityContext;
  const profile = seccompProfile?.type;
  return {
    ...(capabilities && { capabilities: { add: capabilities.add ?? [], drop: capabilities.drop ?? [] } }),
    ...(allowPrivilegeEscalation === false && { noNewPrivileges: true }),
    ...((profile === 'RuntimeDefault' || profile === 'Unconfined') && { seccomp: profile }),
  };
}
