/**
 * What the pure decisions take and give. A decision sees a pod, what was observed of it, and `now` (pod clock, epoch ms), and
 * returns actions in order; the kubelet's executor carries them out. No IO, no clock, no logging in here (principle 3).
 */
import type { Amounts, ContainerKind, Node, NodeUsage, Pod, PodStatus, ResourceRequirements } from '#objects';
import type { PodSandbox, RuntimeContainer } from '#runtime';

export type { ContainerKind } from '#objects';

/**
 * What the node knows of an image that a container wants. `unknown`: not on this node (the runtime has been asked).
 * `failed`: the last pull failed at `at`; the next may begin at `retryAt` (nextBackoffMs gives the delays).
 */
export type ImageState =
  | { state: 'unknown' }
  | { state: 'present'; ref: string }
  | { state: 'pulling' }
  | { state: 'failed'; reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName' | 'ImageInspectError'; message: string; at: number; retryAt: number };

/** Results of probes as cached by the prober (issue 5 fills them all); absent: no probe, or none run yet. */
export interface ProbeState {
  started?: boolean;
  ready?: boolean;
  /** A liveness or startup probe has failed for good: the container is to be killed. */
  failed?: { probe: 'liveness' | 'startup'; message: string };
}

/** A resize that the node does not grant. Infeasible: it never could; Deferred: not while its other pods take what they take. */
export interface PendingResize {
  reason: 'Infeasible' | 'Deferred';
  message: string;
  /** Of the spec that asks for it. */
  generation: number;
  /** Since when it is so. */
  at: number;
}

/** What the node has for a pod, and what its other pods take of that. */
export interface NodeRoom {
  node: Node;
  allocatable: Amounts & { pods: number };
  usage: NodeUsage;
}

/** What a node remembers of a pod across its own restarts; stored as pod_sync.memo. Plain JSON. */
export interface PodMemo {
  /** The attempt number of the newest sandbox; -1 before the first. */
  sandboxAttempt: number;
  /**
   * Crash back-off by container name: a restart waits until `delayMs` after the last exit. `updatedAt`: when the last restart was
   * made; `image`: with which image (another image starts without back-off).
   */
  backoff: Record<string, { delayMs: number; updatedAt: number; image: string }>;
  /** When the pod's containers began to be ended (deletion, deadline, end of the pod), and with which grace. */
  ending?: { since: number; graceMs: number };
  /** In the sandbox with this attempt every container runs anew, whatever its restart policy: an init container's image was changed. */
  anewAttempt?: number;
  /** The sandbox attempt whose making was announced by a SandboxChanged event. */
  announcedAttempt?: number;
  /** Why the node evicts the pod. Once it is said the pod ends, whatever is observed later. */
  evicted?: string;
  /** By container name: the last obstacle to a start that was told in events, as <reason>#<attempt>@<when it began>. */
  told?: Record<string, string>;
  /** Why the node did not take the pod. */
  rejected?: { reason: string; message: string };
  pendingResize?: PendingResize;
  /**
   * A resize that was granted and has not reached all containers: what each is to have, by name, and which run was ended to be started with it.
   * `at`: since when it is so; `error`: of the runtime; `done`: it has, and is yet to be written.
   */
  resize?: { generation: number; at: number; allocated: Record<string, ResourceRequirements>; restarting?: Record<string, string>; error?: string; done?: true };
}

/** The memo of a pod that this node sees for the first time. */
export const NEW_MEMO: PodMemo = { sandboxAttempt: -1, backoff: {} };

/** Everything observed about a pod at one moment. */
export interface ObservedPod {
  /** Newest first. */
  sandboxes: PodSandbox[];
  /** Newest attempt first; containers of former sandboxes included, while the runtime still lists them. */
  containers: RuntimeContainer[];
  /** The scheme of container ids in the status: `virtual://<id>`, `containerd://<id>`. */
  runtimeName: string;
  /** By image name as written in the spec. */
  images: Record<string, ImageState>;
  /** By container name: the attempt for which this worker has pulled the image with success (imagePullPolicy Always pulls before each start). */
  pulled: Record<string, number>;
  /** By container name. */
  probes: Record<string, ProbeState>;
  /** Operations under way in this worker: a decision never orders them a second time. Container ids. */
  killing: string[];
  /**
   * Start failures by container name (config errors, create errors, RunContainerError ..): until the next start of that container
   * succeeds. `at` is when it failed; a decision tries again 10 s later.
   */
  startErrors: Record<string, { reason: string; message: string; at: number }>;
  /** postStart hooks under way, by container name: the container counts as not started. */
  hooks: string[];
  volumesReady: boolean;
  /** Why the pod can't stay on the node: it has used more than it may. The kubelet's message. */
  eviction?: string;
  /** By container id: the resources that this worker started it with, or gave it since. */
  given?: Record<string, ResourceRequirements>;
  /** The last updateResources failed. */
  resizeError?: { message: string; at: number };
  /** Only where the pod is to be judged by it. */
  room?: NodeRoom;
  hostIP: string;
  memo: PodMemo;
}

/**
 * Ordered. Those marked (operation) only begin: their end triggers a sync. The executor waits for each of the others; when one of them
 * fails it leaves out those that follow, except that a container that cannot be started does not keep the next from starting.
 */
export type PodAction =
  | { type: 'createSandbox'; attempt: number }
  /** Only ordered when no container runs in it any more, so it is quick. */
  | { type: 'stopSandbox'; sandboxId: string; reason: string }
  | { type: 'removeSandbox'; sandboxId: string }
  | { type: 'prepareVolumes' }
  /** (operation) On success: `pulled[container] = attempt`. */
  | { type: 'pullImage'; container: string; kind: ContainerKind; image: string; attempt: number }
  | { type: 'startContainer'; container: string; kind: ContainerKind; attempt: number }
  /**
   * (operation) preStop hook, stop signal, grace, SIGKILL. `message`: of the Killing event. Ordered a second time for the same
   * container only to shorten its grace (a second deletion with a shorter one): stop it again with the new grace.
   */
  | { type: 'killContainer'; container: string; containerId: string; kind: ContainerKind; reason: string; message: string; graceMs: number }
  /** Gives a container that runs other resources. A failure is noted (`resizeError`), and what follows is done all the same. */
  | { type: 'updateResources'; container: string; containerId: string; resources: ResourceRequirements }
  /** Frees a dead container that is no longer wanted (older than the last one). */
  | { type: 'removeContainer'; containerId: string }
  /** An event to be recorded; the wording stands beside the decision. With `container`: about that container (its fieldPath). */
  | { type: 'event'; eventType: 'Normal' | 'Warning'; reason: string; message: string; container?: string; kind?: ContainerKind }
  /** Everything has ended: remove sandboxes, containers, volumes, logs; then the pod object may be removed (deletionTimestamp is set). */
  | { type: 'finalizePod' };

export interface PodDecision {
  actions: PodAction[];
  /**
   * Pod clock, epoch ms: when to look again though nothing changes (a back-off that ends, a deadline). `now` or before: as soon as
   * this sync's status is written (an exit is reported before the container is restarted).
   */
  requeueAt?: number;
  /** To be stored with this sync, and to be passed to computePodStatus. */
  memo: PodMemo;
}

/** The signatures that libs/lifecycle exports. */
export type ComputePodActions = (pod: Pod, observed: ObservedPod, now: number) => PodDecision;
/** `pod.status` is the last status written; `observed` after the actions, with the decision's memo. */
export type ComputePodStatus = (pod: Pod, observed: ObservedPod, now: number) => PodStatus;
/** kubectl's STATUS column (printPod in pkg/printers/internalversion/printers.go). */
export type DisplayStatus = (pod: Pod, now: number) => string;
