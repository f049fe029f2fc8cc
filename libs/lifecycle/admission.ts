/** Whether a node takes a pod that is bound to it. Source: generalFilter in pkg/kubelet/lifecycle/predicate.go, AdmissionCheck in pkg/scheduler. */
import { isTolerated, matchesNodeAffinity, podNeeds, portsClash } from '#objects';
import type { Pod, PodNeeds } from '#objects';
import type { NodeRoom } from './types.js';

const OS = 'kubernetes.io/os';

export interface AdmissionFault {
  reason: string;
  message: string;
}

/** The first thing that keeps the node from taking the pod; undefined: it takes it. */
export function admissionFault(pod: Pod, room: NodeRoom): AdmissionFault | undefined {
  if (pod.spec.nodeSelector?.[OS] !== undefined && pod.spec.nodeSelector[OS] !== room.node.metadata.labels?.[OS]) {
    return { reason: 'PodOSSelectorNodeLabelDoesNotMatch', message: `Failed to admit pod as the \`${OS}\` label doesn't match node label` };
  }
  if (pod.spec.os && pod.spec.os.name !== room.node.metadata.labels?.[OS]) return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  const needs = podNeeds(pod.spec);
  const short = shortage(needs, room);
  if (short) return short;
  if (!matchesNodeAffinity(pod, room.node)) return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  if (needs.ports.some((wanted) => room.usage.ports.some((taken) => portsClash(wanted, taken)))) {
    return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  }
  const taints = (room.node.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
  const untolerated = taints.some((taint) => !pod.spec.tolerations?.some((toleration) => isTolerated(taint, toleration)));
  return untolerated ? failed('TaintToleration', "node(s) had taints that the pod didn't tolerate") : undefined;
}

const failed = (predicate: string, why: string): AdmissionFault => ({ reason: predicate, message: `Predicate ${predicate} failed: ${why}` });

/** cpu in millicores, all else in whole ones. Extended resources that the node does not have are not its affair. */
function shortage(needs: PodNeeds, { allocatable, usage }: NodeRoom): AdmissionFault | undefined {
  const others = [...needs.others].filter(([name]) => allocatable.others.has(name));
  const amounts: [string, number, number, number][] = [
    ['pods', 1, usage.pods, allocatable.pods],
    ['cpu', needs.cpu, usage.cpu, allocatable.cpu],
    ['memory', needs.memory, usage.memory, allocatable.memory],
    ['ephemeral-storage', needs.storage, usage.storage, allocatable.storage],
    ...others.map(([name, amount]): [string, number, number, number] => [name, amount, usage.others.get(name) ?? 0, allocatable.others.get(name) ?? 0]),
  ];
  const short = amounts.find(([, requested, used, capacity]) => requested > 0 && requested > capacity - used);
  if (!short) return undefined;
  const [name, requested, used, capacity] = short;
  return { reason: `OutOf${name}`, message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}` };
}
