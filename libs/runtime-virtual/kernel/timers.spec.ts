import { describe, expect, it } from '@jest/globals';
import { REAL_TIME } from '#clock';
import { createMachine } from './create-machine.js';
import { runUntil, START, TEST_IMAGE, testSandbox } from './test-machine.js';

const PODS = 2_000;
const names = Array.from({ length: PODS }, (_, index) => `pod-${index}`);

/** Pods that sleep for 1000, 1001 .. s. */
function sleepers() {
  const machine = createMachine({ seed: 1 });
  machine.addImage(TEST_IMAGE);
  machine.run(START, 0);
  for (const [index, id] of names.entries()) {
    machine.addSandbox(testSandbox(id));
    machine.startContainer({
      id: `${id}/main`, sandboxId: id, name: 'main', imageId: 'busybox', argv: ['sleep', String(1000 + index)], env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, tty: false, stdin: false,
      readonlyRootfs: false,
    });
  }
  while (machine.run(START, 10_000)) machine.takeOutputs();
  return machine;
}

const fast = { realBase: START, virtualBase: START, rate: 100, paused: false };
const paused = { realBase: START, virtualBase: START, rate: 1, paused: true };

describe('the timers of a machine', () => {
  it('follow their clocks, however often those are changed', () => {
    const machine = sleepers();
    expect(machine.nextTimer()).toBe(START + 1_000_000);
    machine.setClock(names, paused);
    expect(machine.nextTimer()).toBeUndefined();
    machine.setClock(names.slice(10), REAL_TIME);
    expect(machine.nextTimer()).toBe(START + 1_010_000);
    machine.setClock(names, fast);
    expect(machine.nextTimer()).toBe(START + 10_000);
    const ends = runUntil(machine, () => false).flatMap((output) => (output.type === 'exit' ? [output.of] : []));
    expect(ends).toEqual(names.map((id) => `${id}/main`));
  });
});
