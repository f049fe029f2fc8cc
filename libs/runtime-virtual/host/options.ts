import type { Duplex } from 'node:stream';
import type { Clock } from '#clock';

export interface VirtualRuntimeOptions {
  /** The system clock: real time (the threads keep their own). Pods' clocks are defined over it. */
  clock: Clock;
  /** Kept over restarts: emptyDirs, in `<dataDir>/volumes`. */
  dataDir: string;
  /** The node's address as pods see it (hostIP): not one that a pod could get. */
  nodeIp: string;
  /** Pods' addresses are given from it. Default 10.244.0.0/16. */
  podCidr?: string;
  /** Worker threads. Default: processors - 1, at least 1. */
  threads?: number;
  /** Files, or folders of them, with further images (docs/images.md); they come before the built-in ones. */
  catalogues?: string[];
  /** Files, or folders of them, with further virtual web hosts (net/web-catalogue.ts); they come before the built-in ones. */
  webHosts?: string[];
  /** Whether node ports and host ports are opened on this machine's loopback. Default: no. */
  loopbackPorts?: boolean;
  /** Folders of this machine of which pods may mount read-only copies (hostPath). Default: none. */
  hostPaths?: string[];
  /** Simulated download speed in bytes a second. Default 2e9: a busybox takes 2 ms, an nginx 30 ms. */
  pullSpeed?: number;
  /** A thread that shows no life for so long (milliseconds) is ended and replaced. Default 10,000. */
  stallAfterMs?: number;
  /** How long after a write an emptyDir is put on disk, in milliseconds. Default 3,000. */
  persistAfterMs?: number;
  /** The node's size as its containers see it (free, nproc, df). Default: 2 processors, 8 GB of memory, 50 GB of disk. */
  node?: { cpus: number; memoryBytes: number; diskBytes: number };
  /** Seeds the threads' schedulers and random numbers. Default 1. */
  seed?: number;
  /** Connects to a pod on another node; rejects when it cannot. Absent: addresses outside this node are unreachable. */
  connectRemote?(target: { ip: string; port: number; fromIp: string }): Promise<Duplex>;
  /** Told what went wrong and was survived: a thread that died, a log that could not be written. */
  warn?(message: string): void;
}
