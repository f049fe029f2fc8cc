import { PodClock, type Clock, type PodClockRow } from '#clock';
import { RuntimeError, type ContainerConfig, type PodSandbox, type RuntimeContainer, type VolumeSource } from '#runtime';
import type { HostCopy } from '../volumes/host-copy.js';
import type { ThreadLink } from './thread-link.js';

export interface VolumeRecord {
  /** `<pod uid>/<volume name>`: its id in the machine. */
  id: string;
  source: VolumeSource;
  /** hostPath: what was read of it. */
  copy?: HostCopy;
  onDisk: boolean;
}

export interface SandboxRecord {
  pod: PodRecord;
  info: PodSandbox;
  logDirectory: string;
  hostname: string;
  /** The address that stopPodSandbox gives back; '' when it has none (any more). */
  ip: string;
  /** stopPodSandbox has done its work. */
  stopped: boolean;
}

export interface ContainerRecord {
  pod: PodRecord;
  sandbox: SandboxRecord;
  info: RuntimeContainer;
  /** Until it is started. */
  config: ContainerConfig | undefined;
  stdin: boolean;
  stdinOnce: boolean;
  tty: boolean;
  /** The number of the signal that stops it. */
  stopSignal: number;
  /** Called when it has exited. */
  waiters: (() => void)[];
}

/** What the host knows of a pod: it lives as a whole on one thread. */
export interface PodRecord {
  uid: string;
  /** undefined: none chosen yet, or it was lost; the next sandbox gets one. */
  thread: ThreadLink | undefined;
  clock: PodClock;
  /** Newest first. */
  sandboxes: SandboxRecord[];
  /** Newest first. */
  containers: ContainerRecord[];
  volumes: Map<string, VolumeRecord>;
}

/** All records, by pod and by id. */
export class Pods {
  readonly byUid = new Map<string, PodRecord>();
  readonly sandboxes = new Map<string, SandboxRecord>();
  readonly containers = new Map<string, ContainerRecord>();
  /** Sandboxes that have an address of their own. */
  readonly byIp = new Map<string, SandboxRecord>();

  constructor(private readonly clock: Clock) {}

  /** The pod's record, made if it is new. */
  open(uid: string, clock?: PodClockRow): PodRecord {
    let pod = this.byUid.get(uid);
    if (!pod) {
      pod = { uid, thread: undefined, clock: new PodClock(this.clock, clock), sandboxes: [], containers: [], volumes: new Map() };
      this.byUid.set(uid, pod);
    } else if (clock) pod.clock.redefine(clock);
    return pod;
  }

  /** Forgets the pod when nothing of it is left. */
  closeIfEmpty(pod: PodRecord): void {
    if (pod.sandboxes.length > 0 || pod.volumes.size > 0) return;
    if (this.byUid.get(pod.uid) === pod) this.byUid.delete(pod.uid);
    if (pod.thread) pod.thread.pods--;
    pod.thread = undefined;
  }

  addSandbox(sandbox: SandboxRecord): void {
    this.sandboxes.set(sandbox.info.id, sandbox);
    sandbox.pod.sandboxes.unshift(sandbox);
    if (sandbox.ip) this.byIp.set(sandbox.ip, sandbox);
  }

  /** Takes its address from it; returns it, or ''. */
  takeIp(sandbox: SandboxRecord): string {
    const { ip } = sandbox;
    if (ip) this.byIp.delete(ip);
    sandbox.ip = '';
    return ip;
  }

  removeSandbox(sandbox: SandboxRecord): void {
    this.sandboxes.delete(sandbox.info.id);
    sandbox.pod.sandboxes = sandbox.pod.sandboxes.filter((other) => other !== sandbox);
  }

  addContainer(container: ContainerRecord): void {
    this.containers.set(container.info.id, container);
    container.pod.containers.unshift(container);
  }

  removeContainer(container: ContainerRecord): void {
    this.containers.delete(container.info.id);
    container.pod.containers = container.pod.containers.filter((other) => other !== container);
  }

  sandbox(id: string): SandboxRecord {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) throw new RuntimeError('NOT_FOUND', `an error occurred when try to find sandbox "${id}": not found`);
    return sandbox;
  }

  container(id: string): ContainerRecord {
    const container = this.containers.get(id);
    if (!container) throw new RuntimeError('NOT_FOUND', `an error occurred when try to find container "${id}": not found`);
    return container;
  }

  running(id: string): ContainerRecord {
    const container = this.container(id);
    if (container.info.state !== 'RUNNING') {
      throw new RuntimeError('NOT_RUNNING', `container "${id}" is in CONTAINER_${container.info.state} state`);
    }
    return container;
  }
}

/** The thread of something that runs. */
export function threadOf(pod: PodRecord): ThreadLink {
  if (!pod.thread) throw new RuntimeError('UNAVAILABLE', `the thread of pod ${pod.uid} is gone`);
  return pod.thread;
}
