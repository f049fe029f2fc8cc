import { randomUUID } from 'node:crypto';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import type { KubeObject, Node } from '#objects';
import type { MachineIds } from './machine.js';

/** Every node of this machine is reached at loopback. */
export const HOST_IP = '127.0.0.1';

/** The Kubernetes version that this node agent behaves like, and whose it is. */
export const KUBELET_VERSION = 'v1.35.0-podbox';

export interface NodeFacts {
  name: string;
  runtimeName: string;
  runtimeVersion: string;
  /** As pods see it. */
  nodeIp: string;
  podCidr: string;
  maxPods: number;
  /** What the node has for pods, by resource name. */
  capacity: Readonly<Record<string, string>>;
  /** Put on the node beside its own. */
  labels: Readonly<Record<string, string>>;
  /** What a node begins with; afterwards its taints are others' to change. */
  taints: readonly Taint[];
  /** The streaming server's port. */
  port: number;
  machine: MachineIds;
  now: number;
}

export type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];

/** What this machine has: for containers that are real. */
export const MACHINE_CAPACITY: Readonly<Record<string, string>> = { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki` };

/** Virtual containers take next to nothing of what they ask for: 20,000 pods that each ask for a tenth of a CPU and 100 MiB have a place. */
export const VIRTUAL_CAPACITY: Readonly<Record<string, string>> = { cpu: '2000', memory: '2Ti', 'ephemeral-storage': '20Ti' };

/** What the control loops put on a node that is not ready, or not heard of. */
const UNREADY_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

const seconds = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', ia32: '386' };

/** The Node object that this machine is to have: what somebody else put on it (labels, taints, unschedulable) stays. */
export function nodeObject(facts: NodeFacts, before?: Node): KubeObject {
  const architecture = ARCHITECTURES[arch()] ?? arch();
  const labels = {
    ...facts.labels,
    'kubernetes.io/hostname': facts.name,
    'kubernetes.io/os': platform(),
    'kubernetes.io/arch': architecture,
    'podbox.dev/runtime': facts.runtimeName,
  };
  const amounts = { ...facts.capacity, pods: String(facts.maxPods) };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      ...(before?.metadata ?? { name: facts.name, uid: randomUUID(), creationTimestamp: seconds(facts.now) }),
      labels: { ...before?.metadata.labels, ...labels },
    },
    spec: { ...before?.spec, ...taintsOf(facts, before), podCIDR: facts.podCidr, podCIDRs: [facts.podCidr] },
    status: {
      capacity: amounts,
      allocatable: amounts,
      conditions: nodeConditions(facts.now, before),
      addresses: [
        { type: 'InternalIP', address: facts.nodeIp },
        // Where the streaming server is, and node ports for this machine's own programs.
        ...(facts.nodeIp === HOST_IP ? [] : [{ type: 'ExternalIP', address: HOST_IP }]),
        { type: 'Hostname', address: facts.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: facts.port } },
      nodeInfo: {
        ...facts.machine,
        kernelVersion: release(),
        osImage: `Node.js ${process.version}`,
        containerRuntimeVersion: `${facts.runtimeName}://${facts.runtimeVersion}`,
        kubeletVersion: KUBELET_VERSION,
        kubeProxyVersion: '',
        operatingSystem: platform(),
        architecture,
      },
    },
  };
}

function taintsOf(facts: NodeFacts, before: Node | undefined): { taints?: Taint[] } {
  const taints = before ? before.spec?.taints : [...facts.taints];
  return { taints: taints?.filter(({ key }) => !UNREADY_TAINTS.includes(key)) };
}

type Condition = NonNullable<NonNullable<Node['status']>['conditions']>[number];

function nodeConditions(now: number, before: Node | undefined): Condition[] {
  return [
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ].map((one) => stamped(one, now, before));
}

const condition = (type: string, status: string, reason: string, message: string) => ({ type, status, reason, message });

/** lastTransitionTime moves only when the status does. */
function stamped(one: Omit<Condition, 'lastHeartbeatTime' | 'lastTransitionTime'>, now: number, before: Node | undefined): Condition {
  const last = before?.status?.conditions?.find((other) => other.type === one.type);
  const changed = last?.status !== one.status;
  return { ...one, lastHeartbeatTime: seconds(now), lastTransitionTime: changed ? seconds(now) : last?.lastTransitionTime };
}

/** The Node as a worker leaves it that has been asked to stop: nothing is scheduled onto it until it is back. */
export function stoppedNode(node: Node, now: number): KubeObject {
  const stopped = condition('Ready', 'False', 'KubeletStopped', 'the worker has been stopped');
  const others = (node.status?.conditions ?? []).filter((one) => one.type !== 'Ready');
  return { ...node, status: { ...node.status, conditions: [...others, stamped(stopped, now, node)] } } as unknown as KubeObject;
}

export const isReady = (node: Node): boolean => node.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false;
