/** For tests: a terminal, as kubectl exec -it has it, on a clock that they drive. */
import { createMachine } from './create-machine.js';
import type { Machine } from './machine.js';
import type { Pod, Terminal } from './state.js';
import { START, TEST_IMAGE, testSandbox } from './test-machine.js';

export class Session {
  machine: Machine;
  output = '';
  code = -1;
  private now = START;

  constructor(argv = ['sh'], uid = 0) {
    this.machine = createMachine({ seed: 1 });
    this.machine.addImage(TEST_IMAGE);
    this.machine.run(START, 0);
    this.machine.addSandbox(testSandbox('pod'));
    const container = { id: 'main', sandboxId: 'pod', name: 'main', imageId: 'busybox', argv: ['sleep', '100000'], env: {}, workingDir: '', mounts: [], uid, gid: uid, groups: [], tty: false, stdin: false, readonlyRootfs: false };
    const started = [this.machine.startContainer(container), this.machine.startExec({ id: 'exec', containerId: 'main', argv, tty: true, stdin: true })];
    for (const result of started) if (!result.ok) throw new Error(result.error);
    this.wait(0);
  }

  /** Lets time pass, in milliseconds. Returns what the terminal showed meanwhile. */
  wait(ms: number): string {
    const from = this.output.length;
    const end = this.now + ms;
    for (;;) {
      this.machine.run(this.now, 100_000);
      for (const output of this.machine.takeOutputs()) {
        if (output.type === 'output') this.output += output.data;
        if (output.type === 'fault') throw new Error(output.message);
        if (output.type === 'exit' && output.of === 'exec') this.code = output.code;
      }
      const next = this.machine.nextTimer();
      if (next === undefined || next > end) break;
      this.now = next;
    }
    this.now = end;
    return this.output.slice(from);
  }

  /** Types, and returns what the terminal showed for it. */
  type(keys: string): string {
    this.machine.writeStdin('exec', keys);
    return this.wait(0);
  }

  resize(columns: number, rows: number): void {
    this.machine.resize('exec', columns, rows);
    this.wait(0);
  }

  /** What the terminal's state is. */
  terminal(): Terminal {
    const box = (this.machine.snapshotPod('pod') as Pod).sandboxes['pod']!;
    const found = box.open[box.execs['exec']!.tty];
    if (found?.kind !== 'tty') throw new Error('there is no terminal');
    return found;
  }

  /** Types a line and returns what its command printed: without the echo of the line and the prompt after it. */
  run(keys: string): string {
    const shown = this.type(`${keys}\r`);
    return shown.slice(shown.indexOf('\r\n') + 2).replace(/[^\n]* [#$] $/, '');
  }

  /** Goes on in another machine, from a snapshot that was text meanwhile. */
  move(): void {
    const snapshot = JSON.parse(JSON.stringify(this.machine.snapshotPod('pod'))) as unknown;
    this.machine = createMachine({ seed: 99 });
    this.machine.addImage(TEST_IMAGE);
    this.machine.run(this.now, 0);
    this.machine.restorePod(snapshot);
  }
}
