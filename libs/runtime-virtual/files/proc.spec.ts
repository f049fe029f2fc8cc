import { describe, expect, it } from '@jest/globals';
import { createMachine } from '../kernel/create-machine.js';
import { collect, exited, runCommand, runUntil, START, TEST_IMAGE, testSandbox } from '../kernel/test-machine.js';

const shell = (script: string, more: Parameters<typeof runCommand>[1] = {}) => runCommand(['sh', '-c', script], more);

describe('the descriptors below /proc', () => {
  it.each([
    ['of the main process lead to its log, as images write to it', 'sh -c "echo seen > /proc/1/fd/1; echo bad >&2 2> /proc/1/fd/2"', 'seen\n'],
    ['say what they lead to', 'echo x > /tmp/f; sleep 1 < /tmp/f & sleep 0.1; readlink /proc/$!/fd/0', '/tmp/f\n'],
    ['of another process give a file from its beginning', 'printf "a\\nb\\n" > /tmp/f; exec 3< /tmp/f; read x <&3; sh -c "cat /proc/1/fd/3"; true', 'a\nb\n'],
    ['of oneself are the same open files', 'printf "a\\nb\\n" > /tmp/f; exec 3< /tmp/f; read x <&3; read y < /proc/self/fd/3; echo $y', 'b\n'],
    ['end with their process', 'cat /proc/99/fd/1 2>&1', "cat: can't open '/proc/99/fd/1': No such file or directory\n"],
  ])('%s', (_, script, expected) => {
    expect(shell(script).stdout).toBe(expected);
  });

  it('of another user are not opened', () => {
    const { stderr } = shell('echo no > /proc/1/fd/1', { sharePid: true, uid: 1000 });
    expect(stderr).toBe("sh: can't create /proc/1/fd/1: Permission denied\n");
  });
});

describe("a process's links", () => {
  it('lead to its directory, its root and its program', () => {
    expect(shell('cd /tmp; readlink /proc/self/cwd; readlink /proc/1/root; cd /proc/1/cwd/..; ls -d /proc/1/root/etc').stdout).toBe('/tmp\n/\n/proc/1/root/etc\n');
  });

  it('lead into the files of another container of a pod that shares its process namespace', () => {
    const machine = createMachine({ seed: 1 });
    machine.addImage(TEST_IMAGE);
    machine.addSandbox(testSandbox('pod', { sharePid: true }));
    machine.run(START, 0);
    const start = (id: string, script: string) =>
      machine.startContainer({ id, sandboxId: 'pod', name: id, imageId: 'busybox', argv: ['sh', '-c', script], env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, tty: false, stdin: false, readonlyRootfs: false });
    start('first', 'echo theirs > /tmp/f; echo up; sleep 1000');
    runUntil(machine, (outputs) => outputs.some((output) => output.type === 'output'));
    start('second', 'echo mine > /tmp/f; cat /proc/2/root/tmp/f; cd /proc/2/root/tmp && cat f; echo changed > f; cat /tmp/f; ls /proc/2/root/no 2>&1');
    const { stdout } = collect(runUntil(machine, exited('second')), 'second');
    expect(stdout).toBe('theirs\ntheirs\nmine\nls: /proc/2/root/no: No such file or directory\n');
  });
});
