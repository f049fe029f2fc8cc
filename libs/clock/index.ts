export * from './clock.js';
export * from './system-clock.js';
export * from './pod-clock.js';
export * from './stored-clock.js';
export * from './manual-clock.js';
