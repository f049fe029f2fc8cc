/**
 * What the pure decisions take and give. A decision sees a pod, what was observed of it, and `now` (pod clock, epoch ms), and
 * returns actions in order; the kubelet's executor carries them out. No IO, no clock, no logging in here (principle 3).
 */
import type { Pod, PodStatus } from '#objects';
import type { PodSandbox, RuntimeContainer } from '#runtime';

export type ContainerKind = 'INIT' | 'SIDECAR' | 'APP' | 'EPHEMERAL';

/** What the node knows of an image that a container wants. `failed`: the last pull failed at `at`; `reason` as in the container's waiting state. */
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

/** What a node remembers of a pod across its own restarts; stored as pod_sync.memo. Plain JSON. */
export interface PodMemo {
  /** The attempt number of the newest sandbox; -1 before the first. */
  sandboxAttempt: number;
  /** Crash back-off by container name: the delay that the next restart waits, counted from the last exit. */
  backoff: Record<string, { delayMs: number; lastExitAt: number }>;
}

/** Everything observed about a pod at one moment. */
export interface ObservedPod {
  /** Newest first. */
  sandboxes: PodSandbox[];
  /** Newest attempt first; containers of former sandboxes included, while the runtime still lists them. */
  containers: RuntimeContainer[];
  /** By image name as written in the spec. */
  images: Record<string, ImageState>;
  /** By container name. */
  probes: Record<string, ProbeState>;
  /** Operations under way in this worker: a decision never orders them a second time. Container ids, or 'sandbox'. */
  killing: string[];
  /** Start failures that left no container behind: config errors and the like; by container name. */
  startErrors: Record<string, { reason: string; message: string; at: number }>;
  /** postStart hooks under way, by container name: the container counts as not started. */
  hooks: string[];
  volumesReady: boolean;
  hostIP: string;
  memo: PodMemo;
}

/** Ordered; the executor does one after another, and those marked (operation) only begin: their end triggers a sync. */
export type PodAction =
  | { type: 'createSandbox'; attempt: number }
  /** (operation) Stop all that is in it, then the sandbox itself; containers with their grace. */
  | { type: 'stopSandbox'; sandboxId: string; reason: string; graceMs: number }
  | { type: 'removeSandbox'; sandboxId: string }
  | { type: 'prepareVolumes' }
  /** (operation) */
  | { type: 'pullImage'; container: string; image: string }
  | { type: 'startContainer'; container: string; kind: ContainerKind; attempt: number }
  /** (operation) preStop hook, stop signal, grace, SIGKILL. `message`: of the Killing event. */
  | { type: 'killContainer'; container: string; containerId: string; kind: ContainerKind; reason: string; message: string; graceMs: number }
  /** Frees a dead container that is no longer wanted (older than the last one). */
  | { type: 'removeContainer'; containerId: string }
  /** An event to be recorded; the wording stands beside the decision. */
  | { type: 'event'; eventType: 'Normal' | 'Warning'; reason: string; message: string; container?: string; kind?: ContainerKind }
  /** Everything has ended and been cleaned up: the pod object may be removed (deletionTimestamp is set). */
  | { type: 'finalizePod' };

export interface PodDecision {
  actions: PodAction[];
  /** Pod clock, epoch ms: when to look again though nothing changes (a back-off that ends, a deadline). */
  requeueAt?: number;
  memo: PodMemo;
}

/** The signatures that libs/lifecycle exports. */
export type ComputePodActions = (pod: Pod, observed: ObservedPod, now: number) => PodDecision;
export type ComputePodStatus = (pod: Pod, observed: ObservedPod, now: number) => PodStatus;
/** kubectl's STATUS column (printPod in pkg/printers/internalversion/printers.go). */
export type DisplayStatus = (pod: Pod, now: number) => string;
