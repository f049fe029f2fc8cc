/**
 * A source of time that can be injected. Two clocks exist (ARCHITECTURE.md, principle 4): the system clock (leases, locks,
 * request time-outs, retention) and a namespace's pod clock (back-off, probes, deadlines, grace, time stamps, sleeps).
 */
export interface Clock {
  /** Milliseconds since the epoch, on this clock. */
  now(): number;
  /** Calls `fire` once, when `now()` has reached `at` (epoch milliseconds on this clock). Never early. Returns a function that cancels it. */
  at(at: number, fire: () => void): () => void;
}

/** Resolves when `clock` has advanced by `ms` milliseconds; rejects with the signal's reason if it aborts first. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = () => {
      cancel();
      reject(signal!.reason as Error);
    };
    const cancel = clock.at(clock.now() + ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
