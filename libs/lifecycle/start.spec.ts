import { describe, expect, it } from '@jest/globals';
import { START, World } from './testing/world.js';

const image = 'busybox:1.28';
const app = (name: string, more = {}) => ({ name, image, ...more });
const SECOND = 1000;
const MINUTE = 60_000;

describe('images', () => {
  it.each([
    ['IfNotPresent pulls once', 'IfNotPresent', 1],
    ['Always pulls before each start', 'Always', 2],
  ])('%s', (_sentence, imagePullPolicy, pulls) => {
    const world = new World({ containers: [app('x', { imagePullPolicy })] }).settle();
    world.exit('x', 1);
    expect(world.running()).toEqual(['x']);
    expect(world.done.filter((step) => step.startsWith('pull'))).toHaveLength(pulls);
  });

  it('Never pulls nothing, and says so', () => {
    const world = new World({ containers: [app('x', { imagePullPolicy: 'Never' })] }).settle();
    expect(world.columns()).toBe('0/1 ErrImageNeverPull 0');
    expect(world.events).toEqual([`ErrImageNeverPull: Container image "${image}" is not present with pull policy of Never`, 'Failed: Error: ErrImageNeverPull']);
    world.pass(5 * MINUTE);
    expect(world.events).toHaveLength(2);
  });

  it('with a name that is none are not asked for', () => {
    const world = new World({ containers: [app('x', { image: 'Not/An Image' })] }).settle();
    expect(world.columns()).toBe('0/1 InvalidImageName 0');
    expect(world.done.filter((step) => step.startsWith('pull'))).toEqual([]);
  });

  it('that cannot be pulled are tried again after 10 s, doubling', () => {
    const world = new World({ containers: [app('x', { image: 'nope:1' })] });
    world.broken.set('nope:1', 'not found');
    world.settle();
    const at: number[] = [];
    for (let second = 1, pulls = 1; second <= 160; second += 1) {
      world.pass(SECOND);
      const now = world.done.filter((step) => step.startsWith('pull')).length;
      if (now > pulls) at.push(second);
      pulls = now;
    }
    expect(at).toEqual([10, 30, 70, 150]);
  });
});

describe('a container that cannot be started', () => {
  it('waits with the reason, is tried again after 10 s, and goes on once it can be', () => {
    const world = new World({ containers: [app('x')] });
    world.observed.images[image] = { state: 'present', ref: 'sha256:1' };
    world.observed.startErrors['x'] = { reason: 'CreateContainerConfigError', message: 'secret "s" not found', at: START };
    world.settle();
    expect(world.status('x').state).toEqual({ waiting: { reason: 'CreateContainerConfigError', message: 'secret "s" not found' } });
    expect(world.running()).toEqual([]);
    world.pass(10 * SECOND);
    expect(world.running()).toEqual(['x']);
  });

  const postStart = { exec: { command: ['true'] } };

  it('counts as not started while its postStart hook runs, and those after it wait', () => {
    const world = new World({ initContainers: [app('i')], containers: [app('x', { lifecycle: { postStart } }), app('y')] }).settle();
    world.hooksRun = true;
    world.exit('i', 0);
    expect(world.running()).toEqual(['x']);
    expect(world.columns()).toBe('0/2 PodInitializing 0');
    expect(world.status('y').state).toEqual({ waiting: { reason: 'PodInitializing' } });
    world.hookEnded('x');
    expect(world.columns()).toBe('2/2 Running 0');
  });

  it('starts nothing while a postStart hook runs, not even what has ended meanwhile', () => {
    const world = new World({ containers: [app('x', { lifecycle: { postStart } }), app('y')] }).settle();
    world.hooksRun = true;
    world.exit('x', 1).exit('y', 1);
    expect(world.running()).toEqual(['x']);
    world.hookEnded('x');
    expect(world.running()).toEqual(['x', 'y']);
  });

  it('shows why its postStart hook failed until it runs again, and is held back by its crashes alone', () => {
    const world = new World({ containers: [app('x', { lifecycle: { postStart } })] }).settle();
    world.pass(MINUTE);
    const failed = { reason: 'PostStartHookError', message: 'Exec lifecycle hook', at: world.now };
    world.exitUnreported('x', 137);
    world.observed.startErrors['x'] = failed;
    world.settle();
    expect(world.running()).toEqual(['x']);
    expect(world.steps).toContain('0/1 PostStartHookError 0');
  });

  it.each([['RunContainerError'], ['PostStartHookError']])('after %s is told of as in back-off from its second time on', (reason) => {
    const world = new World({ containers: [app('x')] }).settle();
    for (const _time of [1, 2]) {
      world.exitUnreported('x', 128);
      world.observed.startErrors['x'] = { reason, message: 'no', at: world.now };
      world.settle();
    }
    expect(world.columns()).toBe('0/1 CrashLoopBackOff 1 (0s ago)');
    expect(world.pass(10 * SECOND).running()).toEqual(['x']);
  });
});

describe('images of several containers', () => {
  it('are pulled one after another, each right before its container starts', () => {
    const world = new World({ containers: [app('x', { image: 'a:1' }), app('y', { image: 'b:1' })] }).settle();
    expect(world.done.filter((step) => /pull|start/.test(step))).toEqual(['pull a:1 for x', 'start x#0', 'pull b:1 for y', 'start y#0']);
  });

  it('of which one cannot be pulled do not keep the next from starting', () => {
    const world = new World({ containers: [app('x', { image: 'nope:1' }), app('y')] });
    world.broken.set('nope:1', 'not found');
    expect(world.settle().running()).toEqual(['y']);
    expect(world.columns()).toBe('1/2 ErrImagePull 0');
  });
});
