import { describe, expect, it } from '@jest/globals';
import { World } from './testing/world.js';

const image = 'busybox:1.28';
const app = (name: string, more = {}) => ({ name, image, ...more });
const sidecar = (name: string, more = {}) => app(name, { restartPolicy: 'Always', ...more });
const SECOND = 1000;

describe('sidecars', () => {
  const pod = () => new World({ restartPolicy: 'Never', initContainers: [sidecar('s1'), app('i'), sidecar('s2')], containers: [app('x')] }).settle();

  it('start in their turn, and the next one only once they have started', () => {
    const world = new World({ initContainers: [sidecar('s1', { startupProbe: {} }), app('i')], containers: [app('x')] }).settle();
    expect(world.running()).toEqual(['s1']);
    expect(world.columns()).toBe('0/2 Init:0/2 0');
    world.observed.probes['s1'] = { started: true };
    world.settle();
    expect(world.running()).toEqual(['i', 's1']);
    world.exit('i', 0);
    expect(world.columns()).toBe('2/2 Running 0');
  });

  it('are restarted whatever the policy is', () => {
    const world = pod();
    world.exit('i', 0);
    expect(world.running()).toEqual(['s1', 's2', 'x']);
    world.pass(SECOND).exit('s1', 1);
    expect(world.running()).toEqual(['s1', 's2', 'x']);
    expect(world.condition('Initialized')).toBe('True');
  });

  it('do not hold up the init containers after them when they have to be restarted', () => {
    const world = pod();
    world.exit('s1', 1).exit('s1', 1);
    expect(world.status('s1').state?.waiting?.reason).toBe('CrashLoopBackOff');
    world.exit('i', 0);
    expect(world.running()).toEqual(['s2', 'x']);
  });

  it('do not keep a pod alive: they end in reverse order when the apps have ended', () => {
    const world = pod();
    world.exit('i', 0).pass(SECOND).exit('x', 0);
    expect(world.pod.status.phase).toBe('Succeeded');
    expect(world.done.slice(-3)).toEqual(['kill s2 in 30s', 'kill s1 in 30s', 'stopSandbox s0']);
    expect(world.columns()).toBe('0/3 Completed 0');
  });

  it('end after the apps when the pod is deleted', () => {
    const world = pod();
    world.exit('i', 0).delete(20);
    expect(world.done.slice(-5)).toEqual(['kill x in 20s', 'kill s2 in 20s', 'kill s1 in 20s', 'stopSandbox s0', 'finalizePod']);
  });

  it('end with a pod whose init container failed for good', () => {
    const world = pod();
    world.exit('i', 1);
    expect(world.pod.status.phase).toBe('Failed');
    expect(world.done.slice(-2)).toEqual(['kill s1 in 30s', 'stopSandbox s0']);
  });
});
