import { SystemClock, sleep } from '#clock';

const INTERVAL_MS = 10;

/**
 * Waits until `condition` gives something truthy, which it returns; a condition that throws counts as not yet.
 * @throws Error naming `describe` and what was last seen when `timeoutMs` (default 30 s) have passed.
 */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  options: { timeoutMs?: number; describe?: string } = {},
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const clock = new SystemClock();
  const timeoutMs = options.timeoutMs ?? 30_000;
  const deadline = clock.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const value = await condition();
      if (value) return value as Exclude<T, false | 0 | '' | null | undefined>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (clock.now() > deadline) {
      const seen = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`not within ${timeoutMs} ms: ${options.describe ?? condition.toString()} (last seen: ${seen})`, { cause: last });
    }
    await sleep(clock, INTERVAL_MS);
  }
}

/** Waits until `assertion` no longer throws. @throws Error as `eventually` does, naming what the assertion said last. */
export async function eventuallyHolds(assertion: () => void | Promise<void>, options: { timeoutMs?: number; describe?: string } = {}): Promise<void> {
  await eventually(async () => {
    await assertion();
    return true;
  }, { describe: 'the assertion', ...options });
}
