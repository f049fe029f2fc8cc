import type { Clock } from './clock.js';

/** A clock that moves only when told to: for tests and for replays. */
export class ManualClock implements Clock {
  private readonly timers: { at: number; order: number; fire: () => void }[] = [];
  private order = 0;

  constructor(private time = 0) {}

  now(): number {
    return this.time;
  }

  at(at: number, fire: () => void): () => void {
    const timer = { at, order: this.order++, fire };
    this.timers.push(timer);
    return () => {
      const index = this.timers.indexOf(timer);
      if (index >= 0) this.timers.splice(index, 1);
    };
  }

  /** The earliest pending timer's time, or undefined. */
  next(): number | undefined {
    return this.timers.length === 0 ? undefined : Math.min(...this.timers.map((timer) => timer.at));
  }

  /** Moves to `to`, firing what falls due on the way, in order of time and then of registration. */
  advanceTo(to: number): void {
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= to).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!due) break;
      this.timers.splice(this.timers.indexOf(due), 1);
      this.time = Math.max(this.time, due.at);
      due.fire();
    }
    this.time = Math.max(this.time, to);
  }

  advance(ms: number): void {
    this.advanceTo(this.time + ms);
  }
}
