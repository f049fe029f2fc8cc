/**
 * What a node has given the containers of a pod, where that is not (yet) what the spec says: a resize that waits, or is on its way.
 * Source: UpdatePodFromAllocation in pkg/kubelet/allocation/allocation_manager.go.
 */
import { isSidecar, parseQuantity } from '#objects';
import type { Container, ContainerStatus, Pod, ResourceRequirements } from '#objects';
import type { ObservedPod, PodMemo } from '../types.js';
import type { ContainerView, Run } from '../view.js';

/** Of init containers only sidecars. */
export const isResizable = ({ kind }: Pick<ContainerView, 'kind'>): boolean => kind === 'APP' || kind === 'SIDECAR';

/** Whether both say the same of cpu and memory: the resources that can be changed while a container runs. */
export function sameAmounts(a: ResourceRequirements = {}, b: ResourceRequirements = {}): boolean {
  return a === b || !(differIn('cpu', a, b) || differIn('memory', a, b));
}

export const differIn = (name: string, a: ResourceRequirements, b: ResourceRequirements): boolean =>
  !isSame(a.requests?.[name], b.requests?.[name]) || !isSame(a.limits?.[name], b.limits?.[name]);

const isSame = (a: string | undefined, b: string | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && parseQuantity(a).nanos === parseQuantity(b).nanos);

/** A pod whose spec was never changed has what it asks for. */
const isAsMade = (pod: Pod, memo: PodMemo): boolean => !memo.resize && (pod.metadata.generation ?? 1) <= 1;

/** What the node has allocated to a container: what it accepted last. */
export function allocatedResources(pod: Pod, memo: PodMemo, container: Container, status: ContainerStatus | undefined): ResourceRequirements {
  if (isAsMade(pod, memo)) return container.resources ?? {};
  return memo.resize?.allocated[container.name] ?? (status ? (status.resources ?? {}) : (container.resources ?? {}));
}

/** What a container that runs has: what it was started with, or given since. */
export function actualResources(observed: ObservedPod, run: Run, allocated: ResourceRequirements, status: ContainerStatus | undefined): ResourceRequirements {
  const shown = status?.state?.running !== undefined && status.containerID === `${observed.runtimeName}://${run.id}`;
  return observed.given?.[run.id] ?? (shown && observed.memo.resize ? (status.resources ?? {}) : allocated);
}

/** The pod with the resources that its containers are started with; the pod itself where these are what it asks for. */
export function allocatedPod(pod: Pod, memo: PodMemo): Pod {
  if (isAsMade(pod, memo)) return pod;
  let changed = false;
  const take = (container: Container, statuses: ContainerStatus[] | undefined): Container => {
    const status = statuses?.find(({ name }) => name === container.name);
    const resources = allocatedResources(pod, memo, container, status);
    if (sameAmounts(resources, container.resources)) return container;
    changed = true;
    return { ...container, resources };
  };
  const { containers, initContainers } = pod.spec;
  const given = containers.map((container) => take(container, pod.status.containerStatuses));
  const before = initContainers?.map((container) => (isSidecar(container) ? take(container, pod.status.initContainerStatuses) : container));
  return changed ? { ...pod, spec: { ...pod.spec, containers: given, ...(before && { initContainers: before }) } } : pod;
}

/** Whether the pod asks for other resources than it was given: the node's room is to be looked at. */
export const wantsResize = (pod: Pod, memo: PodMemo): boolean => allocatedPod(pod, memo) !== pod;
