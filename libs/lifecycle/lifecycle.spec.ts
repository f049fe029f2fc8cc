import { describe, expect, it } from '@jest/globals';
import { World } from './testing/world.js';

const image = 'busybox:1.28';
const app = (name: string, more = {}) => ({ name, image, ...more });

describe('the life of a pod, step by step', () => {
  it('runs two init containers in order, then the app containers, and shows each step in the STATUS column', () => {
    const world = new World({ initContainers: [app('a'), app('b')], containers: [app('x'), app('y')] }).settle();
    expect(world.running()).toEqual(['a']);
    expect(world.columns()).toEqual('0/2 Init:0/2 0');
    world.exit('a', 0);
    expect(world.columns()).toEqual('0/2 Init:1/2 0');
    world.exit('b', 0);
    expect(world.running()).toEqual(['x', 'y']);
    expect(world.columns()).toEqual('2/2 Running 0');
    expect(world.steps).toEqual(['0/2 Init:0/2 0', '0/2 Init:1/2 0', '0/2 PodInitializing 0', '2/2 Running 0']);
  });
});
