import { describe, expect, it } from '@jest/globals';
import type { Pod } from '#objects';
import { testPod, World } from '../testing/world.js';
import { podDifferences } from './differences.js';

const pod = testPod({ containers: [{ name: 'app', image: 'a:1' }] });
const status = (more: Partial<Pod['status']>): Pod => ({ ...pod, status: { ...pod.status, ...more } });
const container = (state: object, more: object = {}): Pod =>
  status({ containerStatuses: [{ name: 'app', image: 'a:1', imageID: '', ready: false, restartCount: 0, state, ...more }] });
const messages = (before: Pod | undefined, after: Pod) => podDifferences(before, after).map(({ message }) => message);

describe('what differs between two states of a pod', () => {
  const cases: [string, Pod | undefined, Pod, string[]][] = [
    ['a new pod was created', undefined, pod, ['the pod was created']],
    ['nothing, when only the revision is another', pod, { ...pod, metadata: { ...pod.metadata, resourceVersion: '9' } }, []],
    ['a binding', pod, { ...pod, spec: { ...pod.spec, nodeName: 'n1' } }, ['bound to node n1']],
    ['a request to delete it', pod, { ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 30 } }, ['deletion was requested: 30 s of grace']],
    ['labels', pod, { ...pod, metadata: { ...pod.metadata, labels: { a: 'b' } } }, ['labels were changed']],
    ['an image', pod, { ...pod, spec: { ...pod.spec, containers: [{ name: 'app', image: 'a:2' }] } }, ['container app: image a:1 -> a:2']],
    ['another field of the specification', pod, { ...pod, spec: { ...pod.spec, activeDeadlineSeconds: 5 } }, ['the specification was changed']],
    ['the phase and a condition', pod, status({ phase: 'Running', conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }] }), ['phase Pending -> Running', 'Ready False (ContainersNotReady)']],
    ['a container that runs', container({ waiting: { reason: 'ContainerCreating' } }), container({ running: { startedAt: '2026-01-01T00:00:01Z' } }, { ready: true, containerID: 'v://1' }), ['container app: waiting (ContainerCreating) -> running', 'container app is ready']],
    ['a container that has crashed', container({ running: {} }), container({ terminated: { exitCode: 1, reason: 'Error' } }), ['container app: running -> terminated with code 1 (Error)']],
    ['a run that follows another at once', container({ running: {} }, { containerID: 'v://1' }), container({ running: {} }, { containerID: 'v://2', restartCount: 1 }), ['container app: running -> running', 'container app: restart 1']],
  ];
  it.each(cases)('%s', (_what, before, after, expected) => {
    expect(messages(before, after)).toEqual(expected);
  });

  it('of a pod whose earlier states are no longer known nothing is said', () => {
    expect(podDifferences(undefined, pod, false)).toEqual([]);
  });

  it('whatever a node makes of a pod is told in words, field and container', () => {
    const world = new World({ containers: [{ name: 'app', image: 'a:1' }] });
    const before = structuredClone(world.pod);
    world.settle();
    expect(podDifferences(before, world.pod)).toContainEqual({ field: 'status.containerStatuses[app].state', container: 'app', to: 'running', message: 'container app: running' });
  });
});
