import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '#clock';
import type { PodClockRow } from '#clock';
import { PodClocks } from './pod-clocks.js';

const PAUSED: PodClockRow = { realBase: 1_000, virtualBase: 900_000, rate: 1, paused: true };

describe('the clocks of a node', () => {
  it('are real time for a namespace without a Clock', () => {
    const system = new ManualClock(5_000);
    const clocks = new PodClocks(system);
    expect([clocks.of('n').now(), clocks.has('n'), clocks.namespaces()]).toEqual([5_000, false, []]);
  });

  it('change for the pods that are there when a Clock comes', () => {
    const clocks = new PodClocks(new ManualClock(5_000));
    const clock = clocks.of('n');
    expect(clocks.set('n', PAUSED)).toEqual(PAUSED);
    expect([clock.now(), clocks.of('n'), clocks.has('n')]).toEqual([900_000, clock, true]);
  });

  it('go on at real speed for the pods that are there when it goes, and are real time for those that come', () => {
    const system = new ManualClock(5_000);
    const clocks = new PodClocks(system);
    clocks.set('n', PAUSED);
    const clock = clocks.of('n');
    const fired: number[] = [];
    clock.at(900_700, () => fired.push(clock.now()));
    expect(clocks.set('n', undefined)).toEqual({ realBase: 5_000, virtualBase: 900_000, rate: 1, paused: false });
    expect(clocks.of('n').now()).toBe(5_000);
    // What the store is told is the namespace's time: real again.
    expect([clocks.stored('n', clock, 900_700), clocks.stored('n', clocks.of('n'), 5_700)]).toEqual([5_700, 5_700]);
    system.advance(700);
    expect(fired).toEqual([900_700]);
  });

  it('tell what is due next for any pod of the namespace, whenever it came', () => {
    const clocks = new PodClocks(new ManualClock(5_000));
    clocks.set('n', PAUSED);
    clocks.of('n').at(960_000, () => undefined);
    clocks.set('n', undefined);
    clocks.set('n', { ...PAUSED, virtualBase: 950_000 });
    clocks.of('n').at(970_000, () => undefined);
    expect(clocks.next('n')).toBe(960_000);
  });
});
