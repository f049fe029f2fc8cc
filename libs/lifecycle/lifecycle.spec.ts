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
    expect(world.steps).toEqual(['0/2 Init:0/2 0', '0/2 Init:1/2 0', '2/2 Running 0']);
    console.log(world.done, world.events, JSON.stringify(world.pod.status, null, 1));
  });
  it('crash loop', () => {
    const world = new World({ containers: [app('x')] }).settle();
    for (let i = 0; i < 4; i++) { world.pass(1000); world.exit('x', 1); world.pass(400_000); }
    console.log(world.steps, world.events, world.done, JSON.stringify(world.pod.status.containerStatuses));
  });
  it('reboot', () => {
    for (const restartPolicy of ['Always', 'OnFailure', 'Never'] as const) {
    const world = new World({ restartPolicy, initContainers: [app('i')], containers: [app('x'), app('y')] }).settle();
    world.exit('i', 0); world.pass(1000); world.exit('y', 0); world.pass(60000);
    world.reboot(); world.pass(1000); if (world.running().includes('i')) world.exit('i', 0); 
    console.log(restartPolicy, world.steps, world.events, world.done, JSON.stringify(world.pod.status.containerStatuses));
    world.delete();
    console.log(world.done.slice(-5), world.finalized, world.columns());
    }
  });
});
