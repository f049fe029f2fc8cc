import { describe, expect, it } from '@jest/globals';
import { createMachine } from './create-machine.js';
import type { Machine } from './machine.js';
import { collect, exited, runUntil, START, TEST_IMAGE, testSandbox } from './test-machine.js';

function machineWith(argv: string[], more: { sharePid?: boolean; tty?: boolean; stdin?: boolean } = {}): Machine {
  const machine = createMachine({ seed: 7 });
  machine.addImage(TEST_IMAGE);
  machine.run(START, 0);
  machine.addSandbox(testSandbox('pod', { sharePid: more.sharePid ?? false }));
  start(machine, 'main', argv, more);
  return machine;
}

function start(machine: Machine, id: string, argv: string[], more: { tty?: boolean; stdin?: boolean } = {}) {
  return machine.startContainer({
    id, sandboxId: 'pod', name: id, imageId: 'busybox', argv, env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, tty: more.tty ?? false, stdin: more.stdin ?? false,
    readonlyRootfs: false,
  });
}

describe('a container', () => {
  it('ends with the exit code of its main process, which is PID 1', () => {
    const machine = machineWith(['sh', '-c', 'echo $$; exit 3']);
    expect(collect(runUntil(machine, exited('main')), 'main')).toMatchObject({ stdout: '1\n', code: 3 });
  });

  it('ignores SIGTERM as PID 1 without a handler, and dies of SIGKILL with 137', () => {
    const machine = machineWith(['sleep', '100']);
    machine.run(START, 100);
    machine.signalContainer('main', 15);
    machine.run(START, 100);
    expect(machine.takeOutputs()).toEqual([]);
    machine.signalContainer('main', 9);
    expect(machine.takeOutputs()).toMatchObject([{ type: 'exit', of: 'main', code: 137, signal: 9 }]);
  });

  it('runs its trap on SIGTERM while it waits', () => {
    const machine = machineWith(['sh', '-c', 'trap "echo bye; exit 0" TERM; sleep 1000 & wait']);
    machine.run(START, 100);
    machine.signalContainer('main', 15);
    expect(collect(runUntil(machine, exited('main')), 'main')).toMatchObject({ stdout: 'bye\n', code: 0 });
  });

  it('takes its execs and children with it when it dies', () => {
    const machine = machineWith(['sh', '-c', 'sleep 1000 & sleep 1000']);
    expect(machine.startExec({ id: 'exec', containerId: 'main', argv: ['sleep', '50'], tty: false, stdin: false })).toEqual({ ok: true });
    machine.run(START, 100);
    machine.signalContainer('main', 9);
    const exits = machine.takeOutputs().filter((output) => output.type === 'exit');
    expect(exits).toMatchObject([{ of: 'exec', code: 137 }, { of: 'main', code: 137 }]);
    expect(machine.nextTimer()).toBeUndefined();
  });

  it('finds a program that comes to be on its PATH, in a volume', () => {
    const machine = createMachine({ seed: 7 });
    machine.addImage(TEST_IMAGE);
    machine.run(START, 0);
    machine.addSandbox(testSandbox('pod'));
    machine.addVolume({ id: 'v', podUid: 'pod', files: {} });
    const script = 'made; printf "#!/bin/sh\\necho made it\\n" > /data/made; chmod +x /data/made; made';
    machine.startContainer({
      id: 'main', sandboxId: 'pod', name: 'main', imageId: 'busybox', argv: ['sh', '-c', script], env: { PATH: '/data:/bin' }, workingDir: '', mounts: [{ volumeId: 'v', subPath: '', path: '/data', readonly: false }],
      uid: 0, gid: 0, tty: false, stdin: false, readonlyRootfs: false,
    });
    expect(collect(runUntil(machine, exited('main')), 'main')).toMatchObject({ stderr: 'sh: made: not found\n', stdout: 'made it\n' });
  });

  it('does not start when the command is not there, and says so as runc does', () => {
    const machine = machineWith(['sleep', '1000']);
    expect(start(machine, 'other', ['nope'])).toEqual({ ok: false, error: 'exec: "nope": executable file not found in $PATH' });
    expect(start(machine, 'other', ['/bin/nope'])).toEqual({ ok: false, error: 'exec: "/bin/nope": stat /bin/nope: no such file or directory' });
    expect(start(machine, 'other', ['/etc/passwd'])).toEqual({ ok: false, error: 'exec: "/etc/passwd": permission denied' });
  });
});

describe('an exec', () => {
  it('has its own output and exit code', () => {
    const machine = machineWith(['sleep', '1000']);
    machine.startExec({ id: 'exec', containerId: 'main', argv: ['sh', '-c', 'echo $HOSTNAME; exit 3'], tty: false, stdin: false });
    expect(collect(runUntil(machine, exited('exec')), 'exec')).toMatchObject({ stdout: 'pod\n', code: 3 });
  });

  it('reads what is typed on a terminal and echoes it', () => {
    const machine = machineWith(['sleep', '1000']);
    machine.startExec({ id: 'exec', containerId: 'main', argv: ['sh'], tty: true, stdin: true });
    machine.run(START, 100);
    machine.writeStdin('exec', 'echo a$((1+1))\r');
    machine.run(START, 100);
    machine.writeStdin('exec', 'exit 4\r');
    const done = collect(runUntil(machine, exited('exec'), { now: START }), 'exec');
    expect(done).toMatchObject({ code: 4, stdout: '/ # echo a$((1+1))\r\na2\r\n/ # exit 4\r\n' });
  });

  it('gets an interrupt through its terminal', () => {
    const machine = machineWith(['sleep', '1000']);
    machine.startExec({ id: 'exec', containerId: 'main', argv: ['sh', '-c', 'sleep 500; echo never'], tty: true, stdin: true });
    machine.run(START, 100);
    machine.writeStdin('exec', '\x03');
    expect(collect(runUntil(machine, exited('exec')), 'exec')).toMatchObject({ code: 130 });
  });
});

describe('a pod with one PID namespace', () => {
  it('has /pause as PID 1, and containers that SIGTERM ends', () => {
    const machine = machineWith(['sh', '-c', 'echo $$; sleep 1000'], { sharePid: true });
    machine.run(START, 1000);
    expect(machine.takeOutputs()).toMatchObject([{ type: 'output', data: '2\n' }]);
    machine.signalContainer('main', 15);
    expect(collect(runUntil(machine, exited('main')), 'main')).toMatchObject({ code: 143 });
  });

  it('is dead when its pause process is killed', () => {
    const machine = machineWith(['sh', '-c', 'kill 1; sleep 1000'], { sharePid: true });
    const outputs = runUntil(machine, exited('main'));
    expect(outputs).toMatchObject([{ type: 'exit', of: 'main', code: 137 }, { type: 'sandbox-dead', sandboxId: 'pod' }]);
  });
});
