/** The kernel without its threads, for measurements. */
export { createMachine } from './create-machine.js';
export { runUntil, START, TEST_IMAGE, testSandbox } from './test-machine.js';
