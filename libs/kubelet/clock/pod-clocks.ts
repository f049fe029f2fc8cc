import { PodClock, REAL_TIME, rebased } from '#clock';
import type { Clock, PodClockRow } from '#clock';

/**
 * The clocks of the namespaces that this node has pods of. A namespace without a row of its own runs on real time. When a row goes, the pods
 * that are there go on from what they see, at real speed: their time does not leap. Those that come later have real time.
 */
export class PodClocks {
  private readonly clocks = new Map<string, PodClock>();
  /** Of pods that were there when their namespace's Clock was removed, by namespace. */
  private readonly former = new Map<string, PodClock[]>();
  private readonly rows: Map<string, PodClockRow>;

  constructor(
    private readonly system: Clock,
    rows: Record<string, PodClockRow> = {},
  ) {
    this.rows = new Map(Object.entries(rows));
  }

  of(namespace: string): PodClock {
    let clock = this.clocks.get(namespace);
    if (!clock) this.clocks.set(namespace, (clock = new PodClock(this.system, this.rows.get(namespace))));
    return clock;
  }

  /** Whether the namespace has a Clock. */
  has(namespace: string): boolean {
    return this.rows.has(namespace);
  }

  /** Those that have a Clock. */
  namespaces(): string[] {
    return [...this.rows.keys()];
  }

  /** The namespace has this row now, or (undefined) none any more. Returns what defines the time of the pods that are there. */
  set(namespace: string, row: PodClockRow | undefined): PodClockRow {
    const clock = this.clocks.get(namespace);
    const former = this.former.get(namespace) ?? [];
    if (row) {
      this.rows.set(namespace, row);
      for (const each of clock ? [clock, ...former] : former) each.redefine(row);
      return row;
    }
    const had = this.rows.delete(namespace);
    if (!had || !clock) return clock?.definition ?? REAL_TIME;
    const onward = rebased(clock.definition, this.system.now(), { rate: 1, paused: false });
    clock.redefine(onward);
    this.clocks.delete(namespace);
    this.former.set(namespace, [...former, clock]);
    return onward;
  }

  /** When something is due next for the namespace's pods, as its clock has it; Infinity: never. */
  next(namespace: string): number {
    return Math.min(...[this.of(namespace), ...(this.former.get(namespace) ?? [])].map((clock) => clock.next()));
  }

  /** What stands in pod_sync for a pod with this clock that is due at `at`: the time of its namespace. */
  stored(namespace: string, clock: PodClock, at: number): number {
    if (clock === this.of(namespace)) return Math.ceil(at);
    return Math.ceil(clock.realOf(at));
  }
}
