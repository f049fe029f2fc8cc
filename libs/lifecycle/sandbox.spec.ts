import { describe, expect, it } from '@jest/globals';
import { World } from './testing/world.js';

const image = 'busybox:1.28';
const app = (name: string, more = {}) => ({ name, image, ...more });
const SECOND = 1000;
const MINUTE = 60_000;

describe('a sandbox that is gone', () => {
  it('is made anew: init containers run again, every container restarts, the volumes stay', () => {
    const world = new World({ initContainers: [app('i')], containers: [app('x'), app('y')], volumes: [{ name: 'v', emptyDir: {} }] }).settle();
    world.exit('i', 0).pass(MINUTE).killPause();
    expect(world.columns()).toBe('0/2 Init:0/1 1 (60s ago)');
    expect(world.condition('Initialized')).toBe('False ContainersNotInitialized containers with incomplete status: [i]');
    world.pass(SECOND).exit('i', 0);
    expect(world.columns()).toBe('2/2 Running 2 (1s ago)');
    expect(world.events.filter((event) => event.startsWith('Sandbox'))).toEqual(['SandboxChanged: Pod sandbox changed, it will be killed and re-created.']);
    expect(world.done).toEqual([
      'prepareVolumes',
      'createSandbox 0',
      `pull ${image} for i`,
      'start i#0',
      'start x#0',
      'start y#0',
      'stopSandbox s0',
      'createSandbox 1',
      'start i#1',
      'remove i#0',
      'start x#1',
      'start y#1',
    ]);
  });

  it('takes what still runs in it along, with its grace', () => {
    const world = new World({ containers: [app('x')], terminationGracePeriodSeconds: 7 }).settle();
    world.observed.sandboxes[0]!.state = 'NOTREADY';
    world.settle();
    expect(world.done.slice(-4)).toEqual(['kill x in 7s', 'stopSandbox s0', 'createSandbox 1', 'start x#1']);
  });

  it('is removed with what was in it once nothing of it is wanted any more', () => {
    const world = new World({ containers: [app('x')] }).settle();
    world.killPause();
    expect(world.observed.sandboxes.map((sandbox) => sandbox.id)).toEqual(['s1', 's0']);
    world.pass(MINUTE).exit('x', 1);
    expect(world.observed.sandboxes.map((sandbox) => sandbox.id)).toEqual(['s1']);
  });

  it('is not made anew under Never, when a container died with it', () => {
    const world = new World({ restartPolicy: 'Never', containers: [app('x')] }).settle();
    world.killPause();
    expect(world.pod.status.phase).toBe('Failed');
    expect(world.done.filter((step) => step.startsWith('createSandbox'))).toEqual(['createSandbox 0']);
  });

  it('is not made anew under OnFailure, when all have succeeded', () => {
    const world = new World({ restartPolicy: 'OnFailure', containers: [app('x')] }).settle();
    world.exit('x', 0).killPause();
    expect(world.pod.status.phase).toBe('Succeeded');
  });
});

describe('a node that comes back without its pods', () => {
  const pod = (restartPolicy: 'Always' | 'OnFailure' | 'Never') => new World({ restartPolicy, initContainers: [app('i')], containers: [app('x'), app('y')] }).settle();
  const LOST = { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated' };

  it('restarts everything under Always, each lost container counted', () => {
    const world = pod('Always');
    world.exit('i', 0).pass(MINUTE).reboot();
    expect(world.columns()).toBe('0/2 Init:0/1 1 (60s ago)');
    world.exit('i', 0);
    expect(world.columns()).toBe('2/2 Running 2 (0s ago)');
    expect(world.status('x').lastState?.terminated).toMatchObject(LOST);
    expect(world.status('x').restartCount).toBe(1);
    expect(world.done).toContain('createSandbox 1');
  });

  it('restarts what was lost under OnFailure, and leaves what had completed', () => {
    const world = pod('OnFailure');
    world.exit('i', 0).exit('y', 0).pass(MINUTE).reboot();
    world.exit('i', 0);
    expect(world.running()).toEqual(['x']);
    expect(world.status('y').state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' });
    world.exit('x', 0);
    expect(world.pod.status.phase).toBe('Succeeded');
  });

  it('fails the pod under Never when a container was lost', () => {
    const world = pod('Never');
    world.exit('i', 0).exit('y', 0).pass(MINUTE).reboot();
    expect(world.pod.status.phase).toBe('Failed');
    expect(world.columns()).toBe('0/2 ContainerStatusUnknown 0');
    expect(world.status('x').state?.terminated).toMatchObject(LOST);
    expect(world.status('y').state?.terminated).toMatchObject({ exitCode: 0 });
  });

  it('fails the pod under Never when an init container was lost', () => {
    const world = pod('Never').reboot();
    expect(world.pod.status.phase).toBe('Failed');
    expect(world.columns()).toBe('0/2 Init:ContainerStatusUnknown 0');
  });

  it('leaves nothing waiting under Never when the node went between two containers', () => {
    const world = pod('Never');
    const { id } = world.observed.containers[0]!;
    world.pod.status.initContainerStatuses![0]!.state = { terminated: { exitCode: 0, reason: 'Completed', containerID: `virtual://${id}` } };
    world.reboot();
    expect(world.running()).toEqual(['i']);
    world.exit('i', 0).exit('x', 0).exit('y', 0);
    expect(world.pod.status.phase).toBe('Succeeded');
  });

  it('leaves an ended pod as it was', () => {
    const world = pod('Never');
    world.exit('i', 0).exit('x', 0).exit('y', 0).pass(MINUTE);
    const before = structuredClone(world.pod.status);
    const done = world.done.length;
    world.reboot().pass(MINUTE);
    expect(world.pod.status).toEqual(before);
    expect(world.done.length).toBe(done);
  });

  it('that happens twice in a row counts each lost run once', () => {
    const world = pod('Always');
    world.exit('i', 0).pass(MINUTE).reboot().reboot();
    world.exit('i', 0);
    expect(world.status('x').restartCount).toBe(1);
    expect(world.status('i').restartCount).toBe(2);
    expect(world.done).toContain('createSandbox 2');
  });

  it('goes on with the back-off of what was crash-looping', () => {
    const world = new World({ containers: [app('x')] }).settle();
    world.exit('x', 1).exit('x', 1).pass(4 * SECOND).reboot();
    expect(world.columns()).toBe('0/1 CrashLoopBackOff 1 (4s ago)');
    world.pass(6 * SECOND);
    expect(world.columns()).toBe('1/1 Running 2 (10s ago)');
  });
});
