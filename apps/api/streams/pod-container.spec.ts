import { describe, expect, it } from '@jest/globals';
import type { ContainerState, ContainerStatus, Pod } from '#objects';
import { chooseContainer, chooseRun } from './pod-container.js';

const named = (...names: string[]) => names.map((name) => ({ name, image: 'busybox' }));

function pod(spec: Partial<Pod['spec']>, statuses: ContainerStatus[] = [], annotations: Record<string, string> = {}): Pod {
  return { metadata: { name: 'p', annotations }, spec: { containers: named('app'), ...spec }, status: { containerStatuses: statuses } } as unknown as Pod;
}

describe('which container is meant', () => {
  const two = { containers: named('a', 'b') };
  const cases: [string, Pod, string | undefined, string | RegExp][] = [
    ['the only one', pod({}), undefined, 'app'],
    ['the only app container, though there are init containers', pod({ initContainers: named('init') }), undefined, 'app'],
    ['the one that was named, an init container too', pod({ initContainers: named('init') }), 'init', 'init'],
    ['an ephemeral one', pod({ ephemeralContainers: named('debug') }), 'debug', 'debug'],
    ['the one that the annotation names', pod(two, [], { 'kubectl.kubernetes.io/default-container': 'b' }), undefined, 'b'],
    ['an annotation that names none counts for nothing', pod(two, [], { 'kubectl.kubernetes.io/default-container': 'c' }), undefined, /must be specified for pod p, choose one of: \[a b\]$/],
    ['one of two must be named', pod({ ...two, initContainers: named('i', 'j') }), undefined, 'a container name must be specified for pod p, choose one of: [a b] or one of the init containers: [i j]'],
    ['one that is not there', pod({}), 'x', 'container x is not valid for pod p'],
  ];
  it.each(cases)('%s', (_name, of, requested, expected) => {
    const choose = () => chooseContainer(of, requested);
    if (typeof expected === 'string' && !expected.includes(' ')) expect(choose()).toBe(expected);
    else expect(choose).toThrow(expected);
  });
});

describe('which run is meant', () => {
  const ended = { exitCode: 1, containerID: 'virtual://1' };
  const status = (restartCount: number, state: ContainerState, lastState: ContainerState = {}): ContainerStatus => ({
    name: 'app',
    image: 'busybox',
    imageID: '',
    ready: false,
    restartCount,
    state,
    lastState,
  });
  const cases: [string, ContainerStatus[], boolean, number | string][] = [
    ['the one that runs', [status(3, { running: {} })], false, 3],
    ['before the one that runs', [status(3, { running: {} }, { terminated: ended })], true, 2],
    ['the one that has ended', [status(0, { terminated: ended })], false, 0],
    ['in back-off, the last one that ran', [status(2, { waiting: { reason: 'CrashLoopBackOff' } }, { terminated: ended })], false, 2],
    ['in back-off, previous is that one too', [status(2, { waiting: { reason: 'CrashLoopBackOff' } }, { terminated: ended })], true, 2],
    ['a first run has none before it', [status(0, { running: {} })], true, 'previous terminated container "app" in pod "p" not found'],
    ['it waits for the init containers', [status(0, { waiting: { reason: 'PodInitializing' } })], false, 'container "app" in pod "p" is waiting to start: PodInitializing'],
    ['its image is not there', [status(0, { waiting: { reason: 'ErrImagePull' } })], false, `container "app" in pod "p" is waiting to start: image can't be pulled`],
    ['its image is not tried at the moment', [status(0, { waiting: { reason: 'ImagePullBackOff' } })], false, 'container "app" in pod "p" is waiting to start: trying and failing to pull image'],
    ['nothing is known of its state', [status(0, {})], false, 'container "app" in pod "p" is waiting to start - no logs yet'],
    ['it ended without ever running', [status(0, { terminated: { exitCode: 137 } })], false, 'container "app" in pod "p" is terminated'],
    ['its node has not seen it', [], false, 'container "app" in pod "p" is not available'],
  ];
  it.each(cases)('%s', (_name, statuses, previous, expected) => {
    const choose = () => chooseRun(pod({}, statuses), 'app', previous);
    if (typeof expected === 'number') expect(choose()).toBe(expected);
    else expect(choose).toThrow(expected);
  });
});
