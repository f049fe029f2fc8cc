import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createMachine } from './create-machine.js';
import type { Machine, MachineOutput } from './machine.js';
import type { Pod } from './state.js';
import { START, TEST_IMAGE, testSandbox } from './test-machine.js';

const RUNS = 100;
const MOST_STEPS = 400_000;

const word = fc.constantFrom('a', '"b c"', '$x', '${x:-d}', '"$@"', '*', '$((x+1))', '$(echo s)', "'q'", '~', '$?', '$!', '-n', '/tmp/f', '`echo b`', '${x%?}', '{', '}', '\\', '"', "'");
const redirect = fc.constantFrom('', '', '> f', '>> f', '< f', '2>&1', '2>/dev/null', '<&-', '3> g', '>&3', '<<E\ntext $x\nE\n');
const name = fc.constantFrom('echo', 'cat', 'read x', 'x=1', 'true', 'false', 'sleep 1', 'sleep 0.01', 'wait', 'jobs', 'exit 3', 'return', 'break', 'kill $!', 'kill -9 $$', 'kill 0', 'kill -STOP $!', 'kill -CONT $!', 'kill -TSTP 0', 'set -m', 'bg', 'wait -n',
  'trap "echo t" TERM', "trap '' INT", 'trap "echo e" EXIT', 'f', 'set -e', 'set -u', 'set --', 'shift', 'exec', 'exec cat', 'eval', 'grep a', 'sort', 'head -n 1', 'yes', 'seq 3', 'tee f', 'xargs echo',
  'sed s/a/b/', 'find .', 'nc -l -p 80', 'wget -O - localhost', 'unset x', 'export x', 'cd /tmp', 'test -f', 'printf %s', 'timeout 0.01 sleep 5', 'sh -c', 'nosuch', 'command echo', 'env', 'umask 077', '.');
const simple = fc.tuple(name, fc.array(word, { maxLength: 3 }), redirect).map(([first, words, to]) => [first, ...words, to].join(' '));
const { script } = fc.letrec<{ script: string; command: string }>((tie) => ({
  command: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    simple,
    fc.tuple(tie('command'), fc.constantFrom(' | ', ' && ', ' || ', '; ', ' & '), tie('command')).map((parts) => parts.join('')),
    tie('command').map((body) => `( ${body} )`),
    tie('command').map((body) => `{ ${body}\n}`),
    tie('command').map((body) => `f() { ${body}\n}`),
    tie('command').map((body) => `x=$(${body}\n)`),
    tie('command').map((body) => `for i in 1 2; do ${body}\ndone`),
    tie('command').map((body) => `while ${body}\ndo break; done`),
    fc.tuple(tie('command'), tie('command')).map(([a, b]) => `if ${a}\nthen ${b}\nfi`),
    tie('command').map((body) => `case $x in a*) ${body}\n;; *) echo other;; esac`),
    tie('command').map((body) => `! ${body}`),
    tie('command').map((body) => `${body} &`),
  ),
  script: fc.array(tie('command'), { minLength: 1, maxLength: 5 }).map((commands) => commands.join('\n')),
}));

function started(text: string): Machine {
  const machine = createMachine({ seed: 1 });
  machine.addImage(TEST_IMAGE);
  machine.run(START, 0);
  machine.addSandbox(testSandbox('pod'));
  machine.startContainer({ id: 'main', sandboxId: 'pod', name: 'main', imageId: 'busybox', argv: ['sh', '-c', text], env: { HOME: '/root' }, workingDir: '/tmp', mounts: [], uid: 0, gid: 0, groups: [], tty: false, stdin: false, readonlyRootfs: false });
  return machine;
}

/** Runs so many steps, from timer to timer; false: it has ended or waits for ever. */
function advance(machine: Machine, steps: number, outputs: MachineOutput[]): void {
  let now = START;
  for (let done = 0; done < steps; done += 100) {
    const more = machine.run(now, 100);
    for (const output of machine.takeOutputs()) {
      outputs.push(output);
      if (output.type === 'output') machine.credit(output.of, output.data.length);
    }
    if (outputs.some((output) => output.type === 'exit')) return;
    if (more) continue;
    const next = machine.nextTimer();
    if (next === undefined) return;
    now = Math.max(now, next);
  }
}

const faults = (outputs: MachineOutput[]) => outputs.filter((output) => output.type === 'fault');

/** What is left in the pod when nothing should be. */
function leftovers(machine: Machine) {
  const box = (machine.snapshotPod('pod') as Pod).sandboxes['pod']!;
  return { processes: Object.keys(box.processes).length, living: box.living, open: Object.keys(box.open).length, pipes: Object.keys(box.pipes).length, ports: Object.keys(box.ports).length };
}
const NOTHING = { processes: 0, living: 0, open: 0, pipes: 0, ports: 0 };

describe('whatever the script', () => {
  it('the kernel has no fault, comes to an end when it is killed at any moment, and leaves nothing behind', () => {
    fc.assert(
      fc.property(script, fc.nat(3000), fc.constantFrom(15, 9, 2, 1, 10), (text, steps, signal) => {
        const machine = started(text);
        const outputs: MachineOutput[] = [];
        advance(machine, steps, outputs);
        machine.signalContainer('main', signal);
        advance(machine, 2000, outputs);
        machine.signalContainer('main', 9);
        advance(machine, 100, outputs);
        expect(faults(outputs)).toEqual([]);
        expect(outputs.filter((output) => output.type === 'exit')).toHaveLength(1);
        expect(leftovers(machine)).toEqual(NOTHING);
        expect(machine.run(START + 1e9, 10_000)).toBe(false);
        expect(machine.nextTimer()).toBeUndefined();
      }),
      { seed: 20_251, numRuns: RUNS },
    );
  });

  it('two runs of one seed are the same, event by event, and so is a run that is restored on another machine in the middle', () => {
    fc.assert(
      fc.property(script, fc.nat(500), (text, steps) => {
        const run = (cut: boolean) => {
          let machine = started(text);
          const outputs: MachineOutput[] = [];
          advance(machine, steps, outputs);
          if (cut && !outputs.some((output) => output.type === 'exit')) {
            const snapshot = JSON.parse(JSON.stringify(machine.snapshotPod('pod'))) as unknown;
            machine = createMachine({ seed: 99 });
            machine.addImage(TEST_IMAGE);
            machine.run(START, 0);
            machine.restorePod(snapshot);
          }
          advance(machine, MOST_STEPS / 100, outputs);
          return outputs;
        };
        const expected = run(false);
        expect(run(false)).toEqual(expected);
        expect(run(true)).toEqual(expected);
      }),
      { seed: 7, numRuns: RUNS },
    );
  });

  it('any bytes at all are parsed and run without a fault', () => {
    const rough = fc.array(fc.constantFrom('$', '(', ')', '{', '}', '"', "'", '`', '\\', '\n', ' ', ';', '&', '|', '<', '>', '#', '!', '*', '[', ']', '=', 'a', '1', 'if', 'fi', 'case', 'esac', 'do', 'done', 'E', '<<', '((', '\0', '\xff'), { maxLength: 30 });
    fc.assert(
      fc.property(rough, (parts) => {
        const machine = started(parts.join(''));
        const outputs: MachineOutput[] = [];
        advance(machine, 2000, outputs);
        machine.signalContainer('main', 9);
        outputs.push(...machine.takeOutputs());
        expect(faults(outputs)).toEqual([]);
        expect(leftovers(machine)).toEqual(NOTHING);
      }),
      { seed: 3, numRuns: RUNS * 4 },
    );
  });
});
