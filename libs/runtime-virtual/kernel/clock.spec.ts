import { describe, expect, it } from '@jest/globals';
import { createMachine } from './create-machine.js';
import { collect, exited, runCommand, runUntil, START, TEST_IMAGE, testSandbox } from './test-machine.js';

const MINUTES_5 = 300_000;

describe("the pod's clock", () => {
  it('lets `sleep 300` pass at once when it is driven, and everything that tells time agrees', () => {
    const { stdout, outputs } = runCommand(['sh', '-c', 'date +%s; sleep 300; date +%s; echo $SECONDS; touch f; stat -c %Y f; timeout 60 sleep 300; echo $?; date +%s']);
    const start = START / 1000;
    expect(stdout).toBe(`${start}\n${start + 300}\n300\n${start + 300}\n143\n${start + 360}\n`);
    expect(outputs.map((output) => ('at' in output ? output.at - START : -1)).sort((a, b) => a - b)).toContain(MINUTES_5);
  });

  it('runs at the rate of its row: 300 s of sleep in one second of real time', () => {
    const machine = createMachine({ seed: 1 });
    machine.addImage(TEST_IMAGE);
    machine.run(START, 0);
    machine.addSandbox(testSandbox('pod', { clock: { realBase: START, virtualBase: START, rate: 300, paused: false } }));
    machine.startContainer({ id: 'main', sandboxId: 'pod', name: 'main', imageId: 'busybox', argv: ['sh', '-c', 'sleep 300; echo done'], env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, groups: [], tty: false, stdin: false, readonlyRootfs: false });
    machine.run(START, 1000);
    expect(machine.nextTimer()).toBe(START + 1000);
    machine.run(START + 999, 1000);
    expect(machine.takeOutputs()).toEqual([]);
    expect(collect(runUntil(machine, exited('main'), { now: START + 1000 }), 'main')).toMatchObject({ stdout: 'done\n', code: 0 });
  });

  it('stands still while it is paused, and goes on from there', () => {
    const machine = createMachine({ seed: 1 });
    machine.addImage(TEST_IMAGE);
    machine.run(START, 0);
    machine.addSandbox(testSandbox('pod'));
    machine.startContainer({ id: 'main', sandboxId: 'pod', name: 'main', imageId: 'busybox', argv: ['sleep', '10'], env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, groups: [], tty: false, stdin: false, readonlyRootfs: false });
    machine.run(START + 4000, 1000);
    machine.setClock(['pod'], { realBase: START + 4000, virtualBase: START + 4000, rate: 1, paused: true });
    expect(machine.nextTimer()).toBeUndefined();
    machine.run(START + 100_000, 1000);
    expect(machine.takeOutputs()).toEqual([]);
    machine.setClock(['pod'], { realBase: START + 100_000, virtualBase: START + 4000, rate: 1, paused: false });
    expect(machine.nextTimer()).toBe(START + 106_000);
  });
});
