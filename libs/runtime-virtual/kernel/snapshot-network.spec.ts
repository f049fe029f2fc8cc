import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { createMachine } from './create-machine.js';
import type { Machine, MachineOutput } from './machine.js';
import { collect, exited, START, TEST_IMAGE, testSandbox } from './test-machine.js';

/** Servers and connections within a pod, and what they print. */
const scripts: [what: string, script: string, stdout: string][] = [
  ['a server and its client', 'nc -l -p 9000 > got & sleep 0.1; echo hello | nc 127.0.0.1 9000; wait; cat got', 'hello\n'],
  ['a server of many connections', 'nc -lk -p 9000 -e cat & sleep 0.1; for i in 1 2 3; do echo "line $i" | nc localhost 9000; done; kill $!', 'line 1\nline 2\nline 3\n'],
  ['more than fits between the two', 'nc -l -p 9000 -e md5sum & sleep 0.1; seq 60000 | nc localhost 9000; seq 60000 | md5sum', '32e8d2bbb8984bd14d9ad0ccf2a33ea5  -\n32e8d2bbb8984bd14d9ad0ccf2a33ea5  -\n'],
  ['httpd and wget', 'mkdir /www; echo page > /www/index.html; httpd -p 8080 -h /www; for i in 1 2; do wget -qO- localhost:8080; sleep 1; done; wget -qO- localhost:8080/nosuch; echo $?', 'page\npage\n1\n'],
  ['nginx and curl', 'mkdir -p /var/log/nginx /run; echo "events {} http { server { listen 8080; location / { return 200 ok; } } }" > /n.conf; nginx -c /n.conf; curl -s localhost:8080; echo; sleep 1; curl -s localhost:8080; nginx -c /n.conf -s stop', 'ok\nok'],
  ['redis', 'redis-server > /dev/null & sleep 0.1; redis-cli set x 5; redis-cli incr x; redis-cli get x; kill $!', 'OK\n6\n6\n'],
  ['a port that is taken, and nobody there', 'nc -l -p 9000 & sleep 0.1; nc -l -p 9000; echo $?; kill %1; nc localhost 9001; echo $?', '1\n1\n'],
];

function started(script: string): Machine {
  const machine = createMachine({ seed: 1 });
  machine.addImage(TEST_IMAGE);
  machine.run(START, 0);
  machine.addSandbox(testSandbox('pod'));
  machine.startContainer({ id: 'main', sandboxId: 'pod', name: 'main', imageId: 'busybox', argv: ['sh', '-c', script], env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, tty: false, stdin: false, readonlyRootfs: false });
  return machine;
}

/** Goes on in another machine. */
function moved(machine: Machine, now: number): Machine {
  const snapshot = JSON.parse(JSON.stringify(machine.snapshotPod('pod'))) as unknown;
  const other = createMachine({ seed: 99 });
  other.addImage(TEST_IMAGE);
  other.run(now, 0);
  other.restorePod(snapshot);
  return other;
}

interface Run {
  outputs: MachineOutput[];
  turns: number;
  now: number;
  machine: Machine;
}

/** Runs in turns of 20 steps, in another machine after every `every` of them; ends after `most`. */
function run(script: string, every = 0, most = Infinity): Run {
  let machine = started(script);
  const outputs: MachineOutput[] = [];
  let now = START;
  let turns = 0;
  for (; turns < most && !exited('main')(outputs); turns++) {
    const more = machine.run(now, 20);
    const fresh = machine.takeOutputs();
    outputs.push(...fresh);
    for (const output of fresh) if (output.type === 'output') machine.credit(output.of, output.data.length);
    if (every > 0 && turns % every === every - 1) machine = moved(machine, now);
    if (more || fresh.length > 0) continue;
    const next = machine.nextTimer();
    if (next === undefined) break;
    now = Math.max(now, next);
  }
  return { outputs, turns, now, machine };
}

describe('servers and connections of a pod', () => {
  it.each(scripts)('%s: run, and run the same again', (_, script, stdout) => {
    const first = run(script);
    expect(collect(first.outputs, 'main').stdout).toBe(stdout);
    expect(run(script).outputs).toEqual(first.outputs);
  });

  it.each(scripts)('%s: go on in another machine, again and again', (_, script) => {
    const expected = run(script);
    const every = Math.max(1, Math.ceil(expected.turns / 60));
    expect(run(script, every).outputs).toEqual(expected.outputs);
  });

  it.each(scripts)('%s: go on in another thread', async (_, script) => {
    const expected = run(script);
    const half = run(script, 0, Math.floor(expected.turns / 2));
    const worker = new Worker(new URL('./test-restore-worker.js', import.meta.url), { workerData: { snapshot: half.machine.snapshotPod('pod'), now: half.now } });
    const [rest] = (await once(worker, 'message')) as [MachineOutput[]];
    expect([...half.outputs, ...rest]).toEqual(expected.outputs);
    await worker.terminate();
  });
});

describe('a connection to another pod, when one of the two is restored', () => {
  const commands = { server: 'nc -l -p 80 -e sh -c "cat 2> /said"; cat /said', client: 'while sleep 1; do echo tick; done | nc 10.1.0.6 80; echo client ends' };

  it.each(['client', 'server'])('it is reset on both sides: %s', (restored) => {
    const machine = createMachine({ seed: 1 });
    machine.addImage(TEST_IMAGE);
    machine.run(START, 0);
    for (const [name, ip] of [['server', '10.1.0.6'], ['client', '10.1.0.7']] as const) {
      machine.addSandbox(testSandbox(name, { ip }));
      machine.startContainer({ id: name, sandboxId: name, name, imageId: 'busybox', argv: ['sh', '-c', commands[name]], env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, tty: false, stdin: false, readonlyRootfs: false });
    }
    const outputs: MachineOutput[] = [];
    const until = (now: number) => {
      machine.run(now, 10_000);
      outputs.push(...machine.takeOutputs());
    };
    until(START);
    until(START + 1000);
    expect(collect(outputs, 'client')).toMatchObject({ stdout: 'tick\n', code: -1 });
    machine.restorePod(JSON.parse(JSON.stringify(machine.snapshotPod(restored))));
    until(START + 1000);
    until(START + 2000);
    expect(collect(outputs, 'server')).toMatchObject({ stdout: 'cat: read error: Connection reset by peer\n', code: 0 });
    expect(collect(outputs, 'client')).toMatchObject({ stdout: 'tick\nclient ends\n', code: 0 });
  });

  it('reads what has come, and then fails', () => {
    const machine = createMachine({ seed: 1 });
    machine.addImage(TEST_IMAGE);
    machine.run(START, 0);
    machine.addSandbox(testSandbox('pod'));
    machine.startContainer({ id: 'main', sandboxId: 'pod', name: 'main', imageId: 'busybox', argv: ['sh', '-c', 'nc -l -p 80 -e sh -c "sleep 1; read x; echo got $x; cat"'], env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, tty: false, stdin: false, readonlyRootfs: false });
    machine.run(START, 1000);
    machine.dial('forward', 'pod', 80, '127.0.0.1');
    machine.run(START, 1000);
    machine.sendDialled('forward', 'line\n');
    machine.run(START, 1000);
    machine.takeOutputs();
    machine.restorePod(JSON.parse(JSON.stringify(machine.snapshotPod('pod'))));
    machine.run(START + 1000, 10_000);
    const outputs = machine.takeOutputs();
    expect(outputs).toContainEqual({ type: 'dialled', connection: 'forward', event: 'end' });
    expect(outputs.some((output) => output.type === 'exit')).toBe(true);
  });
});
