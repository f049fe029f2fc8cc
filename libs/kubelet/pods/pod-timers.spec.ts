import { describe, expect, it } from '@jest/globals';
import { ManualClock, PodClock } from '#clock';
import type { Pod } from '#objects';
import { PodRecord } from './pod-record.js';
import { PodTimers } from './pod-timers.js';

const setUp = () => {
  const system = new ManualClock(1_000);
  const clock = new PodClock(system);
  const record = new PodRecord({ metadata: { uid: 'u', name: 'p', namespace: 'n', resourceVersion: '1' }, spec: { containers: [] }, status: {} } as unknown as Pod, clock);
  const fired: number[] = [];
  const timers = new PodTimers(() => fired.push(system.now()));
  return { system, clock, record, fired, timers };
};

describe('the timer of a pod', () => {
  it('fires once, at its time', () => {
    const { system, record, fired, timers } = setUp();
    timers.arm(record, 3_000);
    system.advanceTo(10_000);
    expect(fired).toEqual([3_000]);
  });

  it('is replaced by another time, and by none', () => {
    const { system, record, fired, timers } = setUp();
    timers.arm(record, 3_000);
    timers.arm(record, 2_000);
    system.advanceTo(5_000);
    timers.arm(record, 6_000);
    timers.arm(record, undefined);
    system.advanceTo(10_000);
    expect(fired).toEqual([2_000]);
  });

  it('goes with the clock of its namespace', () => {
    const { system, clock, record, fired, timers } = setUp();
    timers.arm(record, 61_000);
    clock.redefine({ realBase: 1_000, virtualBase: 1_000, rate: 60, paused: false });
    system.advanceTo(10_000);
    expect(fired).toEqual([2_000]);
  });
});
