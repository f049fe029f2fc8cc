import { describe, expect, it } from '@jest/globals';
import { START, World } from './testing/world.js';

const image = 'busybox:1.28';
const app = (name: string, more = {}) => ({ name, image, ...more });
const SECOND = 1000;
const MINUTE = 60_000;

describe('the end of a pod', () => {
  it('a deleted pod: containers with their grace, then the sandbox, then the object', () => {
    const world = new World({ containers: [app('x'), app('y')] }).settle();
    world.delete(5);
    expect(world.done.slice(-4)).toEqual(['kill y in 5s', 'kill x in 5s', 'stopSandbox s0', 'finalizePod']);
    expect(world.events.slice(-2)).toEqual(['Killing: Stopping container y', 'Killing: Stopping container x']);
  });

  it('a pod that was deleted before it had a sandbox has nothing to end', () => {
    const world = new World({ containers: [app('x')] }).delete(30);
    expect(world.done).toEqual(['finalizePod']);
  });

  it('a pod deleted by force gets no grace', () => {
    const world = new World({ containers: [app('x')] }).settle();
    world.delete(0);
    expect(world.done.slice(-3)).toEqual(['kill x in 0s', 'stopSandbox s0', 'finalizePod']);
  });

  it('a pod in its init phase ends too', () => {
    const world = new World({ initContainers: [app('i')], containers: [app('x')] }).settle();
    world.delete(1);
    expect(world.done.slice(-3)).toEqual(['kill i in 1s', 'stopSandbox s0', 'finalizePod']);
    expect(world.running()).toEqual([]);
  });

  it('a crash-looping pod is not restarted once it is deleted', () => {
    const world = new World({ containers: [app('x')] }).settle();
    world.exit('x', 1).exit('x', 1).delete(30);
    expect(world.finalized).toBe(true);
    expect(world.done.slice(-2)).toEqual(['stopSandbox s0', 'finalizePod']);
  });

  it('a deadline fails the pod, whatever it is doing', () => {
    const world = new World({ activeDeadlineSeconds: 30, initContainers: [app('i')], containers: [app('x')] }).settle();
    expect(world.requeueAt).toBe(START + 30 * SECOND);
    world.pass(30 * SECOND);
    const message = 'Pod was active on the node longer than the specified deadline';
    expect(world.pod.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', message });
    expect(world.columns()).toBe('0/1 Init:Error 0');
    expect(world.events.filter((event) => event.startsWith('DeadlineExceeded'))).toEqual([`DeadlineExceeded: ${message}`]);
    expect(world.done.slice(-2)).toEqual(['kill i in 30s', 'stopSandbox s0']);
  });

  it('a pod that is over its deadline has not failed before nothing of it runs', () => {
    const world = new World({ activeDeadlineSeconds: 30, containers: [app('x')] }).settle();
    world.slowKills = true;
    world.pass(30 * SECOND);
    expect([world.pod.status.phase, world.pod.status.reason]).toEqual(['Running', undefined]);
    world.settle().killed('x');
    expect([world.pod.status.phase, world.pod.status.reason]).toEqual(['Failed', 'DeadlineExceeded']);
    expect(world.events.filter((event) => event.startsWith('DeadlineExceeded'))).toHaveLength(1);
    expect(world.condition('Ready')).toBe('False PodFailed');
  });

  it('a pod that has used more than it may is evicted with a grace of a second, and has failed once nothing of it runs', () => {
    const world = new World({ containers: [app('x')], restartPolicy: 'Always' }).settle();
    world.slowKills = true;
    world.observed.eviction = 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ';
    world.settle();
    expect(world.done.at(-1)).toBe('kill x in 1s');
    expect(world.pod.status.phase).toBe('Running');
    // What was observed once stays true.
    delete world.observed.eviction;
    world.killed('x');
    world.settle();
    expect(world.pod.status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message: 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ' });
    expect(world.condition('DisruptionTarget')).toBe(`True TerminationByKubelet ${world.pod.status.message}`);
    expect(world.events.filter((event) => event.startsWith('Evicted'))).toEqual(['Evicted: Usage of EmptyDir volume "v" exceeds the limit "1Mi". ']);
    expect(world.done.slice(-2)).toEqual(['kill x in 1s', 'stopSandbox s0']);
  });

  it('a pod that ended keeps its dead containers for their logs, until it is deleted', () => {
    const world = new World({ restartPolicy: 'Never', containers: [app('x')] }).settle();
    world.exit('x', 0).pass(MINUTE);
    expect(world.observed.containers).toHaveLength(1);
    world.delete();
    expect(world.done.at(-1)).toBe('finalizePod');
  });

  it('is ordered once, however often it is looked at, and goes on when the containers have ended', () => {
    const world = new World({ containers: [app('x'), app('y')] }).settle();
    world.slowKills = true;
    world.delete(30).pass(SECOND).pass(SECOND);
    expect(world.done.slice(-2)).toEqual(['kill y in 30s', 'kill x in 30s']);
    expect(world.columns()).toBe('2/2 Terminating 0');
    expect(world.pod.status.phase).toBe('Running');
    world.killed('x');
    expect(world.status('x').state?.terminated?.exitCode).toBe(143);
    expect(world.finalized).toBe(false);
    world.killed('y');
    expect(world.done.slice(-2)).toEqual(['stopSandbox s0', 'finalizePod']);
  });

  it('comes sooner when it is asked for again with less grace, and not later with more', () => {
    const world = new World({ containers: [app('x')] }).settle();
    world.slowKills = true;
    world.delete(30).pass(5 * SECOND).delete(10).delete(60);
    expect(world.done.slice(-2)).toEqual(['kill x in 30s', 'kill x in 10s']);
  });

  it('gives sidecars what is left of the grace when their turn comes, and at its end all of them 2 s', () => {
    const pod = () => new World({ initContainers: [app('s', { restartPolicy: 'Always' })], containers: [app('x')] }).settle();
    const patient = pod();
    patient.slowKills = true;
    patient.delete(30).pass(12 * SECOND).killed('x');
    expect(patient.done.at(-1)).toBe('kill s in 18s');
    const late = pod();
    late.slowKills = true;
    late.delete(30).pass(30 * SECOND);
    expect(late.done.at(-1)).toBe('kill s in 2s');
  });
});
