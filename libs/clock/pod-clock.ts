import type { Clock } from './clock.js';

/**
 * The row that defines a namespace's clock: at real time `realBase` it showed `virtualBase`; since then it has advanced
 * `rate` times as fast as real time, or not at all while paused. Times are epoch milliseconds.
 */
export interface PodClockRow {
  realBase: number;
  virtualBase: number;
  rate: number;
  paused: boolean;
  /** What was shown already when this row took the place of another: until the row gets there itself, time stands still at it. */
  notBefore?: number;
}

/** The row of a namespace that has no clock of its own: real time. */
export const REAL_TIME: PodClockRow = { realBase: 0, virtualBase: 0, rate: 1, paused: false };

/** What a clock defined by `row` shows at real time `real`. */
export function podTime(row: PodClockRow, real: number): number {
  const shown = row.paused ? row.virtualBase : row.virtualBase + (real - row.realBase) * row.rate;
  return row.notBefore === undefined ? shown : Math.max(shown, row.notBefore);
}

/** The real time at which the clock will show `virtual`; Infinity while it is paused before that. */
export function realTime(row: PodClockRow, virtual: number): number {
  if (row.notBefore !== undefined && virtual <= row.notBefore) return row.realBase;
  if (row.paused) return virtual <= row.virtualBase ? row.realBase : Infinity;
  return row.realBase + (virtual - row.virtualBase) / row.rate;
}

/** The clock at another pace, from real time `real` on: it goes on from what it shows then. */
export const rebased = (row: PodClockRow, real: number, pace: { rate: number; paused: boolean }): PodClockRow => ({
  realBase: real,
  virtualBase: Math.floor(podTime(row, real)),
  rate: pace.rate,
  paused: pace.paused,
});

/**
 * `next` in the place of `row`, at real time `real`, such that no time is shown twice: whoever learns late that a clock was stopped or slowed
 * down has shown more than the new row does, and stands still until that has come level.
 */
export function continued(row: PodClockRow, next: PodClockRow, real: number): PodClockRow {
  const shown = Math.floor(podTime(row, real));
  return shown > podTime(next, real) ? { ...next, notBefore: shown } : next;
}

/** A pod clock over another clock. Changing its row re-arms every pending timer. It never goes back. */
export class PodClock implements Clock {
  private readonly timers = new Map<object, { at: number; fire: () => void; cancel: () => void }>();

  constructor(
    private readonly system: Clock,
    private row: PodClockRow = REAL_TIME,
  ) {}

  get definition(): PodClockRow {
    return this.row;
  }

  now(): number {
    return Math.floor(podTime(this.row, this.system.now()));
  }

  at(at: number, fire: () => void): () => void {
    const id = {};
    this.timers.set(id, { at, fire, cancel: () => undefined });
    this.arm(id);
    return () => {
      this.timers.get(id)?.cancel();
      this.timers.delete(id);
    };
  }

  /** The system time at which this clock will show `at`; Infinity while it is paused before that. */
  realOf(at: number): number {
    return realTime(this.row, at);
  }

  /** When the earliest pending timer is due; Infinity: there is none. Not after now(): it is about to fire. */
  next(): number {
    let next = Infinity;
    for (const { at } of this.timers.values()) next = Math.min(next, at);
    return next;
  }

  /** Gives the clock a new definition; timers that the new row has made due fire at once. */
  redefine(row: PodClockRow): void {
    this.row = continued(this.row, row, this.system.now());
    for (const id of [...this.timers.keys()]) {
      this.timers.get(id)?.cancel();
      this.arm(id);
    }
  }

  private arm(id: object, notBefore = -Infinity): void {
    const timer = this.timers.get(id);
    if (!timer) return;
    const due = Math.max(Math.ceil(realTime(this.row, timer.at)), notBefore);
    timer.cancel =
      due === Infinity
        ? () => undefined
        : this.system.at(due, () => {
            // What was rounded on the way may make it a millisecond early.
            if (this.now() < timer.at) return this.arm(id, due + 1);
            this.timers.delete(id);
            timer.fire();
          });
  }
}
