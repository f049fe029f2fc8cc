import type { Clock } from '#clock';
import type { JobQueue } from '#queue';
import { CLUSTER_DNS } from '#runtime';
import type { ContainerRuntime } from '#runtime';
import type { Store } from '#store';
import type { AcceptRemote, PodNetwork } from './network/pod-network.js';
import { PodClocks } from './clock/pod-clocks.js';
import { HOST_IP, MACHINE_CAPACITY, VIRTUAL_CAPACITY } from './node/node-object.js';
import type { Taint } from './node/node-object.js';

export interface KubeletOptions {
  /** The node's name: also its lease's and its queue's. */
  node: string;
  store: Store;
  queue: JobQueue;
  runtime: ContainerRuntime;
  /** The system clock: leases, retries, relists. */
  clock: Clock;
  /** The pods' clocks, one a namespace. Default: real time everywhere. */
  podClocks?: PodClocks;
  /** Where logs are kept: `<dataDir>/logs/<namespace>_<name>_<uid>/<container>/<attempt>.log`. */
  dataDir: string;
  /** As given by allocatePodCidr, and to the runtime. */
  podCidr: string;
  /** Label podbox.dev/runtime: virtual or cri. */
  runtimeName: string;
  /** The node's address as pods see it (status.hostIP). Default: this machine's loopback. */
  nodeIp?: string;
  /** What the api processes must show to the streaming server. */
  secret: string;
  /** How pods reach those of other nodes (given to the runtime as its connectRemote), and are reached by them. Absent: they do not. */
  network?: { pods: PodNetwork; accept: AcceptRemote };
  /** Folders of this machine that pods may mount (hostPath), without a slash at their ends. Default: none. */
  hostPaths?: string[];
  /** How many images are pulled at once. Default 1, as the kubelet's (serializeImagePulls); 0: as many as there are to pull. */
  maxParallelPulls?: number;
  /** status.capacity.pods. A virtual pod costs kilobytes, so the default is far above Kubernetes' 110. */
  maxPods?: number;
  /** status.capacity otherwise, by resource name; beside what the runtime says (cpu, memory, ephemeral-storage). */
  capacity?: Readonly<Record<string, string>>;
  /** Labels that the Node gets beside its own. */
  nodeLabels?: Readonly<Record<string, string>>;
  /** Taints that the Node begins with. */
  nodeTaints?: readonly Taint[];
  /** After how long without a sign of life the node is lost. Default: 40 s. */
  graceMs?: number;
  /** Pod syncs that jobs may run at once. */
  concurrency?: number;
  /** The Service address that resolv.conf names, and the domain. */
  clusterDNS?: string;
  clusterDomain?: string;
  /** Called once when the lease was lost and everything has been stopped. */
  onLost?: (why: string) => void;
  log?: (line: string) => void;
}

/** The options with their defaults filled in. */
export type KubeletSettings = Required<Omit<KubeletOptions, 'network'>> & Pick<KubeletOptions, 'network'>;

export const withDefaults = (options: KubeletOptions): KubeletSettings => ({
  ...options,
  maxPods: options.maxPods ?? 20_000,
  maxParallelPulls: options.maxParallelPulls ?? 1,
  capacity: { ...(options.runtimeName === 'virtual' ? VIRTUAL_CAPACITY : MACHINE_CAPACITY), ...options.capacity },
  nodeLabels: options.nodeLabels ?? {},
  nodeTaints: options.nodeTaints ?? [],
  graceMs: options.graceMs ?? 40_000,
  concurrency: options.concurrency ?? 200,
  clusterDNS: options.clusterDNS ?? CLUSTER_DNS,
  clusterDomain: options.clusterDomain ?? 'cluster.local',
  podClocks: options.podClocks ?? new PodClocks(options.clock),
  nodeIp: options.nodeIp ?? HOST_IP,
  hostPaths: options.hostPaths ?? [],
  onLost: options.onLost ?? (() => undefined),
  log: options.log ?? (() => undefined),
});

