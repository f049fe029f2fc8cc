/** A namespace's clock as it is stored: kind Clock, podbox.dev/v1. Every time stamp in it is RFC 3339 with milliseconds. */
import type { PodClockRow } from './pod-clock.js';

/** A namespace has one Clock at most, of this name. */
export const CLOCK_NAME = 'clock';

export interface ClockSpec {
  /** Seconds of the namespace that pass in a second: 0.1 to 1000. */
  rate: number;
  paused: boolean;
}

/** How a step ended. `PodChanged`: before its limit, since the pod that was waited for has changed; `NothingDue`: nothing would ever have changed it. */
export type StepOutcome = 'Reached' | 'PodChanged' | 'NothingDue' | 'TimedOut';

export interface ClockStatus {
  observedGeneration?: number;
  /** What the clock shows when the object is read; in a watch, when it was written. */
  now: string;
  /** At real time `realBase` the clock showed `virtualBase`. */
  realBase: string;
  virtualBase: string;
  /** A step is under way: time stands still but for its leaps. `renewedAt`: real time; whoever makes the step is gone when it is old. */
  step?: { id: string; to: string; untilPod?: string; renewedAt: string };
  lastStep?: { from: string; to: string; outcome: StepOutcome; message?: string };
}

/** How old a step's `renewedAt` may get before the step counts as abandoned. */
export const STEP_ABANDONED_MS = 60_000;

/** What the clock does by itself: while a step is under way nothing. */
export function rowOfClock(clock: { spec?: unknown; status?: unknown }): PodClockRow {
  const { rate, paused } = clock.spec as ClockSpec;
  const { realBase, virtualBase, step } = clock.status as ClockStatus;
  return { realBase: Date.parse(realBase), virtualBase: Date.parse(virtualBase), rate, paused: paused || step !== undefined };
}

/** The time stamps that define a clock with this row. `real`: now. */
export function basesOf(row: PodClockRow): Pick<ClockStatus, 'now' | 'realBase' | 'virtualBase'> {
  const virtualBase = new Date(row.virtualBase).toISOString();
  return { now: virtualBase, realBase: new Date(row.realBase).toISOString(), virtualBase };
}
