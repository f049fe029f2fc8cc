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
}

/** The row of a namespace that has no clock of its own: real time. */
export const REAL_TIME: PodClockRow = { realBase: 0, virtualBase: 0, rate: 1, paused: false };

/** What a clock defined by `row` shows at real time `real`. */
export function podTime(row: PodClockRow, real: number): number {
  return row.paused ? row.virtualBase : row.virtualBase + (real - row.realBase) * row.rate;
}

/** The real time at which the clock will show `virtual`; Infinity while it is paused before that. */
export function realTime(row: PodClockRow, virtual: number): number {
  if (row.paused) return virtual <= row.virtualBase ? row.realBase : Infinity;
  return row.realBase + (virtual - row.virtualBase) / row.rate;
}

/** A pod clock over another clock. Changing its row re-arms every pending timer. */
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

  /** Gives the clock a new definition; timers that the new row has made due fire at once. */
  redefine(row: PodClockRow): void {
    this.row = row;
    for (const id of [...this.timers.keys()]) {
      this.timers.get(id)?.cancel();
      this.arm(id);
    }
  }

  private arm(id: object): void {
    const timer = this.timers.get(id);
    if (!timer) return;
    const due = Math.ceil(realTime(this.row, timer.at));
    timer.cancel =
      due === Infinity
        ? () => undefined
        : this.system.at(due, () => {
            this.timers.delete(id);
            timer.fire();
          });
  }
}
