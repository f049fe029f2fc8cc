import { isAbsolute, join } from 'node:path';
import { WorkerStartError } from './errors.js';
import { nodeOptions } from './node-options.js';
import type { NodeOptions } from './node-options.js';

/** What a worker was told by its environment. */
export interface WorkerOptions {
  databaseUrl: string;
  redisUrl: string;
  nodeName: string;
  dataDir: string;
  secret: string;
  /** The CRI runtime's; absent: the virtual runtime. */
  cri: CriOptions | undefined;
  threads: number | undefined;
  podCidr: string | undefined;
  maxPods: number | undefined;
  /** What the Node says of itself. */
  nodeOptions: NodeOptions;
  /** Files, or folders of them, that add images to the virtual runtime's catalogue. */
  images: string[];
  /** How many images are pulled at once; 0: as many as there are to pull. */
  maxParallelPulls: number | undefined;
  /** Files, or folders of them, that add virtual web hosts. */
  webHosts: string[];
  /** Folders of this machine that pods may mount. */
  hostPaths: string[];
  /** Whether node ports and host ports are opened on loopback. */
  loopbackPorts: boolean;
  /** What a worker does with its pods when it is asked to end: they stay the node's, or are evicted first. */
  onShutdown: 'keep' | 'drain';
  /** How long the end of evicted pods is waited for. */
  drainSeconds: number;
  /** After how long without a sign of life a node is lost; four signs come in that time. The same for all workers. */
  nodeGraceSeconds: number;
  /** Whether this process takes a share of the control work (scheduling, endpoints, namespaces, node checks, sweeps). */
  control: boolean;
}

/** What a worker must know of its containerd: `npm run containerd -- start` prints it. */
export interface CriOptions {
  socket: string;
  /** The network namespace that the pods' network is in, as a file. Absent: the worker's own. */
  netns: string | undefined;
  /** Below which cgroup the pods' are made. Absent: containerd's default. */
  cgroup: string | undefined;
}

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const CIDR = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/;

/** @throws WorkerStartError */
export function parseOptions(env: NodeJS.ProcessEnv): WorkerOptions {
  const databaseUrl = wanted(env, 'DATABASE_URL', 'the address of a Postgres database, for example postgresql://podbox:secret@127.0.0.1:5432/podbox');
  const redisUrl = wanted(env, 'REDIS_URL', 'the address of a Redis, for example redis://127.0.0.1:6379');
  const secret = wanted(env, 'PODBOX_CLUSTER_SECRET', 'the same random text for every api and worker process');
  const runtime = env.PODBOX_RUNTIME ?? 'virtual';
  if (runtime !== 'virtual' && runtime !== 'cri') throw new WorkerStartError(`PODBOX_RUNTIME="${runtime}" is not known; use virtual or cri`);
  const nodeName = env.PODBOX_NODE_NAME ?? 'podbox-node';
  if (!NAME.test(nodeName) || nodeName.length > 253) throw new WorkerStartError(`PODBOX_NODE_NAME="${nodeName}" is not a node name: lower-case letters, digits, "-" and "."`);
  const podCidr = env.PODBOX_POD_CIDR || undefined;
  if (podCidr && !CIDR.test(podCidr)) throw new WorkerStartError(`PODBOX_POD_CIDR="${podCidr}" is not a network like 10.128.0.0/16`);
  if ((env.PODBOX_REAL_NETWORK ?? 'off') !== 'off') {
    throw new WorkerStartError('PODBOX_REAL_NETWORK: the virtual runtime has no way to the real network; pods reach the virtual web hosts (add your own with PODBOX_WEB_HOSTS)');
  }
  return {
    databaseUrl,
    redisUrl,
    secret,
    nodeName,
    podCidr,
    cri: runtime === 'cri' ? criOptions(env) : undefined,
    // Several nodes may share a data folder.
    dataDir: join(env.PODBOX_DATA ?? '.podbox', 'nodes', nodeName),
    threads: count(env, 'PODBOX_THREADS'),
    maxPods: count(env, 'PODBOX_MAX_PODS'),
    nodeOptions: nodeOptions(env),
    images: (env.PODBOX_IMAGES ?? '').split(':').filter(Boolean),
    maxParallelPulls: env.PODBOX_MAX_PARALLEL_PULLS === '0' ? 0 : count(env, 'PODBOX_MAX_PARALLEL_PULLS'),
    webHosts: (env.PODBOX_WEB_HOSTS ?? '').split(':').filter(Boolean),
    hostPaths: hostPaths(env),
    loopbackPorts: onOrOff(env, 'PODBOX_NODE_PORTS'),
    onShutdown: onShutdown(env),
    drainSeconds: count(env, 'PODBOX_DRAIN_SECONDS') ?? 60,
    nodeGraceSeconds: count(env, 'PODBOX_NODE_GRACE_SECONDS') ?? 40,
    control: onOrOff(env, 'PODBOX_CONTROL'),
  };
}

function criOptions(env: NodeJS.ProcessEnv): CriOptions {
  const socket = wanted(env, 'PODBOX_CRI_SOCKET', "containerd's socket; `npm run containerd -- start` starts one and prints what a worker has to be told");
  wanted(env, 'PODBOX_POD_CIDR', "the network that containerd's pods get their addresses from, for example 10.88.0.0/24");
  return { socket, netns: env.PODBOX_CRI_NETNS || undefined, cgroup: env.PODBOX_CRI_CGROUP || undefined };
}

function wanted(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new WorkerStartError(`${name} is not set: it wants ${what} (npm start sets up everything by itself)`);
  return value;
}

function hostPaths(env: NodeJS.ProcessEnv): string[] {
  const folders = (env.PODBOX_HOST_PATHS ?? '').split(':').filter(Boolean);
  for (const folder of folders) if (!isAbsolute(folder)) throw new WorkerStartError(`PODBOX_HOST_PATHS="${folder}" is not an absolute path`);
  return folders.map((folder) => folder.replace(/(.)\/+$/, '$1'));
}

function onShutdown(env: NodeJS.ProcessEnv): 'keep' | 'drain' {
  const text = env.PODBOX_ON_SHUTDOWN || 'keep';
  if (text !== 'keep' && text !== 'drain') throw new WorkerStartError(`PODBOX_ON_SHUTDOWN="${text}" is neither keep (pods stay the node's) nor drain (they are evicted first)`);
  return text;
}

function onOrOff(env: NodeJS.ProcessEnv, name: string): boolean {
  const text = env[name] ?? 'on';
  if (text !== 'on' && text !== 'off') throw new WorkerStartError(`${name}="${text}" is neither on nor off`);
  return text === 'on';
}

function count(env: NodeJS.ProcessEnv, name: string): number | undefined {
  const text = env[name];
  if (!text) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new WorkerStartError(`${name}="${text}" is not a whole number from 1`);
  return value;
}
