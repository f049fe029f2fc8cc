import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from './manual-clock.js';
import { continued, PodClock, podTime, realTime, rebased, REAL_TIME } from './pod-clock.js';
import type { PodClockRow } from './pod-clock.js';

const row = (fields: Partial<PodClockRow>): PodClockRow => ({ realBase: 1_000, virtualBase: 50_000, rate: 1, paused: false, ...fields });

describe("a clock's row", () => {
  it.each([
    ['shows its base at its base', row({}), 1_000, 50_000],
    ['goes as fast as real time at rate 1', row({}), 3_000, 52_000],
    ['goes ten times as fast at rate 10', row({ rate: 10 }), 3_000, 70_000],
    ['goes a tenth as fast at rate 0.1', row({ rate: 0.1 }), 3_000, 50_200],
    ['stands still while it is paused', row({ paused: true }), 3_000, 50_000],
    ['shows nothing before what was shown already', row({ notBefore: 51_500 }), 2_000, 51_500],
    ['goes on from what was shown already when it has come level', row({ notBefore: 51_500 }), 4_000, 53_000],
    ['is real time where there is none', REAL_TIME, 123, 123],
  ])('%s', (_sentence, defined, real, shown) => {
    expect(podTime(defined, real)).toBeCloseTo(shown, 6);
  });

  it.each([
    ['later at rate 1', row({}), 52_000, 3_000],
    ['sooner at rate 10', row({ rate: 10 }), 70_000, 3_000],
    ['never while it is paused before it', row({ paused: true }), 50_001, Infinity],
    ['at once while it is paused after it', row({ paused: true }), 50_000, 1_000],
    ['at once where it was shown already', row({ notBefore: 51_500 }), 51_400, 1_000],
  ])('reaches a time %s', (_sentence, defined, virtual, real) => {
    expect(realTime(defined, virtual)).toBeCloseTo(real, 6);
  });

  it.each([
    ['paused', row({}), 3_000, { rate: 1, paused: true }, { realBase: 3_000, virtualBase: 52_000, rate: 1, paused: true }],
    ['set going', row({ paused: true }), 3_000, { rate: 5, paused: false }, { realBase: 3_000, virtualBase: 50_000, rate: 5, paused: false }],
    ['made faster', row({ rate: 2 }), 3_000, { rate: 100, paused: false }, { realBase: 3_000, virtualBase: 54_000, rate: 100, paused: false }],
    ['slowed down between two milliseconds', row({ rate: 0.3 }), 1_001, { rate: 0.1, paused: false }, { realBase: 1_001, virtualBase: 50_000, rate: 0.1, paused: false }],
  ])('is re-based when it is %s: it goes on from what it shows', (_sentence, before, real, pace, after) => {
    expect(rebased(before, real, pace)).toEqual(after);
  });
});

const rates = fc.double({ min: 0.1, max: 1000, noNaN: true });
const paces = fc.record({ rate: rates, paused: fc.boolean() });
const times = fc.integer({ min: 0, max: 4_000_000_000_000 });
const rows = fc.record({ realBase: times, virtualBase: times, rate: rates, paused: fc.boolean() });
const waits = fc.integer({ min: 0, max: 10_000_000 });

describe('any clock', () => {
  it('shows after a change of pace what it showed before it, to the millisecond', () => {
    fc.assert(
      fc.property(rows, waits, paces, (defined, wait, pace) => {
        const real = defined.realBase + wait;
        expect(podTime(rebased(defined, real, pace), real)).toBe(Math.floor(podTime(defined, real)));
      }),
    );
  });

  it('reaches a time exactly when it shows it', () => {
    fc.assert(
      fc.property(rows, waits, (defined, wait) => {
        const virtual = defined.virtualBase + wait;
        const real = realTime(defined, virtual);
        if (real === Infinity) return;
        expect(Math.abs(podTime(defined, real) - virtual)).toBeLessThan(1);
      }),
    );
  });

  it('never goes back, whatever rows come, and however late', () => {
    fc.assert(
      fc.property(rows, fc.array(fc.record({ next: rows, after: waits })), (first, changes) => {
        const system = new ManualClock(first.realBase);
        const clock = new PodClock(system, first);
        let shown = clock.now();
        for (const { next, after } of changes) {
          clock.redefine(next);
          expect(clock.now()).toBeGreaterThanOrEqual(shown);
          system.advance(after);
          expect(clock.now()).toBeGreaterThanOrEqual(shown);
          shown = clock.now();
        }
      }),
    );
  });

  it('fires a timer once, and never before its time, whatever rows come in between', () => {
    fc.assert(
      fc.property(waits, fc.array(fc.record({ pace: paces, after: waits }), { maxLength: 5 }), (wait, changes) => {
        const system = new ManualClock(1_000_000);
        const clock = new PodClock(system, { realBase: 1_000_000, virtualBase: 7_000_000, rate: 1, paused: true });
        const fired: number[] = [];
        clock.at(7_000_000 + wait, () => fired.push(clock.now()));
        for (const { pace, after } of changes) {
          clock.redefine(rebased(clock.definition, system.now(), pace));
          system.advance(after);
        }
        clock.redefine(rebased(clock.definition, system.now(), { rate: 1, paused: false }));
        system.advance(wait + 1);
        expect(fired).toHaveLength(1);
        expect(fired[0]).toBeGreaterThanOrEqual(7_000_000 + wait);
      }),
    );
  });
});

describe('a pod clock', () => {
  it('tells when it is due next', () => {
    const clock = new PodClock(new ManualClock(0), row({ paused: true }));
    expect(clock.next()).toBe(Infinity);
    const cancel = clock.at(60_000, () => undefined);
    clock.at(70_000, () => undefined);
    expect(clock.next()).toBe(60_000);
    cancel();
    expect(clock.next()).toBe(70_000);
  });

  it('fires what a leap has made due', () => {
    const system = new ManualClock(1_000);
    const clock = new PodClock(system, row({ paused: true }));
    const fired: string[] = [];
    clock.at(60_000, () => fired.push('a'));
    clock.at(60_001, () => fired.push('b'));
    clock.redefine(row({ virtualBase: 60_000, paused: true }));
    system.advance(0);
    expect(fired).toEqual(['a']);
  });

  it('stands still after it has learnt late that it was stopped', () => {
    const late = continued(row({ rate: 1000 }), row({ realBase: 2_000, virtualBase: 1_050_000, paused: true }), 2_010);
    expect([podTime(late, 2_010), realTime(late, 1_060_000), realTime(late, 1_060_001)]).toEqual([1_060_000, 2_000, Infinity]);
  });
});
