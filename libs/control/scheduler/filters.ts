/** Why a node is not for a pod. Source: the filter plugins in pkg/scheduler/framework/plugins, in the order of the default profile. */
import type { Node, Pod } from '#objects';
import { matchesNodeAffinity } from './node-affinity.js';
import type { NodeUsage } from './node-usage.js';
import { portsClash } from './pod-needs.js';
import type { Amounts, PodNeeds } from './pod-needs.js';
import { toleratesUnschedulable, untoleratedTaint } from './taints.js';

/** A node, and what is placed on it so far. */
export interface Candidate {
  node: Node;
  allocatable: Amounts & { pods: number };
  usage: NodeUsage;
}

/** `fixed`: not even removing pods from the node would help. */
export interface Refusal {
  reason: string;
  fixed: boolean;
}

/** Namespaces that have a Clock. */
export type Clocks = { has(namespace: string): boolean };

const fixed = (reason: string): Refusal[] => [{ reason, fixed: true }];

type Filter = (pod: Pod, node: Node, driven: boolean) => Refusal[] | undefined;

const unschedulable: Filter = (pod, node) => (node.spec?.unschedulable && !toleratesUnschedulable(pod) ? fixed('node(s) were unschedulable') : undefined);

const taints: Filter = (pod, node) => (untoleratedTaint(pod, node) ? fixed('node(s) had untolerated taint(s)') : undefined);

const clock: Filter = (_pod, node, driven) =>
  driven && node.metadata.labels?.['podbox.dev/runtime'] === 'cri' ? fixed('node(s) had the cri runtime, whose time the Clock of the namespace cannot drive') : undefined;

const affinity: Filter = (pod, node) => (matchesNodeAffinity(pod, node) ? undefined : fixed("node(s) didn't match Pod's node affinity/selector"));

/** Asked in this order; the first that refuses counts. */
const FILTERS: Filter[] = [unschedulable, taints, clock, affinity];

/** Why the node is not for the pod, whatever else is on it; undefined: it may be. `driven`: the pod's namespace has a Clock. */
export function nodeRefusals(pod: Pod, node: Node, driven: boolean): Refusal[] | undefined {
  for (const filter of FILTERS) {
    const refusals = filter(pod, node, driven);
    if (refusals) return refusals;
  }
  return undefined;
}

/** Why there is no room (see Room, which says whether there is): a port, or else each resource that is short. Removing pods does not help where the whole node would not do. */
export function roomRefusals(needs: PodNeeds, { allocatable, usage }: Candidate): Refusal[] {
  if (needs.ports.some((wanted) => usage.ports.some((taken) => portsClash(wanted, taken)))) return [{ reason: "node(s) didn't have free ports for the requested pod ports", fixed: false }];
  const refusals: Refusal[] = [];
  const want = (name: string, amount: number, whole: number, used: number) => {
    if (amount > 0 && amount > whole - used) refusals.push({ reason: `Insufficient ${name}`, fixed: amount > whole });
  };
  if (usage.pods + 1 > allocatable.pods) refusals.push({ reason: 'Too many pods', fixed: false });
  want('cpu', needs.cpu, allocatable.cpu, usage.cpu);
  want('memory', needs.memory, allocatable.memory, usage.memory);
  want('ephemeral-storage', needs.storage, allocatable.storage, usage.storage);
  for (const [name, amount] of needs.others) want(name, amount, allocatable.others.get(name) ?? 0, usage.others.get(name) ?? 0);
  return refusals;
}
