/**
 * What the main thread and a worker thread say to each other. Both directions are batched: an array of these is one message, at most one
 * a turn of the event loop. Order is kept, so a command needs an answer only where its caller has to wait for one.
 */
import type { PodClockRow } from '#clock';
import type { PodsAtRest, ServiceEntry } from '#runtime';
import type { NodeSize } from '../kernel/node-figures.js';
import type { WebHost } from '../net/web-hosts.js';
import type { Bytes, ContainerInit, ImageFile, ImageLayer, MachineOutput, SandboxInit, VolumeInit } from '../kernel/machine.js';

/** workerData of a thread. */
export interface ThreadInit {
  /** One Int32 that the thread counts up: it stands still when the thread does. */
  heartbeat: SharedArrayBuffer;
  seed: number;
  /** The virtual web hosts by name. */
  web: Record<string, WebHost>;
  node: NodeSize;
  /** How long after a write an emptyDir is put on disk. */
  persistAfterMs: number;
}

/** How long a thread lets its heart rest at most, in milliseconds. */
export const HEARTBEAT_MS = 1000;

export interface ExecInit {
  id: string;
  containerId: string;
  argv: string[];
  tty: boolean;
  stdin: boolean;
}

export type Command =
  | { type: 'addImage'; layer: ImageLayer }
  | { type: 'addSandbox'; sandbox: SandboxInit }
  /** Answered when nothing of it runs any more, and its logs are complete. */
  | { type: 'removeSandbox'; request: number; sandboxId: string }
  | { type: 'setClock'; sandboxIds: string[]; clock: PodClockRow }
  /** Answered when nothing in these pods can run, or some of it would not stop: with `rest`. */
  | { type: 'atRest'; request: number; podUids: string[] }
  | { type: 'setServices'; services: ServiceEntry[] }
  /** `file`: where its content is kept on disk; '' when it is not. `onDisk`: a file is there already. */
  | { type: 'addVolume'; volume: VolumeInit; file: string; onDisk: boolean }
  | { type: 'updateVolume'; id: string; files: Record<string, ImageFile> }
  | { type: 'removeVolume'; id: string }
  | { type: 'volumeBytes'; request: number; id: string }
  | { type: 'containerBytes'; request: number; containerId: string }
  /** Answered when all that was written so far is on disk. */
  | { type: 'persistVolumes'; request: number }
  | { type: 'startContainer'; request: number; container: ContainerInit; logFile: string }
  /** Answered when the new limit holds. */
  | { type: 'updateContainer'; request: number; containerId: string; memoryBytes?: number }
  | { type: 'removeContainer'; containerId: string }
  | { type: 'signalContainer'; containerId: string; signal: number }
  | { type: 'reopenLog'; request: number; containerId: string }
  /** Whether a container's output is sent to the main thread too (beside its log). An exec's always is. */
  | { type: 'forwardOutput'; containerId: string; on: boolean }
  | { type: 'startExec'; request: number; exec: ExecInit }
  | { type: 'signalExec'; execId: string; signal: number }
  | { type: 'stdin'; of: string; data: Bytes }
  | { type: 'closeStdin'; of: string }
  | { type: 'resize'; of: string; columns: number; rows: number }
  | { type: 'credit'; of: string; bytes: number }
  | { type: 'dial'; connection: string; sandboxId: string; port: number; fromIp: string }
  | { type: 'accept'; connection: string; fromIp: string; ip: string; port: number }
  | { type: 'sendDialled'; connection: string; data: Bytes }
  | { type: 'endDialled'; connection: string }
  | { type: 'remoteOpen'; connection: string }
  | { type: 'remoteRefused'; connection: string; error: 'ECONNREFUSED' | 'EHOSTUNREACH' | 'ETIMEDOUT' }
  | { type: 'remoteData'; connection: string; data: Bytes }
  | { type: 'remoteEnd'; connection: string }
  /** For tests of what happens then: the thread hangs in a step, or dies of an error. */
  | { type: 'fault'; fault: 'stall' | 'die' };

/** The answer to the command with this request number. `value`: bytes, or the system time at which a container or exec started. */
export type Reply = { type: 'reply'; request: number; ok: true; value: number; rest?: PodsAtRest } | { type: 'reply'; request: number; ok: false; error: string };

export type ThreadMessage =
  | MachineOutput
  | Reply
  /** The thread has loaded its code and takes commands. */
  | { type: 'ready' }
  /** A volume is on disk now. */
  | { type: 'persisted'; volumeId: string }
  /** Something outside the pods went wrong and was survived: a log or a volume that could not be written. */
  | { type: 'warning'; message: string };
