/** What a step works on: the machine's thread-wide parts, and one sandbox's state. Handles are made anew after a restore. */
import type { PodClockRow } from '#clock';
import { podTime } from '#clock';
import type { Image } from '../files/image.js';
import type { Link } from '../net/links.js';
import type { Names } from '../net/names.js';
import type { ServiceRoutes } from '../net/service-routes.js';
import type { MachineOutput } from './machine.js';
import type { NodeSize } from './node-figures.js';
import { IDLE, QUEUED, RUNNING, WOKEN } from './state.js';
import type { Program } from './program.js';
import type { Pod, Process, Sandbox } from './state.js';
import type { Timers } from './timers.js';

/** `text`: what is added at the cursor; `names`: all that fit. */
export interface Completion {
  text: string;
  names: string[];
}

/** Parts of the machine that are not a pod's state: tables that the host gave, the outbox, and caches. */
export interface Core {
  node: NodeSize;
  realNow: number;
  seed: number;
  outputs: MachineOutput[];
  images: Map<string, Image>;
  names: Names;
  routes: ServiceRoutes;
  timers: Timers;
  /** Sandboxes that have something to run, in turn. */
  ring: Kernel[];
  kernels: Map<string, Kernel>;
  /** Sandboxes by pod IP. */
  byIp: Map<string, Kernel>;
  pods: Map<string, Pod>;
  links: Map<string, Link>;
  /** Told when the main process of a container or exec has ended. */
  led(k: Kernel, p: Process): void;
  /** What Tab adds to a line that this process waits for. */
  complete(k: Kernel, p: Process, before: string): Completion;
  /** Told when a process has read what came in over a link. */
  drained(k: Kernel, link: string, bytes: number): void;
  /** Bytes that all processes of the thread are charged with. */
  memory: number;
  /** Volumes written to since the host last asked. */
  changedVolumes: Set<string>;
  programs: Record<string, Program>;
}

export interface Kernel {
  core: Core;
  pod: Pod;
  box: Sandbox;
  /** Whether it is in core.ring. */
  ringed: boolean;
  /** Turns that its processes have had. */
  turns: number;
}

/** Milliseconds since the epoch on the pod's clock. */
export function now(k: Kernel): number {
  return clockTime(k.box.clock, k.core.realNow);
}

export function clockTime(row: PodClockRow, real: number): number {
  return Math.floor(podTime(row, real));
}

export function newId(k: Kernel): number {
  return ++k.box.lastId;
}

/** Puts a process into the run queue. Harmless when it is there already or has nothing to do. */
export function wake(k: Kernel, id: number): void {
  const p = k.box.processes[id];
  if (!p || p.zombie || p.stopped !== 0) return;
  if (p.run === RUNNING) p.run = WOKEN;
  if (p.run !== IDLE) return;
  p.run = QUEUED;
  k.box.ready.push(id);
  if (!k.ringed) {
    k.ringed = true;
    k.core.ring.push(k);
  }
}

/** Wakes all of a list of waiters and empties it. */
export function wakeAll(k: Kernel, waiters: number[]): void {
  if (waiters.length === 0) return;
  for (const id of waiters.splice(0)) wake(k, id);
}

export function waitIn(waiters: number[], p: Process): void {
  if (!waiters.includes(p.id)) waiters.push(p.id);
}

/** Wakes the process at this pod time. A process has one timer: a later call replaces it; 0 takes it away. */
export function setTimer(k: Kernel, p: Process, at: number): void {
  if (p.wakeAt === at) return;
  p.wakeAt = at;
  if (at > 0) k.core.timers.add(k, p.id, at);
}

/** 32 pseudo random bits of the sandbox's generator (xorshift). */
export function random(k: Kernel): number {
  let x = k.box.random | 0;
  x ^= x << 13;
  x ^= x >>> 17;
  x ^= x << 5;
  k.box.random = x;
  return x >>> 0;
}
