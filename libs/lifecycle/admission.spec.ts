import { describe, expect, it } from '@jest/globals';
import type { Pod, PodSpec } from '#objects';
import { admissionFault } from './admission.js';
import { asking, testRoom } from './testing/room.js';
import { testPod, World } from './testing/world.js';

const full = (count: number): PodSpec[] => Array.from({ length: count }, () => asking({}));
const opening = (hostPort: number, protocol = 'TCP'): PodSpec => ({ containers: [{ name: 'x', image: 'i', ports: [{ containerPort: 80, hostPort, protocol }] }] });
const noExecute = { spec: { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] } };
const fault = (pod: Pod, room = testRoom()) => {
  const found = admissionFault(pod, room);
  return found && `${found.reason}: ${found.message}`;
};
const short = (name: string, requested: number, used: number, capacity: number) => `OutOf${name}: Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;

describe('a node', () => {
  it.each<[string, PodSpec, ReturnType<typeof testRoom>, string | undefined]>([
    ['takes a pod that it has room for', asking({ cpu: '1', memory: '4Gi' }), testRoom([asking({ cpu: '3', memory: '4Gi' })]), undefined],
    ['has no more CPU', asking({ cpu: '1001m' }), testRoom([asking({ cpu: '3' })]), short('cpu', 1001, 3000, 4000)],
    ['has no more memory', asking({ memory: '5Gi' }), testRoom([asking({ memory: '4Gi' })]), short('memory', 5 * 2 ** 30, 4 * 2 ** 30, 8 * 2 ** 30)],
    ['has no more storage', asking({ 'ephemeral-storage': '11Gi' }), testRoom(), short('ephemeral-storage', 11 * 2 ** 30, 0, 10 * 2 ** 30)],
    ['takes no more pods', asking({}), testRoom(full(5)), short('pods', 1, 5, 5)],
    ['tells of pods before CPU, and of CPU before memory', asking({ cpu: '9', memory: '9Gi' }), testRoom(full(1)), short('cpu', 9000, 0, 4000)],
    ['does not mind extended resources that it does not have', asking({ 'example.com/gpu': '1' }), testRoom(), undefined],
    ['is of another label than the pod selects', { ...asking({}), nodeSelector: { disk: 'ssd' } }, testRoom(), "NodeAffinity: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"],
    ['has the label that the pod selects', { ...asking({}), nodeSelector: { disk: 'ssd' } }, testRoom([], { labels: { disk: 'ssd' } }), undefined],
    ['has another pod on the host port', opening(80), testRoom([opening(80)]), "NodePorts: Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports"],
    ['has a pod on the host port of another protocol', opening(80, 'UDP'), testRoom([opening(80)]), undefined],
    ['has a taint that ends what does not tolerate it', asking({}), testRoom([], noExecute), "TaintToleration: Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate"],
    ['has a taint that the pod tolerates', { ...asking({}), tolerations: [{ key: 'k', operator: 'Exists' }] }, testRoom([], noExecute), undefined],
    ['does not mind taints for the scheduler', asking({}), testRoom([], { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } }), undefined],
    ['is of another operating system than the pod is for', { ...asking({}), os: { name: 'windows' } }, testRoom(), "PodOSNotSupported: Failed to admit pod as the OS field doesn't match node OS"],
    ['is of another operating system than the pod selects', { ...asking({}), nodeSelector: { 'kubernetes.io/os': 'windows' } }, testRoom(), "PodOSSelectorNodeLabelDoesNotMatch: Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"],
  ])('%s', (_sentence, spec, room, expected) => {
    expect(fault(testPod(spec), room)).toBe(expected);
  });
});

describe('a pod that its node does not take', () => {
  it('has failed, with the reason and nothing of its containers', () => {
    const world = new World(asking({ cpu: '5' }));
    world.observed.room = testRoom();
    world.settle();
    const why = "Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000";
    expect(world.pod.status).toEqual({ observedGeneration: 1, phase: 'Failed', reason: 'OutOfcpu', message: `Pod was rejected: ${why}`, startTime: '2026-01-01T00:00:00Z', qosClass: 'BestEffort' });
    expect([world.events, world.done, world.columns()]).toEqual([[`OutOfcpu: ${why}`], [], '0/1 OutOfcpu 0']);
  });

  it('stays so when there is room, and goes when it is deleted', () => {
    const world = new World(asking({ cpu: '5' }));
    world.observed.room = testRoom();
    world.settle();
    delete world.observed.room;
    expect(world.settle().pod.status.phase).toBe('Failed');
    world.delete();
    expect([world.finalized, world.done]).toEqual([true, ['finalizePod']]);
  });

  it('is not judged again once it was taken', () => {
    const world = new World(asking({ cpu: '1' }));
    world.observed.room = testRoom();
    world.settle();
    world.observed.room = testRoom([asking({ cpu: '4' })]);
    expect(world.settle().columns()).toBe('1/1 Running 0');
  });
});
