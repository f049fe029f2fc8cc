import { describe, expect, it } from '@jest/globals';
import { World } from '../testing/world.js';

const image = 'busybox:1.28';
const app = (name: string, more = {}) => ({ name, image, ...more });
const SECOND = 1000;

describe('probes', () => {
  it('that are not ready keep the pod from being ready', () => {
    const world = new World({ containers: [app('x', { readinessProbe: {} }), app('y')] }).settle();
    expect(world.columns()).toBe('1/2 Running 0');
    expect(world.condition('Ready')).toBe('False ContainersNotReady containers with unready status: [x]');
    world.observed.probes['x'] = { ready: true };
    world.settle();
    expect(world.columns()).toBe('2/2 Running 0');
    expect(world.condition('Ready')).toBe('True');
  });

  it('of liveness that fail have the container killed, with the grace of the probe', () => {
    const world = new World({ containers: [app('x', { livenessProbe: { terminationGracePeriodSeconds: 3 } })] }).settle();
    world.slowKills = true;
    world.observed.probes['x'] = { failed: { probe: 'liveness', message: 'no' } };
    world.settle();
    expect(world.events.at(-1)).toBe('Killing: Container x failed liveness probe, will be restarted');
    expect(world.done.at(-1)).toBe('kill x in 3s');
    delete world.observed.probes['x'];
    world.killed('x');
    expect(world.done.at(-1)).toBe('start x#1');
  });

  it('readiness gates wait for a condition that somebody else sets', () => {
    const world = new World({ readinessGates: [{ conditionType: 'example.com/ok' }], containers: [app('x')] }).settle();
    const missing = 'corresponding condition of pod readiness gate "example.com/ok" does not exist.';
    expect(world.condition('Ready')).toBe(`False ReadinessGatesNotReady ${missing}`);
    world.pod.status.conditions!.push({ type: 'example.com/ok', status: 'True' });
    world.settle();
    expect(world.condition('Ready')).toBe('True');
    expect(world.condition('example.com/ok')).toBe('True');
  });
});

describe('a status', () => {
  it('is the same when nothing changed, times included', () => {
    const world = new World({ initContainers: [app('i')], containers: [app('x'), app('y')] }).settle();
    world.exit('i', 0).pass(SECOND).exit('x', 1).pass(SECOND).exit('y', 1).pass(SECOND).exit('y', 1);
    const before = structuredClone(world.pod.status);
    world.now += 3 * SECOND;
    world.settle();
    expect(world.pod.status).toEqual(before);
  });

  it('moves the time of a condition only with its status', () => {
    const world = new World({ containers: [app('x')] }).settle();
    const time = (type: string) => world.pod.status.conditions!.find((condition) => condition.type === type)!.lastTransitionTime;
    world.pass(30 * SECOND).exit('x', 1).exit('x', 1);
    expect([time('PodReadyToStartContainers'), time('Ready')]).toEqual(['2026-01-01T00:00:00Z', '2026-01-01T00:00:30Z']);
  });

  it('keeps the phase, its reason and its message once the pod has ended', () => {
    const world = new World({ containers: [app('x')] }).settle();
    Object.assign(world.pod.status, { phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' });
    world.settle();
    expect(world.pod.status).toMatchObject({ phase: 'Failed', reason: 'Evicted', message: 'The node was low on memory.' });
    expect(world.running()).toEqual([]);
  });
});
