/**
 * node dist/bench/runtime.js [COUNT ...]: pods through the virtual runtime alone (no API, no store): sandbox, init container `true`, app
 * container `sleep 3600`; then stop and removal. Prints pods/s, how busy the main thread was, and memory.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { REAL_TIME, SystemClock } from '#clock';
import type { ContainerConfig, ContainerRuntime } from '#runtime';
import { createVirtualRuntime } from '#runtime-virtual';
import { eachOf } from './client.js';
import { printTable } from './report.js';

const PARALLEL = 64;

function container(name: string, command: string[]): ContainerConfig {
  return {
    metadata: { name, attempt: 0 },
    image: { image: 'busybox' },
    command,
    args: [],
    workingDir: '',
    envs: [],
    mounts: [],
    labels: {},
    annotations: {},
    logPath: `${name}/0.log`,
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: {},
  };
}

/** Resolves the promise for a container when it has exited. */
class Exits {
  private readonly waiting = new Map<string, () => void>();
  private readonly gone = new Set<string>();

  async follow(runtime: ContainerRuntime): Promise<void> {
    for await (const { type, id } of runtime.events()) {
      if (type !== 'CONTAINER_EXITED') continue;
      const wake = this.waiting.get(id);
      if (wake) wake();
      else this.gone.add(id);
      this.waiting.delete(id);
    }
  }

  of(id: string): Promise<void> {
    return this.gone.delete(id) ? Promise.resolve() : new Promise((resolve) => this.waiting.set(id, resolve));
  }
}

async function measure(count: number): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'podbox-bench-'));
  const runtime = await createVirtualRuntime({ clock: new SystemClock(), dataDir: folder, nodeIp: '10.0.0.1' });
  const exits = new Exits();
  void exits.follow(runtime);
  await runtime.pullImage({ image: 'busybox' });
  const idle = process.memoryUsage().rss;
  const apps: string[] = [];
  const sandboxes: string[] = [];

  const up = await timed(count, async (index) => {
    const uid = `pod-${index}`;
    const sandbox = await runtime.runPodSandbox({
      metadata: { namespace: 'bench', name: uid, uid, attempt: 0 },
      hostname: uid,
      logDirectory: join(folder, uid),
      dns: { servers: ['10.96.0.10'], searches: ['bench.svc.cluster.local'], options: ['ndots:5'] },
      pid: 'CONTAINER',
      network: 'POD',
      labels: {},
      annotations: {},
      clock: REAL_TIME,
    });
    sandboxes[index] = sandbox;
    const init = await runtime.createContainer(sandbox, container('init', ['true']));
    await runtime.startContainer(init);
    await exits.of(init);
    apps[index] = await runtime.createContainer(sandbox, container('app', ['sleep', '3600']));
    await runtime.startContainer(apps[index] ?? '');
  });
  const rss = process.memoryUsage().rss;
  const down = await timed(count, async (index) => {
    await runtime.stopContainer(apps[index] ?? '', 0);
    await runtime.stopPodSandbox(sandboxes[index] ?? '');
    await runtime.removePodSandbox(sandboxes[index] ?? '');
    await runtime.removeVolumes(`pod-${index}`);
  });
  await runtime.close();
  await rm(folder, { recursive: true });
  return {
    pods: count,
    'up/s': up.perSecond,
    'main us/pod up': up.mainMicros,
    'cpu us/pod up': up.cpuMicros,
    'down/s': down.perSecond,
    'main us/pod down': down.mainMicros,
    'KiB/pod': Math.round((rss - idle) / 1024 / count),
    'RSS MiB': Math.round(rss / 1024 / 1024),
  };
}

async function timed(count: number, task: (index: number) => Promise<void>): Promise<{ perSecond: number; mainMicros: number; cpuMicros: number }> {
  const from = { loop: performance.eventLoopUtilization(), cpu: process.cpuUsage(), time: performance.now() };
  await eachOf(count, PARALLEL, task);
  const { active } = performance.eventLoopUtilization(from.loop);
  const cpu = process.cpuUsage(from.cpu);
  return {
    perSecond: Math.round((count * 1000) / (performance.now() - from.time)),
    mainMicros: Math.round((active * 1000) / count),
    cpuMicros: Math.round((cpu.user + cpu.system) / count),
  };
}

const counts = process.argv.slice(2).map(Number);
const rows = [];
for (const count of counts.length > 0 ? counts : [1000, 10_000]) rows.push(await measure(count));
printTable('Pods through the virtual runtime alone', rows);
