/** What containers see of the machine that they are on: its size is the node's, as in a real container; what is used of it is their pod's. */
import type { Kernel } from './kernel.js';
import { now } from './kernel.js';

/** The node's size. */
export interface NodeSize {
  cpus: number;
  memoryBytes: number;
  diskBytes: number;
}

export const NODE_SIZE: NodeSize = { cpus: 2, memoryBytes: 8_000_000 * 1024, diskBytes: 50 * 1024 ** 3 };

/** What the node itself takes before any pod does. */
const SYSTEM_KB = 80_000;
const SYSTEM_DISK = 0.1;

/** In KB. */
export interface MemoryFigures {
  total: number;
  used: number;
  free: number;
  /** Files in memory: tmpfs. */
  shared: number;
  /** All files that the pod holds. */
  cached: number;
}

function filesKb(k: Kernel, memory?: boolean): number {
  let bytes = 0;
  for (const fs of Object.values(k.pod.filesystems)) if (memory === undefined || fs.memory === memory) bytes += fs.bytes;
  return Math.ceil(bytes / 1024);
}

export function memoryFigures(k: Kernel): MemoryFigures {
  const total = Math.floor(k.core.node.memoryBytes / 1024);
  let bytes = 0;
  for (const p of Object.values(k.box.processes)) bytes += p.memory;
  const used = Math.min(total, SYSTEM_KB + Math.ceil(bytes / 1024));
  const cached = Math.min(total - used, filesKb(k));
  return { total, used, free: total - used - cached, shared: filesKb(k, true), cached };
}

/** The node's disk, in KB. */
export function diskFigures(k: Kernel): { size: number; used: number } {
  const size = Math.floor(k.core.node.diskBytes / 1024);
  return { size, used: Math.min(size, Math.ceil(size * SYSTEM_DISK) + filesKb(k, false)) };
}

/** Seconds since the sandbox's oldest process began. */
export function uptimeSeconds(k: Kernel): number {
  let first = now(k);
  for (const p of Object.values(k.box.processes)) first = Math.min(first, p.startedAt);
  return (now(k) - first) / 1000;
}

/** How many of the sandbox's processes want to run, but for the one that asks. */
export function load(k: Kernel): number {
  return k.box.ready.length;
}

/** `0.00 0.00 0.00`: as it is now, whatever the span. */
export function loadText(k: Kernel, separator: string): string {
  return Array.from({ length: 3 }, () => load(k).toFixed(2)).join(separator);
}
