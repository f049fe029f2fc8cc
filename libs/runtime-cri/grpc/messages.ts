/** The messages of the .proto files as proto-loader gives them: camelCase, int64 as number, enums as names. */

export interface CriPodSandboxConfig {
  metadata: { name: string; uid: string; namespace: string; attempt: number };
  hostname: string;
  logDirectory: string;
  dnsConfig: { servers: string[]; searches: string[]; options: string[] };
  portMappings: { protocol: string; containerPort: number; hostPort: number }[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  linux: { cgroupParent: string; securityContext: { namespaceOptions: NamespaceOptions } };
}

export interface NamespaceOptions {
  network: 'POD' | 'NODE';
  pid: 'POD' | 'CONTAINER' | 'NODE';
  ipc: 'POD' | 'NODE';
}

export interface CriPodSandbox {
  id: string;
  metadata: { name: string; uid: string; namespace: string; attempt: number };
  state: 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
  /** Nanoseconds, as all times of CRI. */
  createdAt: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface CriPodSandboxStatus {
  id: string;
  metadata: CriPodSandbox['metadata'];
  state: CriPodSandbox['state'];
  network: { ip: string } | null;
  annotations: Record<string, string>;
}

export type CriContainerState = 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED' | 'CONTAINER_UNKNOWN';

export interface CriContainer {
  id: string;
  podSandboxId: string;
  metadata: { name: string; attempt: number };
  imageRef: string;
  state: CriContainerState;
  createdAt: number;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface CriContainerStatus {
  id: string;
  state: CriContainerState;
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  reason: string;
  message: string;
}

export interface CriContainerConfig {
  metadata: { name: string; attempt: number };
  image: { image: string };
  command: string[];
  args: string[];
  workingDir: string;
  envs: { key: string; value: string }[];
  mounts: { containerPath: string; hostPath: string; readonly: boolean }[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  logPath: string;
  stdin: boolean;
  stdinOnce: boolean;
  tty: boolean;
  linux: {
    resources: CriResources;
    securityContext: {
      namespaceOptions: NamespaceOptions;
      capabilities?: { addCapabilities: string[]; dropCapabilities: string[] };
      noNewPrivs?: boolean;
      seccomp?: { profileType: 'RuntimeDefault' | 'Unconfined' };
      runAsUser?: { value: number };
      runAsGroup?: { value: number };
      supplementalGroups?: number[];
      readonlyRootfs: boolean;
      maskedPaths: string[];
      readonlyPaths: string[];
    };
  };
}

export interface CriResources {
  cpuPeriod?: number;
  cpuQuota?: number;
  cpuShares?: number;
  memoryLimitInBytes?: number;
}

export interface CriImage {
  id: string;
  repoTags: string[];
  repoDigests: string[];
  size: number;
  uid: { value: number } | null;
  username: string;
}

/** Request and response of each call. */
export interface RuntimeCalls {
  Version: [{ version: string }, { runtimeName: string; runtimeVersion: string; runtimeApiVersion: string }];
  RunPodSandbox: [{ config: CriPodSandboxConfig }, { podSandboxId: string }];
  StopPodSandbox: [{ podSandboxId: string }, unknown];
  RemovePodSandbox: [{ podSandboxId: string }, unknown];
  PodSandboxStatus: [{ podSandboxId: string }, { status: CriPodSandboxStatus }];
  ListPodSandbox: [{ filter: { labelSelector: Record<string, string> } }, { items: CriPodSandbox[] }];
  CreateContainer: [{ podSandboxId: string; config: CriContainerConfig; sandboxConfig: CriPodSandboxConfig }, { containerId: string }];
  StartContainer: [{ containerId: string }, unknown];
  /** Seconds. */
  StopContainer: [{ containerId: string; timeout: number }, unknown];
  RemoveContainer: [{ containerId: string }, unknown];
  ListContainers: [{ filter: { labelSelector: Record<string, string> } }, { containers: CriContainer[] }];
  ContainerStatus: [{ containerId: string; verbose: boolean }, { status: CriContainerStatus; info: Record<string, string> }];
  UpdateContainerResources: [{ containerId: string; linux: CriResources }, unknown];
  ReopenContainerLog: [{ containerId: string }, unknown];
  /** Seconds; 0: no limit. */
  ExecSync: [{ containerId: string; cmd: string[]; timeout: number }, { stdout: Buffer; stderr: Buffer; exitCode: number }];
  Attach: [{ containerId: string; stdin: boolean; tty: boolean; stdout: boolean; stderr: boolean }, { url: string }];
}

export interface ImageCalls {
  ListImages: [Record<string, never>, { images: CriImage[] }];
  ImageStatus: [{ image: { image: string } }, { image: CriImage | null }];
  PullImage: [{ image: { image: string }; auth?: { username: string; password: string } }, { imageRef: string }];
  RemoveImage: [{ image: { image: string } }, unknown];
}

type Process = { containerId: string; execId: string };

export interface TaskCalls {
  Exec: [Process & { stdin: string; stdout: string; stderr: string; terminal: boolean; spec: { typeUrl: string; value: Buffer } }, unknown];
  Start: [Process, { pid: number }];
  Wait: [Process, { exitStatus: number }];
  CloseIO: [Process & { stdin: boolean }, unknown];
  ResizePty: [Process & { width: number; height: number }, unknown];
  DeleteProcess: [Process, unknown];
}

export interface ContainerCalls {
  Get: [{ id: string }, { container: { spec: { value: Buffer } } }];
}

export interface ExitEnvelope {
  topic: string;
  event: { value: { containerId: string; id: string; exitStatus: number } } | null;
}
