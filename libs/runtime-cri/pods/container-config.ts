import type { ContainerConfig } from '#runtime';
import type { CriContainerConfig, CriPodSandboxConfig, CriResources } from '../grpc/messages.js';
import { IMAGE, LOG_PATH, POD_UID, STOP_SIGNAL, TTY } from './labels.js';

/** What a container must not see or change of the kernel's. CRI wants to be told. Source: defaultMaskedPaths in k8s.io/kubernetes/pkg/securitycontext. */
const MASKED = ['acpi', 'kcore', 'keys', 'latency_stats', 'timer_list', 'timer_stats', 'sched_debug', 'scsi'].map((name) => `/proc/${name}`);
const READ_ONLY = ['asound', 'bus', 'fs', 'irq', 'sys', 'sysrq-trigger'].map((name) => `/proc/${name}`);

const CPU_PERIOD_US = 100_000;
const LEAST_QUOTA_US = 1000;

/** Source: milliCPUToQuota and MilliCPUToShares in pkg/kubelet/cm/helpers_linux.go. */
export function criResources({ cpuMillis, memoryBytes, cpuRequestMillis }: ContainerConfig['resources']): CriResources {
  const share = cpuRequestMillis ?? cpuMillis;
  return {
    ...(cpuMillis !== undefined && {
      cpuPeriod: CPU_PERIOD_US,
      cpuQuota: Math.max(Math.floor((cpuMillis * CPU_PERIOD_US) / 1000), LEAST_QUOTA_US),
    }),
    ...(share !== undefined && { cpuShares: Math.max(Math.floor((share * 1024) / 1000), 2) }),
    ...(memoryBytes !== undefined && { memoryLimitInBytes: memoryBytes }),
  };
}

/** `imageUid`: CRI takes no group without a user, so that where only the group is given, the image's user is named. */
export function criContainerConfig(config: ContainerConfig, sandbox: CriPodSandboxConfig, files: { hosts: string; message?: string }, imageUid: number): CriContainerConfig {
  const { metadata, image, command, args, workingDir, envs, logPath, stdin, stdinOnce, tty, runAsGroup, stopSignal } = config;
  const runAsUser = config.runAsUser ?? (runAsGroup === undefined ? undefined : imageUid);
  const mounts = config.mounts.map(({ containerPath, hostPath, readonly }) => ({ containerPath, hostPath, readonly }));
  if (!mounts.some(({ containerPath }) => containerPath === '/etc/hosts')) mounts.push({ containerPath: '/etc/hosts', hostPath: files.hosts, readonly: false });
  if (files.message && config.terminationMessagePath) mounts.push({ containerPath: config.terminationMessagePath, hostPath: files.message, readonly: false });
  return {
    metadata,
    image,
    command,
    args,
    workingDir,
    envs,
    mounts,
    labels: { ...config.labels, [POD_UID]: sandbox.metadata.uid },
    annotations: {
      ...config.annotations,
      [IMAGE]: image.image,
      [LOG_PATH]: logPath,
      ...(stopSignal && { [STOP_SIGNAL]: stopSignal }),
      ...(tty && { [TTY]: 'true' }),
    },
    logPath,
    stdin,
    stdinOnce,
    tty,
    linux: {
      resources: criResources(config.resources),
      securityContext: {
        namespaceOptions: sandbox.linux.securityContext.namespaceOptions,
        ...(runAsUser !== undefined && { runAsUser: { value: runAsUser } }),
        ...(runAsGroup !== undefined && { runAsGroup: { value: runAsGroup } }),
        ...(config.supplementalGroups && { supplementalGroups: config.supplementalGroups }),
        ...(config.capabilities && { capabilities: { addCapabilities: config.capabilities.add, dropCapabilities: config.capabilities.drop } }),
        ...(config.noNewPrivileges && { noNewPrivs: true }),
        ...(config.seccomp && { seccomp: { profileType: config.seccomp } }),
        readonlyRootfs: config.readonlyRootfs ?? false,
        maskedPaths: [...MASKED, '/sys/firmware'],
        readonlyPaths: READ_ONLY,
      },
    },
  };
}
