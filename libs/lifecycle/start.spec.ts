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

  it('counts as not started while its postStart hook runs', () => {
    const world = new World({ containers: [app('x')] });
    world.observed.hooks.push('x');
    world.settle();
    expect(world.columns()).toBe('0/1 ContainerCreating 0');
    world.observed.hooks = [];
    world.settle();
    expect(world.columns()).toBe('1/1 Running 0');
  });
});
