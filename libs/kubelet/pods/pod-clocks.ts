import { PodClock } from '#clock';
import type { Clock, PodClockRow } from '#clock';

/** The clocks of the namespaces that this node has pods of. A namespace without a row of its own runs on real time. */
export class PodClocks {
  private readonly clocks = new Map<string, PodClock>();

  constructor(
    private readonly system: Clock,
    private readonly rows: Record<string, PodClockRow> = {},
  ) {}

  of(namespace: string): PodClock {
    let clock = this.clocks.get(namespace);
    if (!clock) this.clocks.set(namespace, (clock = new PodClock(this.system, this.rows[namespace])));
    return clock;
  }
}
