import { describe, expect, it } from '@jest/globals';
import { createMachine } from './create-machine.js';
import type { Machine, MachineOutput } from './machine.js';
import { collect, exited, runUntil, START, TEST_IMAGE, testSandbox } from './test-machine.js';

const MIB = 1024 * 1024;

function start(machine: Machine, pod: string, script: string, memoryBytes?: number): void {
  machine.addSandbox(testSandbox(pod));
  const started = machine.startContainer({
    id: pod, sandboxId: pod, name: 'main', imageId: 'busybox', argv: ['sh', '-c', script], env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, tty: false, stdin: false,
    readonlyRootfs: false, ...(memoryBytes !== undefined && { memoryBytes }),
  });
  expect(started).toEqual({ ok: true });
}

function machineWith(script: string, memoryBytes?: number): Machine {
  const machine = createMachine({ seed: 1 });
  machine.addImage(TEST_IMAGE);
  machine.run(START, 0);
  start(machine, 'wild', script, memoryBytes);
  return machine;
}

/** Runs the machine a number of steps and takes what was printed off it. */
function runSteps(machine: Machine, steps: number, now = START): MachineOutput[] {
  const outputs: MachineOutput[] = [];
  for (let i = 0; i < steps; i += 10_000) {
    machine.run(now, 10_000);
    for (const output of machine.takeOutputs()) {
      outputs.push(output);
      if (output.type === 'output') machine.credit(output.of, output.data.length);
    }
  }
  return outputs;
}

describe('what runs wild', () => {
  it.each([
    ['a loop without end', 'while :; do :; done'],
    ['a fork bomb', 'b() { b | b & }; b; while :; do :; done'],
    ['a fork bomb of programs', 'while :; do sleep 1000 & done'],
    ['a function that calls itself', 'f() { f; }; f; while :; do :; done'],
    ['output without end', 'yes'],
    ['a pipe that nobody reads', 'yes | sleep 1000'],
    ['open files without end', 'i=10; while :; do i=$((i+1)); eval "exec $i>/tmp/f"; done 2>/dev/null; while :; do :; done'],
    ['eval without end', 'x="eval \\$x"; eval $x; while :; do :; done'],
    ['traps that call themselves', 'trap "kill -USR1 $$" USR1; kill -USR1 $$; while :; do :; done'],
    ['a pattern that is slow where it is tried from every place', 'x=$(head -c 20000 /dev/zero | tr "\\0" a); while :; do y=${x//a*a*a*b/}; done'],
    ['an expression that backtracks', 'x=$(head -c 500 /dev/zero | tr "\\0" a); while :; do echo $x | grep -E "^(a+)+$" > /dev/null; echo "${x}b" | grep -E "^(a+)+$"; done'],
  ])('leaves other pods their turn: %s', (_, script) => {
    const machine = machineWith(script);
    runSteps(machine, 100_000);
    start(machine, 'tame', 'i=0; while [ $i -lt 100 ]; do i=$((i+1)); done; echo $i');
    const done = collect(runUntil(machine, exited('tame'), { now: START, steps: 1000 }), 'tame');
    expect(done).toMatchObject({ stdout: '100\n', code: 0 });
    machine.removeSandbox('wild');
    machine.takeOutputs();
    expect([machine.run(START, 10_000), machine.nextTimer()]).toEqual([false, undefined]);
  });

  it('finds that it can have no more processes', () => {
    const machine = machineWith('i=0; while [ $i -lt 5000 ]; do sleep 1000 & i=$((i+1)); done');
    expect(collect(runUntil(machine, exited('wild')), 'wild')).toMatchObject({ stderr: expect.stringContaining("can't fork: Resource temporarily unavailable"), code: 2 });
  });

  it('finds that it can have no more open files', () => {
    const machine = machineWith('i=10; while [ $i -lt 2000 ]; do i=$((i+1)); eval "exec $i</dev/null" || exit 9; done');
    expect(collect(runUntil(machine, exited('wild')), 'wild').code).not.toBe(0);
  });
});

describe('a container that holds more than its memory', () => {
  it.each([
    ['a string that doubles', 'x=aaaaaaaa; while :; do x=$x$x; done', undefined],
    ['a string that doubles, past a limit', 'x=aaaaaaaa; while :; do x=$x$x; done', 8 * MIB],
    ['a list that grows', 'while :; do set -- "$@" "$@" a; done', 8 * MIB],
    ['variables without end', 'i=0; v=$(head -c 10000 /dev/zero | tr "\\0" a); while :; do i=$((i+1)); eval "v$i=$v"; done', 8 * MIB],
    ['sort of what never ends', 'yes | sort', undefined],
    ['sort of what never ends, past a limit', 'yes | sort', 8 * MIB],
    ['the output of a substitution', 'x=$(yes)', undefined],
    ['the output of a substitution, past a limit', 'x=$(yes)', 4 * MIB],
    ['processes, each with a little', 'while :; do sleep 1000 & done', 4 * MIB],
    ['a child that is not the main process', '(x=aaaaaaaa; while :; do x=$x$x; done); echo not reached', 8 * MIB],
  ])('is killed, all of it, and says why: %s', (_, script, memoryBytes) => {
    const outputs = runUntil(machineWith(script, memoryBytes), exited('wild'));
    expect(outputs.filter((output) => output.type !== 'output')).toEqual([{ type: 'exit', of: 'wild', code: 137, signal: 9, oom: true, at: START }]);
  });

  it.each([
    ['at once, where it holds more than it may now', 'x=$(head -c 6000000 /dev/zero | tr "\\0" a); echo ready; sleep 3600; echo $x', 4 * MIB, true],
    ['later, when it grows past what it may now', 'echo ready; sleep 1; x=$(head -c 6000000 /dev/zero | tr "\\0" a); i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; echo lived; sleep 3600', 4 * MIB, true],
    ['not at all, where the limit was raised', 'echo ready; sleep 1; x=$(head -c 6000000 /dev/zero | tr "\\0" a); i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; echo lived; sleep 3600', 64 * MIB, false],
  ])('is killed by a limit that is changed while it runs: %s', (_, script, limit, killed) => {
    const machine = machineWith(script, limit > 16 * MIB ? 8 * MIB : 64 * MIB);
    const text = (outputs: MachineOutput[]) => collect(outputs, 'wild').stdout;
    expect(text(runSteps(machine, 200_000))).toBe('ready\n');
    machine.updateContainer('wild', { memoryBytes: limit });
    const outputs = runSteps(machine, 400_000, START + 2000);
    expect([outputs.some((output) => output.type === 'exit' && output.oom), text(outputs)]).toEqual([killed, killed ? '' : 'lived\n']);
  });

  it('is left alone while it holds less', () => {
    const machine = machineWith('x=aaaaaaaa; i=0; while [ $i -lt 17 ]; do x=$x$x; i=$((i+1)); done; echo ${#x}', 4 * MIB);
    expect(collect(runUntil(machine, exited('wild')), 'wild')).toMatchObject({ stdout: '1048576\n', code: 0 });
  });
});
