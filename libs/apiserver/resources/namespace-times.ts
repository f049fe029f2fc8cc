import { CLOCK_NAME, podTime, rowOfClock } from '#clock';
import type { Clock, PodClockRow } from '#clock';
import type { Store } from '#store';

/** For how long it is believed that a namespace has no Clock: one made by another api process is seen by then. */
const BELIEVED_MS = 1_000;

/** What time it is in a namespace: its Clock's, or real time. */
export class NamespaceTimes {
  /** Namespaces without a Clock, and until when (real time) that is believed. */
  private readonly without = new Map<string, number>();

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** Epoch ms. `namespace` '': of the cluster, which has real time. */
  async now(namespace: string): Promise<number> {
    const row = namespace === '' ? undefined : await this.rowOf(namespace);
    const real = this.clock.now();
    return row ? Math.floor(podTime(row, real)) : real;
  }

  /** The same for many: all the namespaces that are there. */
  async all(): Promise<(namespace: string) => number> {
    const { items } = await this.store.list({ kind: 'Clock' });
    const real = this.clock.now();
    const times = new Map(items.map((item) => [item.metadata.namespace, Math.floor(podTime(rowOfClock(item), real))]));
    return (namespace) => times.get(namespace) ?? real;
  }

  /** A Clock has been made or removed. */
  forget(namespace: string): void {
    this.without.delete(namespace);
  }

  private async rowOf(namespace: string): Promise<PodClockRow | undefined> {
    const now = this.clock.now();
    if ((this.without.get(namespace) ?? 0) > now) return undefined;
    const found = await this.store.get({ kind: 'Clock', namespace, name: CLOCK_NAME });
    if (found) return rowOfClock(found);
    this.without.delete(namespace);
    this.without.set(namespace, now + BELIEVED_MS);
    // The oldest stand first.
    for (const [name, until] of this.without) {
      if (until > now) break;
      this.without.delete(name);
    }
    return undefined;
  }
}
