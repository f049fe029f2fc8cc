/**
 * npm run bench -- density [PODS LOOPS]: how many virtual pods one worker holds. First the kernel alone, on one thread: `sh -c 'echo hi'` a second with the
 * script parsed before, and what a copy of a pod costs. Then the whole service: sleeping pods and the worker's memory, tight loops beside them and the
 * api's latencies, and the deletion of all.
 */
import { createMachine, runUntil, START, TEST_IMAGE, testSandbox } from '#runtime-virtual/kernel';
import { BenchClient, eachOf } from './client.js';
import { percentile, printTable } from './report.js';
import { startBenchService } from './service.js';

const PARALLEL = 32;
const PORT = Number(process.env.PODBOX_BENCH_PORT ?? 18082);
const PODS = '/api/v1/namespaces/default/pods';

function container(id: string, pod: string, script: string[]) {
  return {
    id, sandboxId: pod, name: 'main', imageId: TEST_IMAGE.id, argv: script, env: {}, workingDir: '', mounts: [], uid: 0, gid: 0, groups: [], tty: false, stdin: false,
    readonlyRootfs: false,
  };
}

/** How often `round` is done in two seconds, a second of this process's CPU time: what else the machine does is left out. */
function perSecond(each: number, round: () => void): number {
  for (let i = 0; i < 20; i++) round();
  const cpu = process.cpuUsage();
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < 2000) {
    round();
    count += each;
  }
  const { user, system } = process.cpuUsage(cpu);
  return Math.round((count * 1_000_000) / (user + system));
}

/** `sh -c 'echo hi'` in a new pod each time, and in one container as an exec. */
function echoes(): { pods: number; execs: number } {
  const machine = createMachine({ seed: 1 });
  machine.addImage(TEST_IMAGE);
  machine.run(START, 0);
  const finish = () => {
    while (machine.run(START, 10_000));
    machine.takeOutputs();
  };
  const pods = perSecond(500, () => {
    for (let i = 0; i < 500; i++) {
      machine.addSandbox(testSandbox(`pod-${i}`, { ip: '' }));
      machine.startContainer(container(`c-${i}`, `pod-${i}`, ['sh', '-c', 'echo hi']));
    }
    finish();
    for (let i = 0; i < 500; i++) machine.removeSandbox(`pod-${i}`);
    machine.takeOutputs();
  });
  machine.addSandbox(testSandbox('pod'));
  machine.startContainer(container('main', 'pod', ['sleep', '1000']));
  const execs = perSecond(500, () => {
    for (let i = 0; i < 500; i++) machine.startExec({ id: `e-${i}`, containerId: 'main', argv: ['sh', '-c', 'echo hi'], tty: false, stdin: false });
    finish();
  });
  return { pods, execs };
}

/** A pod of four processes, copied and restored. */
function copyMicros(): { copy: number; restore: number } {
  const machine = createMachine({ seed: 1 });
  machine.addImage(TEST_IMAGE);
  machine.run(START, 0);
  machine.addSandbox(testSandbox('pod'));
  machine.startContainer(container('main', 'pod', ['sh', '-c', 'x=1; sleep 1000 & sleep 1000 | cat']));
  runUntil(machine, () => !machine.run(START, 1000));
  const rounds = 2000;
  let from = performance.now();
  for (let i = 0; i < rounds; i++) machine.snapshotPod('pod');
  const copy = ((performance.now() - from) * 1000) / rounds;
  const snapshot = machine.snapshotPod('pod');
  from = performance.now();
  for (let i = 0; i < rounds; i++) machine.restorePod(snapshot);
  return { copy, restore: ((performance.now() - from) * 1000) / rounds };
}

const pod = (name: string, command: string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image: 'busybox', command }] },
});

const running = (text: string) => text === 'Running';

async function service(sleeping: number, looping: number): Promise<void> {
  const bench = await startBenchService(PORT);
  const client = new BenchClient(bench.url);
  const up = new Set<string>();
  const gone = new Set<string>();
  let wake: () => void = () => undefined;
  const stopWatch = await client.watch(PODS, (line) => {
    const { type, object } = JSON.parse(line) as { type: string; object: { metadata: { name: string }; status?: { phase?: string } } };
    if (type === 'DELETED') gone.add(object.metadata.name);
    else if (running(object.status?.phase ?? '')) up.add(object.metadata.name);
    wake();
  });
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      wake = () => condition() && resolve();
      wake();
    });
  const create = async (count: number, prefix: string, command: string[]) => {
    const started = performance.now();
    await eachOf(count, PARALLEL, async (index) => void (await client.call('POST', PODS, pod(`${prefix}-${index}`, command))));
    const wanted = up.size;
    await until(() => up.size >= Math.max(wanted, total(prefix)));
    return (performance.now() - started) / 1000;
  };
  const total = (prefix: string) => (prefix === 'sleep' ? sleeping : sleeping + looping);
  try {
    const sleepSeconds = await create(sleeping, 'sleep', ['sleep', '1000000']);
    const rss = bench.peakMemory();
    printTable('Sleeping pods', [{ pods: sleeping, 'up/s': sleeping / sleepSeconds, 'worker peak MiB': rss.worker!, 'api peak MiB': rss.api!, 'postgres peak MiB': rss.postgres! }]);
    const loopSeconds = await create(looping, 'loop', ['sh', '-c', 'while :; do :; done']);
    const latencies: number[] = [];
    const from = performance.now();
    while (performance.now() - from < 10_000) {
      const asked = performance.now();
      await client.call('GET', `${PODS}/sleep-${latencies.length % sleeping}`);
      latencies.push(performance.now() - asked);
    }
    printTable('The api beside tight loops', [
      { loops: looping, 'up/s': looping / loopSeconds, requests: latencies.length, 'p50 ms': percentile(latencies, 0.5), 'p99 ms': percentile(latencies, 0.99) },
    ]);
    const deleting = performance.now();
    await client.call('DELETE', `${PODS}?gracePeriodSeconds=0`);
    await until(() => gone.size >= sleeping + looping);
    const seconds = (performance.now() - deleting) / 1000;
    printTable('Deletion of all', [{ pods: sleeping + looping, seconds, 'down/s': (sleeping + looping) / seconds, 'worker peak MiB': bench.peakMemory().worker! }]);
  } finally {
    stopWatch();
    await bench.stop();
  }
}

const [sleeping = 10_000, looping = 1000] = process.argv.slice(2).map(Number);
const { copy, restore } = copyMicros();
const { pods, execs } = echoes();
printTable("The kernel alone, one thread: sh -c 'echo hi' a second of CPU time, and a fork of a pod of four processes", [
  { 'new pods/s': pods, 'execs/s': execs, 'copy us': copy, 'copy and restore us': restore },
]);
if (sleeping > 0) await service(sleeping, looping);
