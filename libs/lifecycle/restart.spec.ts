import { describe, expect, it } from '@jest/globals';
import { World } from './testing/world.js';

const image = 'busybox:1.28';
const app = (name: string, more = {}) => ({ name, image, ...more });
const SECOND = 1000;
const MINUTE = 60_000;

describe('the restart policy', () => {
  it.each([
    ['Always restarts what failed', 'Always', 1, '1/1 Running 1 (0s ago)'],
    ['Always restarts what succeeded', 'Always', 0, '1/1 Running 1 (0s ago)'],
    ['OnFailure restarts what failed', 'OnFailure', 1, '1/1 Running 1 (0s ago)'],
    ['OnFailure is content with success', 'OnFailure', 0, '0/1 Completed 0'],
    ['Never leaves a failure', 'Never', 3, '0/1 Error 0'],
    ['Never leaves a success', 'Never', 0, '0/1 Completed 0'],
  ] as const)('%s', (_sentence, restartPolicy, exitCode, columns) => {
    const world = new World({ restartPolicy, containers: [app('x')] }).settle();
    world.pass(SECOND).exit('x', exitCode);
    expect(world.columns()).toBe(columns);
  });

  it.each([
    ['Never and one failure of two is Failed', 'Never', [0, 1], 'Failed'],
    ['Never and only successes is Succeeded', 'Never', [0, 0], 'Succeeded'],
    ['OnFailure and only successes is Succeeded', 'OnFailure', [0, 0], 'Succeeded'],
  ] as const)('%s', (_sentence, restartPolicy, codes, phase) => {
    const world = new World({ restartPolicy, containers: [app('x'), app('y')] }).settle();
    world.exit('x', codes[0]);
    expect(world.pod.status.phase).toBe('Running');
    world.exit('y', codes[1]);
    expect(world.pod.status.phase).toBe(phase);
    expect(world.observed.sandboxes[0]!.state).toBe('NOTREADY');
    expect(world.condition('Ready')).toBe(`False ${phase === 'Failed' ? 'PodFailed' : 'PodCompleted'}`);
  });

  it('of a container goes before that of its pod', () => {
    const world = new World({ restartPolicy: 'Never', containers: [app('x', { restartPolicy: 'Always' }), app('y')] }).settle();
    world.exit('x', 1).exit('y', 1);
    expect(world.running()).toEqual(['x']);
  });

  it('can be overruled for certain exit codes', () => {
    const rules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }];
    const world = new World({ restartPolicy: 'Never', containers: [app('x', { restartPolicy: 'Never', restartPolicyRules: rules })] }).settle();
    world.exit('x', 42);
    expect(world.running()).toEqual(['x']);
    world.pass(10 * MINUTE).exit('x', 1);
    expect(world.pod.status.phase).toBe('Failed');
  });
});

describe('crash back-off', () => {
  it('is none at first, then 10 s doubling to 5 minutes', () => {
    const world = new World({ containers: [app('x')] }).settle();
    const waits: number[] = [];
    for (let crash = 0; crash < 8; crash += 1) {
      world.pass(SECOND).exit('x', 1);
      const from = world.now;
      if (world.running().length === 0) world.pass(world.requeueAt! - world.now);
      waits.push((world.now - from) / SECOND);
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  it('is told with the delay in the state, and by one event each time', () => {
    const world = new World({ containers: [app('x')] }).settle();
    world.exit('x', 1).exit('x', 1);
    const message = 'back-off 10s restarting failed container=x pod=pod_default(uid-1)';
    expect(world.status('x').state).toEqual({ waiting: { reason: 'CrashLoopBackOff', message } });
    expect(world.status('x').lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' });
    world.settle().settle();
    const events = world.events.filter((event) => event.startsWith('BackOff'));
    expect(events).toEqual(['BackOff: Back-off restarting failed container x in pod pod_default(uid-1)']);
    expect(world.pod.status.phase).toBe('Running');
  });

  it('begins anew after ten minutes of running', () => {
    const world = new World({ containers: [app('x')] }).settle();
    for (let crash = 0; crash < 3; crash += 1) world.pass(50 * SECOND).exit('x', 1);
    world.pass(20 * SECOND);
    world.pass(10 * MINUTE + SECOND).exit('x', 1);
    expect(world.running()).toEqual(['x']);
    world.exit('x', 1);
    expect(world.status('x').state?.waiting?.message).toMatch(/^back-off 10s /);
  });

  it('is forgotten when the image is changed', () => {
    const world = new World({ containers: [app('x')] }).settle();
    world.exit('x', 1).exit('x', 1);
    expect(world.running()).toEqual([]);
    world.pod.spec.containers[0]!.image = 'busybox:2';
    world.settle();
    expect(world.running()).toEqual(['x']);
  });

  it('shows every exit before the restart that follows it', () => {
    const world = new World({ containers: [app('x')] }).settle();
    world.pass(SECOND).exit('x', 7);
    expect(world.steps).toEqual(['0/1 ContainerCreating 0', '1/1 Running 0', '0/1 Error 0', '1/1 Running 1 (0s ago)']);
  });
});

describe('a change of the image', () => {
  it('of an app container restarts that container alone, also under Never', () => {
    const world = new World({ restartPolicy: 'Never', containers: [app('x'), app('y')] }).settle();
    world.pod.spec.containers[0]!.image = 'busybox:2';
    world.settle();
    expect(world.events).toContain('Killing: Container x definition changed, will be restarted');
    expect(world.done.slice(-3)).toEqual(['kill x in 30s', 'pull busybox:2 for x', 'start x#1']);
    expect(world.columns()).toBe('2/2 Running 1 (0s ago)');
  });

  it('of an init container restarts the pod, also under Never', () => {
    const world = new World({ restartPolicy: 'Never', initContainers: [app('i')], containers: [app('x')] }).settle();
    world.exit('i', 0);
    world.pod.spec.initContainers![0]!.image = 'busybox:2';
    world.settle();
    expect(world.running()).toEqual(['i']);
    expect(world.columns()).toBe('0/1 Init:0/1 1 (0s ago)');
    world.exit('i', 0);
    expect(world.columns()).toBe('1/1 Running 1 (0s ago)');
    expect(world.pod.status.phase).toBe('Running');
  });

  it('of an init container does nothing where the annotation says so', () => {
    const metadata = { annotations: { 'podbox.dev/init-image-change': 'ignore' } };
    const world = new World({ initContainers: [app('i')], containers: [app('x')] }, metadata).settle();
    world.exit('i', 0);
    const done = world.done.length;
    world.pod.spec.initContainers![0]!.image = 'busybox:2';
    world.settle();
    expect(world.done).toHaveLength(done);
  });
});
