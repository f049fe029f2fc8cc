/**
 * The kernel as its host (a worker thread) sees it: one Machine a thread, many pods on it. The machine's state is plain JSON
 * (principle 6); it does no IO, has no clock and no promises: the host tells it the time, lets it run, and reads its outbox.
 * Bytes are latin1 ("one-byte") strings of at most 64 KiB a chunk: shared by reference, sent between threads as they are.
 */
import type { PodClockRow } from '#clock';
import type { ServiceEntry } from '#runtime';

export type Bytes = string;

/**
 * Flow: each direction of each stream (a container's and an exec's stdout+stderr together, their stdin, either direction of a connection)
 * begins with a window of this many bytes. Who sends uses it up; who receives opens it again by as many bytes as it has taken. Out of the
 * machine: a process that writes blocks while less than its write is left (a write may be cut to fit), and Machine.credit() opens it. Into
 * the machine: the host never sends more than the window, and a 'credit' output opens it.
 */
export const STREAM_WINDOW = 64 * 1024;

export interface SandboxInit {
  id: string;
  podUid: string;
  namespace: string;
  podName: string;
  hostname: string;
  /** The domain that the hostname stands in, for /etc/hosts. */
  domain?: string;
  ip: string;
  /** Of the network that `ip` is in; 24 by default. */
  prefix?: number;
  /** `ip` is the node's, which others use too. */
  hostNetwork?: boolean;
  dns: { servers: string[]; searches: string[]; options: string[] };
  hostAliases: { ip: string; hostnames: string[] }[];
  sharePid: boolean;
  clock: PodClockRow;
}

/** A frozen image: its files (path -> node), what it runs, which programs its PATH has. Shared by all containers of the image. */
export interface ImageLayer {
  id: string;
  entrypoint: string[];
  cmd: string[];
  env: Record<string, string>;
  workingDir: string;
  user: string;
  files: Record<string, ImageFile>;
}
export type ImageFile = { uid?: number; gid?: number; mtime?: number } & (
  | { type: 'file'; mode: number; content: Bytes }
  /** An executable that is one of the kernel's programs (for example /bin/sh -> program "sh"). */
  | { type: 'program'; program: string; mode: number }
  | { type: 'dir'; mode: number }
  | { type: 'link'; target: string }
);

export interface ContainerInit {
  id: string;
  sandboxId: string;
  name: string;
  imageId: string;
  argv: string[];
  env: Record<string, string>;
  workingDir: string;
  /** Volume ids as made by addVolume. */
  mounts: { volumeId: string; subPath: string; path: string; readonly: boolean }[];
  uid: number;
  gid: number;
  /** Supplementary groups. */
  groups?: number[];
  tty: boolean;
  stdin: boolean;
  memoryBytes?: number;
  readonlyRootfs: boolean;
  /** A file of the container's own is there; its last bytes come with the exit. */
  terminationMessagePath?: string;
}

export interface VolumeInit {
  id: string;
  podUid: string;
  /** A tmpfs; else a folder on the node's disk. */
  memory?: boolean;
  /** How many bytes fit in. */
  sizeLimitBytes?: number;
  /** The group that it belongs to, and what is made in it. */
  gid?: number;
  /** Initial content (configMap and the like; or an emptyDir brought back from disk). */
  files: Record<string, ImageFile>;
}

/** What happened, for the host to carry outwards. Order is the order of happening. `at`: pod clock, epoch ms. */
export type MachineOutput =
  /** A write to stdout or stderr of a container's main process tree (`of` = container id) or of an exec (`of` = exec id). */
  | { type: 'output'; of: string; stream: 'stdout' | 'stderr'; data: Bytes; at: number }
  /** The main process (container) or the exec's process ended. `oom`: the kernel killed it for memory. */
  | { type: 'exit'; of: string; code: number; signal: number; oom: boolean; at: number; message?: Bytes }
  /** A step of a process threw: a mistake in the kernel or a program. The process was ended by SIGSEGV. */
  | { type: 'fault'; message: string }
  /** The sandbox's pause process ended: the sandbox is not ready any more. */
  | { type: 'sandbox-dead'; sandboxId: string; at: number }
  /** A dialled connection (from dial) has bytes, has ended, or was refused. */
  | { type: 'dialled'; connection: string; event: 'open' | 'refused' | 'data' | 'end'; data?: Bytes }
  /** A process wants a connection to an address outside this machine: the host routes it and answers with remote*(). */
  | { type: 'connect-out'; connection: string; fromIp: string; ip: string; port: number }
  | { type: 'remote-data'; connection: string; data: Bytes }
  | { type: 'remote-end'; connection: string }
  /** Into the machine: stdin of a container or exec, or a connection (`of`: its id), has taken this many bytes (see STREAM_WINDOW). */
  | { type: 'credit'; of: string; bytes: number };

export type StartResult = { ok: true } | { ok: false; error: string };

export interface Machine {
  addImage(layer: ImageLayer): void;
  hasImage(id: string): boolean;

  addSandbox(init: SandboxInit): void;
  /** Kills everything in it at once. */
  removeSandbox(sandboxId: string): void;
  setClock(sandboxIds: string[], clock: PodClockRow): void;

  addVolume(init: VolumeInit): void;
  updateVolume(id: string, files: Record<string, ImageFile>): void;
  readVolume(id: string): Record<string, ImageFile>;
  /** Takes the ids of the volumes that processes have written to since the last call (so that they can be kept on disk). */
  takeChangedVolumes(): string[];
  volumeBytes(id: string): number;
  /** Of a container's own layer. */
  containerBytes(containerId: string): number;
  removeVolume(id: string): void;

  /** Starts a container: a fresh root over its image, mounts, PID 1. Not ok: the command is not there or may not be run (runc's wording). */
  startContainer(init: ContainerInit): StartResult;
  /** Gives it another limit, from now on: one that holds more already is killed at once (OOMKilled). */
  updateContainer(containerId: string, resources: { memoryBytes?: number }): void;
  /** Frees what an ended container left (its root's upper layer, zombies). */
  removeContainer(containerId: string): void;
  /** A signal to the container's main process, as runc kill sends it. SIGKILL ends the whole PID namespace. */
  signalContainer(containerId: string, signal: number): void;

  startExec(exec: { id: string; containerId: string; argv: string[]; tty: boolean; stdin: boolean; env?: Record<string, string> }): StartResult;
  signalExec(execId: string, signal: number): void;
  /** stdin of a container or exec. */
  writeStdin(of: string, data: Bytes): void;
  closeStdin(of: string): void;
  /** Out of the machine: the host has taken this many bytes of a container's or exec's output, or of a connection's (see STREAM_WINDOW). */
  credit(of: string, bytes: number): void;
  resize(of: string, columns: number, rows: number): void;

  /** A connection to a port of the sandbox: at its address, or from 127.0.0.1 (as port-forward comes) over its loopback. Answers come as 'dialled' outputs. */
  dial(connection: string, sandboxId: string, port: number, fromIp: string): void;
  /** A connection that another machine's pod makes to an IP of this one: answers come as 'dialled' outputs too. */
  accept(connection: string, fromIp: string, ip: string, port: number): void;
  sendDialled(connection: string, data: Bytes): void;
  endDialled(connection: string): void;
  /** Answers to 'connect-out'. */
  remoteOpen(connection: string): void;
  remoteRefused(connection: string, error: 'ECONNREFUSED' | 'EHOSTUNREACH' | 'ETIMEDOUT'): void;
  remoteData(connection: string, data: Bytes): void;
  remoteEnd(connection: string): void;

  setServices(services: ServiceEntry[]): void;

  /**
   * Runs processes, fairly, until nothing is runnable or `steps` are used up; `realNow` is the system clock (epoch ms), from which each
   * sandbox's pod time follows. Timers that are due at `realNow` fire first. Returns whether more is runnable now.
   * All other calls happen at the time of the last run(): run(now, 0) before them moves it.
   */
  run(realNow: number, steps: number): boolean;
  /** The system-clock time of the earliest timer, or undefined. */
  nextTimer(): number | undefined;
  /** How these pods stand: whether a process of theirs can run now, when (pod time) the next one wakes (Infinity: never), and how many turns those have had that cannot. */
  activity(podUids: string[]): { runnable: string[]; next: number; turns: number };
  /** Takes what has happened since the last call. */
  takeOutputs(): MachineOutput[];

  /** One pod's whole state as JSON (processes, descriptors, files, sockets, timers), and back. */
  snapshotPod(podUid: string): unknown;
  restorePod(snapshot: unknown): void;
}
