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

type Filter = (pod: Pod, needs: PodNeeds, candidate: Candidate, clocks: Clocks) => Refusal[] | undefined;

const fixed = (reason: string): Refusal[] => [{ reason, fixed: true }];

const unschedulable: Filter = (pod, _needs, { node }) => (node.spec?.unschedulable && !toleratesUnschedulable(pod) ? fixed('node(s) were unschedulable') : undefined);

const taints: Filter = (pod, _needs, { node }) => (untoleratedTaint(pod, node) ? fixed('node(s) had untolerated taint(s)') : undefined);

const clock: Filter = (pod, _needs, { node }, clocks) =>
  node.metadata.labels?.['podbox.dev/runtime'] === 'cri' && clocks.has(pod.metadata.namespace)
    ? fixed('node(s) had the cri runtime, whose time the Clock of the namespace cannot drive')
    : undefined;

const affinity: Filter = (pod, _needs, { node }) => (matchesNodeAffinity(pod, node) ? undefined : fixed("node(s) didn't match Pod's node affinity/selector"));

const ports: Filter = (_pod, needs, { usage }) =>
  needs.ports.some((wanted) => usage.ports.some((taken) => portsClash(wanted, taken)))
    ? [{ reason: "node(s) didn't have free ports for the requested pod ports", fixed: false }]
    : undefined;

/** Each resource that is short is a reason of its own. Removing pods does not help where the whole node would not do. */
const resources: Filter = (_pod, needs, { allocatable, usage }) => {
  let refusals: Refusal[] | undefined;
  const want = (name: string, amount: number, whole: number, used: number) => {
    if (amount > 0 && amount > whole - used) (refusals ??= []).push({ reason: `Insufficient ${name}`, fixed: amount > whole });
  };
  if (usage.pods + 1 > allocatable.pods) refusals = [{ reason: 'Too many pods', fixed: false }];
  want('cpu', needs.cpu, allocatable.cpu, usage.cpu);
  want('memory', needs.memory, allocatable.memory, usage.memory);
  want('ephemeral-storage', needs.storage, allocatable.storage, usage.storage);
  for (const [name, amount] of needs.others) want(name, amount, allocatable.others.get(name) ?? 0, usage.others.get(name) ?? 0);
  return refusals;
};

/** Asked in this order; the first that refuses counts. */
const FILTERS: Filter[] = [unschedulable, taints, clock, affinity, ports, resources];

/** Why the node is not for the pod; undefined: it is. */
export function refusalsOf(pod: Pod, needs: PodNeeds, candidate: Candidate, clocks: Clocks): Refusal[] | undefined {
  for (const filter of FILTERS) {
    const refusals = filter(pod, needs, candidate, clocks);
    if (refusals) return refusals;
  }
  return undefined;
}
