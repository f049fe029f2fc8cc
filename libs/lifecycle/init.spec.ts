import { describe, expect, it } from '@jest/globals';
import { World } from './testing/world.js';

const image = 'busybox:1.28';
const app = (name: string, more = {}) => ({ name, image, ...more });
const SECOND = 1000;
const MINUTE = 60_000;
const words = (world: World): string[] => world.steps.map((step) => step.split(' ')[1]!);

describe('init containers', () => {
  it('run one at a time and in order, then the app containers start together; the STATUS column shows each step', () => {
    const world = new World({ initContainers: [app('a'), app('b')], containers: [app('x'), app('y')] }).settle();
    expect(world.running()).toEqual(['a']);
    expect(world.condition('Initialized')).toBe('False ContainersNotInitialized containers with incomplete status: [a b]');
    expect(world.condition('Ready')).toBe('False ContainersNotReady containers with unready status: [x y]');
    expect(world.pod.status.phase).toBe('Pending');
    world.pass(SECOND).exit('a', 0);
    expect(world.condition('Initialized')).toBe('False ContainersNotInitialized containers with incomplete status: [b]');
    world.pass(SECOND).exit('b', 0);
    expect(world.running()).toEqual(['x', 'y']);
    expect(world.steps).toEqual(['0/2 Init:0/2 0', '0/2 Init:1/2 0', '0/2 PodInitializing 0', '2/2 Running 0']);
    expect(world.done.filter((step) => step.startsWith('start'))).toEqual(['start a#0', 'start b#0', 'start x#0', 'start y#0']);
    expect(world.condition('Initialized')).toBe('True');
  });

  it('show each step however fast they are: what follows an end waits until that end is written', () => {
    const world = new World({ initContainers: [app('a'), app('b'), app('c')], containers: [app('x')] });
    for (const name of ['a', 'b', 'c']) world.brief.add(name);
    world.settle();
    expect(words(world)).toEqual(['Init:0/3', 'Init:1/3', 'Init:2/3', 'PodInitializing', 'Running']);
  });

  it('are tried again at once and then with back-off when they fail, under Always and OnFailure', () => {
    const world = new World({ restartPolicy: 'OnFailure', initContainers: [app('a')], containers: [app('x')] }).settle();
    world.exit('a', 1);
    expect(world.running()).toEqual(['a']);
    world.exit('a', 1);
    expect(world.columns()).toBe('0/1 Init:CrashLoopBackOff 1 (0s ago)');
    world.pass(10 * SECOND).exit('a', 0);
    expect(words(world)).toEqual([
      ...['Init:0/1', 'Init:Error', 'Init:0/1', 'Init:Error', 'Init:CrashLoopBackOff', 'Init:0/1', 'PodInitializing', 'Running'],
    ]);
    expect(world.pod.status.phase).toBe('Running');
  });

  it('fail the pod under Never, and the app containers never run', () => {
    const world = new World({ restartPolicy: 'Never', initContainers: [app('a'), app('b')], containers: [app('x')] }).settle();
    world.exit('a', 3);
    expect(world.columns()).toBe('0/1 Init:Error 0');
    expect(world.pod.status.phase).toBe('Failed');
    expect(world.status('x').state).toEqual({ waiting: { reason: 'PodInitializing' } });
    expect(world.condition('ContainersReady')).toBe('False PodFailed');
    expect(world.done.at(-1)).toBe('stopSandbox s0');
    world.pass(10 * MINUTE);
    expect(world.done.filter((step) => step.startsWith('start'))).toEqual(['start a#0']);
  });

  it('whose image cannot be pulled show Init:ErrImagePull, then Init:ImagePullBackOff, and go on once it can be', () => {
    const world = new World({ initContainers: [app('a', { image: 'nope:1' })], containers: [app('x')] });
    world.broken.set('nope:1', 'not found');
    world.settle();
    expect(world.columns()).toBe('0/1 Init:ErrImagePull 0');
    world.pass(SECOND);
    expect(world.columns()).toBe('0/1 Init:ImagePullBackOff 0');
    expect(world.status('a').state?.waiting?.message).toBe('Back-off pulling image "nope:1": ErrImagePull: not found');
    world.broken.clear();
    world.pass(10 * SECOND);
    expect(world.running()).toEqual(['a']);
    expect(world.events.filter((event) => event.startsWith('BackOff'))).toEqual(['BackOff: Back-off pulling image "nope:1"']);
  });
});
