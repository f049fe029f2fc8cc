/** Ends steps of clocks whose maker is gone, so that time goes on. */
import { basesOf, podTime, rowOfClock, STEP_ABANDONED_MS } from '#clock';
import type { Clock, ClockSpec, ClockStatus } from '#clock';
import { fromTime } from '#objects';
import type { KubeObject } from '#objects';
import { isOvertaken } from '#store';
import type { Cause, Store } from '#store';

const CAUSE: Cause = { by: 'clocks', what: 'timer', detail: 'whoever made the step is gone' };

export class AbandonedSteps {
  constructor(
    private readonly store: Store,
    private readonly clocks: () => KubeObject[],
    private readonly clock: Clock,
  ) {}

  async end(): Promise<void> {
    const now = this.clock.now();
    await Promise.all(this.clocks().flatMap((clock) => this.endOne(clock, withoutAbandonedStep(clock, now))));
  }

  private async endOne(before: KubeObject, object: KubeObject | undefined): Promise<void> {
    if (!object) return;
    try {
      await this.store.commit({ writes: [{ op: 'status', object, expect: before.metadata.resourceVersion, cause: CAUSE }] });
    } catch (error) {
      // Somebody has written it meanwhile: the next look sees what is then.
      if (!isOvertaken(error)) throw error;
    }
  }
}

/** The Clock, going on from where its step was left; undefined: there is none, or somebody makes it. Pure; `now`: real time. */
export function withoutAbandonedStep(clock: KubeObject, now: number): KubeObject | undefined {
  const { step, ...status } = clock.status as ClockStatus;
  if (!step || now - (fromTime(step.renewedAt) ?? 0) < STEP_ABANDONED_MS) return undefined;
  const stands = Math.floor(podTime(rowOfClock(clock), now));
  const bases = basesOf({ realBase: now, virtualBase: stands, ...(clock.spec as ClockSpec) });
  const lastStep = { from: bases.now, to: bases.now, outcome: 'TimedOut' as const, message: `the step to ${step.to} was abandoned` };
  return { ...clock, status: { ...status, ...bases, lastStep } };
}
