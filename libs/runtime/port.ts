/**
 * The port that every runtime implements: CRI's operations and words (k8s.io/cri-api runtime/v1), plus what a kubelet needs
 * around CRI: dial, volumes, the Service and DNS table. A runtime keeps no Kubernetes objects: what it must know comes in the configs.
 * All times are epoch milliseconds on the pod's clock. Every operation is idempotent where CRI's is: stopping or removing what is
 * gone succeeds. Errors: RuntimeError.
 */
import type { Duplex, Readable, Writable } from 'node:stream';
import type { PodClockRow } from '#clock';

/** Names a sandbox's pod. `attempt` counts its sandboxes: 0 for the first. */
export interface PodSandboxMetadata {
  namespace: string;
  name: string;
  uid: string;
  attempt: number;
}

export interface PodSandboxConfig {
  metadata: PodSandboxMetadata;
  /** The kernel's: with setHostnameAsFQDN it has the domain in it. */
  hostname: string;
  /** Folder of the pod's logs; a container's logPath is relative to it. */
  logDirectory: string;
  dns: { servers: string[]; searches: string[]; options: string[] };
  /** Lines of /etc/hosts beside the runtime's own (hostAliases). */
  hostAliases?: { ip: string; hostnames: string[] }[];
  /** POD: one PID namespace for all containers, /pause is PID 1 (shareProcessNamespace). CONTAINER: each its own. */
  pid: 'POD' | 'CONTAINER' | 'NODE';
  network: 'POD' | 'NODE';
  /** The domain that the hostname stands in, for /etc/hosts (subdomain). Absent: none. */
  domain?: string;
  /** Ports of the node that lead to ports of the sandbox (hostPort). */
  portMappings?: { protocol: string; hostPort: number; containerPort: number }[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** The clock of the pod's namespace. */
  clock: PodClockRow;
}

export interface PodSandbox {
  id: string;
  metadata: PodSandboxMetadata;
  /** NOTREADY: stopped, or its pause process or its thread or host is gone. */
  state: 'READY' | 'NOTREADY';
  createdAt: number;
  /** Empty until the network is up, and for network NODE. */
  ip: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

export interface ImageSpec {
  image: string;
}

export interface Image {
  id: string;
  repoTags: string[];
  repoDigests: string[];
  size: number;
  uid?: number;
  username?: string;
}

export interface Mount {
  /** As given by prepareVolume, with a subPath below it where wanted. */
  hostPath: string;
  containerPath: string;
  readonly: boolean;
}

export interface ContainerConfig {
  /** `attempt` counts the container's runs in the pod's life: its restart count. */
  metadata: { name: string; attempt: number };
  image: ImageSpec;
  /** Entrypoint; empty: the image's. With command set, the image's cmd is not used (Kubernetes' command and args). */
  command: string[];
  args: string[];
  /** '' : the image's working directory. */
  workingDir: string;
  envs: { key: string; value: string }[];
  mounts: Mount[];
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Below the sandbox's logDirectory: `<container>/<attempt>.log`. CRI line format: `<RFC3339Nano> stdout|stderr F|P text`. */
  logPath: string;
  /** Where the container finds an empty file of its own, writable for all, in which this run may leave a message. Absent: nowhere. */
  terminationMessagePath?: string;
  stdin: boolean;
  stdinOnce: boolean;
  tty: boolean;
  /** Limits; and what it is given of the processors where they are short (its request). */
  resources: { cpuMillis?: number; memoryBytes?: number; cpuRequestMillis?: number };
  runAsUser?: number;
  runAsGroup?: number;
  /** Further groups of its processes (supplementalGroups, fsGroup). */
  supplementalGroups?: number[];
  readonlyRootfs?: boolean;
  /** Where there is a real kernel: what its processes may do beside what containers may by default. */
  capabilities?: { add: string[]; drop: string[] };
  /** No process gets more rights than the one that began it (allowPrivilegeEscalation: false). */
  noNewPrivileges?: boolean;
  seccomp?: 'RuntimeDefault' | 'Unconfined';
  stopSignal?: string;
}

/** Source: MaxContainerTerminationMessageLength in pkg/kubelet/container/runtime.go. */
export const TERMINATION_MESSAGE_BYTES = 4096;

export type ContainerStateName = 'CREATED' | 'RUNNING' | 'EXITED' | 'UNKNOWN';

export interface RuntimeContainer {
  id: string;
  sandboxId: string;
  metadata: { name: string; attempt: number };
  /** As asked for, and the image's id (digest) that it resolved to. */
  image: string;
  imageRef: string;
  state: ContainerStateName;
  createdAt: number;
  /** 0 until then. */
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  /** Set when exited: Completed, Error, OOMKilled, StartError, ContainerCannotRun. */
  reason: string;
  message: string;
  /** When exited: the end (at most TERMINATION_MESSAGE_BYTES) of what it has left at its terminationMessagePath. */
  terminationMessage?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  logPath: string;
}

export interface ExecSyncResult {
  stdout: Buffer;
  stderr: Buffer;
  exitCode: number;
}

/** A running exec or attach. Streams end when the process does; `exit` settles last. */
export interface StreamSession {
  stdin?: Writable;
  stdout?: Readable;
  stderr?: Readable;
  /** tty only: columns and rows. */
  resize(width: number, height: number): void;
  /** exec: the command's exit code (128+n for a signal). attach: the container's. Rejects with RuntimeError if the session broke. */
  exit: Promise<number>;
  /** The client is gone: close what is open. An exec's process goes on, as with containerd. */
  close(): void;
}

/** A hint that something changed: what wakes a sync. The truth is what the list operations say. */
export interface RuntimeEvent {
  podUid: string;
  type:
    'SANDBOX_READY' | 'SANDBOX_STOPPED' | 'SANDBOX_REMOVED' | 'CONTAINER_CREATED' | 'CONTAINER_STARTED' | 'CONTAINER_EXITED' | 'CONTAINER_REMOVED';
  id: string;
}

/**
 * A volume's content as a runtime has to make it. `gid`: the group that its files and folders belong to (fsGroup). Content of kind files
 * is replaced as one by updateVolume, in the layout of the kubelet's atomic writer: `name -> ..data/name`, `..data -> ..<time>`.
 */
export type VolumeSource =
  /** A size limit is a tmpfs' size (ENOSPC) with medium Memory; else it is for the kubelet, which evicts the pod. */
  | { kind: 'emptyDir'; medium: '' | 'Memory'; sizeLimitBytes?: number; gid?: number }
  | { kind: 'files'; files: Record<string, { content: Buffer; mode: number }>; readonly: true; gid?: number }
  | { kind: 'hostPath'; path: string };

/** One Service as DNS and routing need it. `ip` 'None' is headless. Endpoints are ready ones only. */
export interface ServiceEntry {
  namespace: string;
  name: string;
  ip: string;
  externalName?: string;
  /** Addresses beside `ip` that lead to it: externalIPs, a load balancer's. */
  externalIPs?: string[];
  /** sessionAffinity ClientIP: a client stays with its endpoint for so many seconds after its last connection. Absent: round robin. */
  affinitySeconds?: number;
  /** All ready addresses, with the pods' own names in the Service's domain: what DNS says of a headless Service. */
  endpoints?: { ip: string; hostname?: string }[];
  ports: { name: string; protocol: string; port: number; nodePort?: number; targets: { ip: string; port: number }[] }[];
}

/** How pods stand while their clock does. */
export interface PodsAtRest {
  /** When a timer of theirs is due next, on their clock; Infinity: none. One that is not later than now is about to fire. */
  next: number;
  /** Another number than before: some of their processes have run meanwhile. */
  activity: number;
  /** Pods (by uid) with processes that would run on without end, whatever the time is. */
  busy: string[];
}

export interface ContainerRuntime {
  version(): Promise<{ runtimeName: string; runtimeVersion: string; runtimeApiVersion: string }>;

  /** Makes and starts the sandbox: network, hostname, pause. Returns its id. */
  runPodSandbox(config: PodSandboxConfig): Promise<string>;
  /** Ends all its processes by force and gives its address back. */
  stopPodSandbox(sandboxId: string): Promise<void>;
  /** Removes it and its containers. */
  removePodSandbox(sandboxId: string): Promise<void>;
  /** Newest first. All of them, or one pod's. */
  listPodSandboxes(filter?: { podUid?: string }): Promise<PodSandbox[]>;

  createContainer(sandboxId: string, config: ContainerConfig): Promise<string>;
  /** @throws RuntimeError START_FAILED when the command cannot be run; the container is then EXITED 128 StartError. */
  startContainer(containerId: string): Promise<void>;
  /** Stop signal, then SIGKILL after `graceMs` (0: at once). Resolves when it has exited. */
  stopContainer(containerId: string, graceMs: number): Promise<void>;
  removeContainer(containerId: string): Promise<void>;
  /** Newest attempt first. All of them, or one pod's. */
  listContainers(filter?: { podUid?: string }): Promise<RuntimeContainer[]>;
  /**
   * New limits for a container that runs, or is created; what is not given stays as it is. A runtime may kill at once one that holds more memory
   * than it may now; one that has ended takes no notice. @throws RuntimeError NOT_FOUND
   */
  /** What a container has on the node's disk: its writable layer, and its log. @throws RuntimeError UNSUPPORTED where it cannot be measured. */
  containerUsage(containerId: string): Promise<{ rootfsBytes: number; logBytes: number }>;
  updateContainerResources(containerId: string, resources: ContainerConfig['resources']): Promise<void>;
  /** Begins a new log file at the container's logPath (after the caller renamed the old one). */
  reopenContainerLog(containerId: string): Promise<void>;

  /** @throws RuntimeError TIMEOUT after `timeoutMs` (0: none); the process is then killed. */
  execSync(containerId: string, command: string[], timeoutMs: number): Promise<ExecSyncResult>;
  exec(containerId: string, request: { command: string[]; tty: boolean; stdin: boolean; stdout: boolean; stderr: boolean }): Promise<StreamSession>;
  attach(containerId: string, request: { tty: boolean; stdin: boolean; stdout: boolean; stderr: boolean }): Promise<StreamSession>;
  /**
   * A connection to a port of the sandbox: at its address, as the kubelet's probes and hooks connect, where a server that listens on 127.0.0.1
   * alone is not reached; or, as CRI's PortForward, to `localhost` inside it (where a runtime cannot, it is the address as well).
   * @throws RuntimeError NOT_RUNNING, CONNECTION_REFUSED.
   */
  dial(sandboxId: string, port: number, to?: 'address' | 'localhost'): Promise<Duplex>;

  /** undefined: not on this node. */
  imageStatus(image: ImageSpec): Promise<Image | undefined>;
  /** Returns the image's reference (digest). @throws RuntimeError IMAGE_NOT_FOUND, REGISTRY_UNAVAILABLE, INVALID_IMAGE_NAME. */
  pullImage(image: ImageSpec, auth?: { username: string; password: string }): Promise<string>;
  listImages(): Promise<Image[]>;
  removeImage(image: ImageSpec): Promise<void>;

  /** Makes the volume if it is not there (emptyDir content is kept when it is). Returns the hostPath for mounts. */
  prepareVolume(podUid: string, volumeName: string, source: VolumeSource): Promise<string>;
  updateVolume(podUid: string, volumeName: string, source: VolumeSource): Promise<void>;
  volumeUsage(podUid: string, volumeName: string): Promise<{ bytes: number }>;
  /** All volumes of a pod. */
  removeVolumes(podUid: string): Promise<void>;
  /** Pods that have volumes on this node: for clean-up after a restart. */
  listVolumes(): Promise<{ podUid: string; volumeName: string }[]>;

  /** Replaces the whole table of Services that pods on this node see. */
  setServices(services: ServiceEntry[]): void;
  /** A namespace's clock changed: re-bases the sandboxes of those pods. @throws RuntimeError UNSUPPORTED where time cannot be driven. */
  setClock(podUids: string[], clock: PodClockRow): Promise<void>;

  /**
   * Resolves when none of the pods' processes can go on before time does, and what they did has been reported. One that computes without end is
   * given a moment, and is then told as busy. @throws RuntimeError UNSUPPORTED where time cannot be driven.
   */
  atRest(podUids: string[]): Promise<PodsAtRest>;

  /** Ends when the runtime is closed. One consumer. */
  events(): AsyncIterable<RuntimeEvent>;
  /** Ends what the runtime holds in this process. `keep`: leave running what can outlive the process (cri); virtual pods end with it. */
  close(): Promise<void>;
}

/**
 * The runtime's one error type. Thrown when:
 * - NOT_FOUND: no such sandbox, container or exec.
 * - NOT_RUNNING: exec, attach, dial on what is not running.
 * - START_FAILED: the command could not be started (message as runc words it).
 * - IMAGE_NOT_FOUND, REGISTRY_UNAVAILABLE, INVALID_IMAGE_NAME: pulls.
 * - CONNECTION_REFUSED: nothing listens on the port.
 * - TIMEOUT: execSync took longer than allowed.
 * - UNSUPPORTED: this runtime cannot do it; the message says what and why.
 * - UNAVAILABLE: the runtime (thread, containerd) is gone or not answering.
 */
export type RuntimeErrorCode =
  | 'NOT_FOUND'
  | 'NOT_RUNNING'
  | 'START_FAILED'
  | 'IMAGE_NOT_FOUND'
  | 'REGISTRY_UNAVAILABLE'
  | 'INVALID_IMAGE_NAME'
  | 'CONNECTION_REFUSED'
  | 'TIMEOUT'
  | 'UNSUPPORTED'
  | 'UNAVAILABLE';

export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  constructor(
    readonly code: RuntimeErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
