export * from './types.js';
export * from './actions.js';
export { FIRST_BACKOFF_MS, LONGEST_BACKOFF_MS, nextBackoffMs } from './backoff.js';
export * from './display.js';
export * as podEvents from './events.js';
export type { EventWords } from './events.js';
export { IGNORE_INIT_IMAGE_CHANGE } from './restart.js';
export { computePodStatus } from './status/pod-status.js';
