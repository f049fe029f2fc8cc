/** What a pod asks of its node, as plain numbers: computed once a pod. Source: pkg/scheduler/framework/types.go (PodInfo), plugins/noderesources. */
import { containersOf } from '../containers.js';
import { effectiveRequests } from '../effective-resources.js';
import { quantityMillis, quantityValue } from '../quantity.js';
import type { Container, PodSpec } from '../types.js';

/** cpu in millicores, memory and storage in bytes; `others`: extended resources and huge pages, in whole ones. */
export interface Amounts {
  cpu: number;
  memory: number;
  storage: number;
  others: ReadonlyMap<string, number>;
}

export interface HostPort {
  ip: string;
  protocol: string;
  port: number;
}

export interface PodNeeds extends Amounts {
  ports: readonly HostPort[];
  /** What counts in comparing nodes: a container that asks for no cpu or memory counts as if it asked for a little. */
  scored: { cpu: number; memory: number };
}

/** Source: DefaultMilliCPURequest and DefaultMemoryRequest in pkg/scheduler/util/pod_resources.go. */
const LITTLE = { cpu: '100m', memory: '200Mi' };
const ANY_ADDRESS = '0.0.0.0';
const NO_OTHERS: ReadonlyMap<string, number> = new Map();
const NO_PORTS: readonly HostPort[] = [];

/** By containers that ask for nothing: most pods are alike, and their needs are shared. */
const asksNothing = new Map<number, PodNeeds>();

/** @throws QuantityError */
export function podNeeds(spec: PodSpec): PodNeeds {
  const ports = hostPorts(spec);
  const plain = ports.length === 0 && !spec.initContainers?.length && !spec.resources && !spec.overhead && spec.containers.every(({ resources }) => !resources?.requests);
  const known = plain ? asksNothing.get(spec.containers.length) : undefined;
  if (known) return known;
  const needs: PodNeeds = { ...amountsOf(texts(spec)), ports, scored: scoredAmounts(spec) };
  if (plain) asksNothing.set(spec.containers.length, needs);
  return needs;
}

const texts = (spec: PodSpec): Record<string, bigint> => Object.fromEntries(Object.entries(effectiveRequests(spec)).map(([name, { nanos }]) => [name, nanos]));

function amountsOf(nanos: Record<string, bigint>): Amounts {
  const { cpu = 0n, memory = 0n, 'ephemeral-storage': storage = 0n, pods: _, ...rest } = nanos;
  const others = Object.entries(rest).map(([name, amount]) => [name, whole(amount)] as const);
  return { cpu: Number(divideUp(cpu, 1_000_000n)), memory: whole(memory), storage: whole(storage), others: others.length > 0 ? new Map(others) : NO_OTHERS };
}

const whole = (nanos: bigint): number => Number(divideUp(nanos, 1_000_000_000n));
const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

function scoredAmounts(spec: PodSpec): { cpu: number; memory: number } {
  const asking = (container: Container): Container => ({ ...container, resources: { requests: { ...LITTLE, ...container.resources?.requests } } });
  const { cpu, memory } = effectiveRequests({ ...spec, containers: spec.containers.map(asking), initContainers: spec.initContainers?.map(asking) });
  return { cpu: Number(divideUp(cpu?.nanos ?? 0n, 1_000_000n)), memory: whole(memory?.nanos ?? 0n) };
}

/** Ports that the pod opens on its node; those of ordinary init containers do not count. */
function hostPorts(spec: PodSpec): readonly HostPort[] {
  const found: HostPort[] = [];
  for (const { container, kind } of containersOf(spec)) {
    if (kind === 'EPHEMERAL' || kind === 'INIT') continue;
    for (const { hostPort, hostIP, protocol } of container.ports ?? []) if (hostPort) found.push({ ip: hostIP || ANY_ADDRESS, protocol: protocol ?? 'TCP', port: hostPort });
  }
  return found.length > 0 ? found : NO_PORTS;
}

/** Whether both cannot be open on one node. Source: HostPortInfo.CheckConflict in k8s.io/kube-scheduler/framework. */
export const portsClash = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS);

/** What a node says it has for pods. @throws QuantityError */
export function amountsOfList(list: Readonly<Record<string, string>>): Amounts {
  const { cpu = '0', memory = '0', 'ephemeral-storage': storage = '0', pods: _, ...rest } = list;
  const others = Object.entries(rest).map(([name, amount]) => [name, quantityValue(amount)] as const);
  return { cpu: quantityMillis(cpu), memory: quantityValue(memory), storage: quantityValue(storage), others: new Map(others) };
}
