import type { Clock } from './clock.js';

/** The longest delay that setTimeout takes; longer ones fire at once, so they are cut into pieces. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock. The only place in the project, beside the tests, that reads Date.now() or calls setTimeout. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  at(at: number, fire: () => void): () => void {
    let handle: NodeJS.Timeout;
    const arm = () => {
      const left = at - Date.now();
      handle = setTimeout(left > LONGEST_TIMEOUT_MS ? arm : settle, Math.min(Math.max(left, 0), LONGEST_TIMEOUT_MS));
    };
    // Node may fire a timer up to a millisecond early by Date.now(): never early is what callers rely on.
    const settle = () => (Date.now() >= at ? fire() : arm());
    arm();
    return () => clearTimeout(handle);
  }
}
