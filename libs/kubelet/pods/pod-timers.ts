import type { PodRecord } from './pod-record.js';

/** One timer a pod, on its namespace's clock: when it wants a sync although nothing changes. */
export class PodTimers {
  constructor(private readonly due: (record: PodRecord) => void) {}

  /** `at`: pod clock, epoch ms; undefined: none. */
  arm(record: PodRecord, at: number | undefined): void {
    if (record.armedFor === at) return;
    record.cancelTimer?.();
    record.armedFor = at;
    record.cancelTimer =
      at === undefined
        ? undefined
        : record.clock.at(at, () => {
            record.armedFor = undefined;
            record.cancelTimer = undefined;
            this.due(record);
          });
  }
}
