import { statfsSync } from 'node:fs';
import type { Clock } from '#clock';
import { PodNetwork, VIRTUAL_CAPACITY } from '#kubelet';
import type { KubeletOptions, RemoteTarget } from '#kubelet';
import { quantityMillis, quantityValue } from '#objects';
import { CLUSTER_DNS } from '#runtime';
import { createCriRuntime } from '#runtime-cri';
import { createVirtualRuntime } from '#runtime-virtual';
import { WorkerStartError } from './errors.js';
import type { CriOptions, WorkerOptions } from './options.js';

/** Kubernetes' default for a node. */
const REAL_PODS = 110;

/** What a kubelet has to know of its runtime. */
type OpenRuntime = Pick<KubeletOptions, 'runtime' | 'runtimeName' | 'maxPods' | 'network' | 'capacity' | 'nodeLabels' | 'nodeTaints'>;

/** The runtime that this worker was told to use. @throws WorkerStartError */
export async function openRuntime(options: WorkerOptions, network: { nodeIp: string; podCidr: string }, clock: Clock, warn: (line: string) => void): Promise<OpenRuntime> {
  const { cri, nodeName, secret, dataDir, threads, maxPods, images, webHosts, loopbackPorts, hostPaths, nodeOptions } = options;
  if (cri) {
    const capacity = { 'ephemeral-storage': diskSize(), ...nodeOptions.capacity };
    return { runtime: await openCri(cri, dataDir, clock, warn), runtimeName: 'cri', maxPods: maxPods ?? REAL_PODS, ...nodeOptions, capacity };
  }
  const pods = new PodNetwork(nodeName, secret);
  const { cpu, memory, 'ephemeral-storage': disk } = { ...VIRTUAL_CAPACITY, ...nodeOptions.capacity };
  const node = { cpus: Math.max(1, Math.floor(quantityMillis(cpu!) / 1000)), memoryBytes: quantityValue(memory!), diskBytes: quantityValue(disk!) };
  const runtime = await createVirtualRuntime({ ...network, node, clock, dataDir, threads, warn, catalogues: images, webHosts, loopbackPorts, hostPaths, connectRemote: (target) => pods.connect(target) });
  return { runtime, runtimeName: 'virtual', maxPods, ...nodeOptions, network: { pods, accept: (target: RemoteTarget) => runtime.acceptRemote(target) } };
}

/** Of the disk that containers are on, as a rule. */
function diskSize(): string {
  const { blocks, bsize } = statfsSync('/');
  return `${Math.floor((blocks * bsize) / 1024)}Ki`;
}

async function openCri({ socket, netns, cgroup }: CriOptions, dataDir: string, clock: Clock, warn: (line: string) => void) {
  if (process.getuid?.() !== 0) throw new WorkerStartError('PODBOX_RUNTIME=cri wants root, for mounts and network namespaces; as another user, use PODBOX_RUNTIME=virtual');
  try {
    return await createCriRuntime({ socket, netns, cgroup, clusterDns: CLUSTER_DNS, dataDir, clock, warn });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WorkerStartError(`containerd at ${socket} cannot be used: ${reason}; check PODBOX_CRI_SOCKET, and that it runs (npm run containerd -- start)`);
  }
}
