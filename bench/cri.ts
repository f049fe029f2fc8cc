/**
 * npm run bench -- cri: pods as real containers, three ways in the same run: bare CRI calls, the CRI runtime behind its port, and the whole service
 * (POST to Ready, over REST and Postgres). Each pod has an init container (`true`) and an app container (`sleep 3600`). Milliseconds, medians.
 */
import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { REAL_TIME, SystemClock, sleep } from '#clock';
import { startContainerd, stopContainerd, whyNoContainerd } from '#embedded';
import { CLUSTER_DNS } from '#runtime';
import type { ContainerConfig, ContainerRuntime, PodSandboxConfig } from '#runtime';
import { CriClient, createCriRuntime } from '#runtime-cri';
import { temporaryFolder } from '#testing';
import { scriptPod } from '../apps/standalone/e2e/client.js';
import { Cluster } from '../apps/standalone/e2e/cluster.js';
import { eachOf } from './client.js';
import { percentile, printTable } from './report.js';
import { startBenchService } from './service.js';

const ONE_BY_ONE = 10;
const AT_ONCE = 10;
const EXECS = 20;
const PORT = Number(process.env.PODBOX_BENCH_PORT ?? 18080);
const IMAGE = { image: 'busybox:1.36' };
const clock = new SystemClock();

/** A way to run pods. `up` resolves when the app container runs. */
interface Way {
  name: string;
  up(pod: string): Promise<void>;
  down(pod: string): Promise<void>;
  exec(pod: string): Promise<void>;
}

const metadata = (pod: string) => ({ namespace: 'bench', name: pod, uid: pod, attempt: 0 });
const logPath = (name: string) => `${name}/0.log`;

/** What a program would do that has nothing but CRI: an exit is seen by asking, as containerd 1.6 has no event stream in CRI. */
function bareCri(client: CriClient, folder: string, cgroup: string): Way {
  const pods = new Map<string, { sandbox: string; app: string }>();
  const start = async (podSandboxId: string, sandboxConfig: ReturnType<typeof sandboxOf>, name: string, command: string[]) => {
    await mkdir(join(sandboxConfig.logDirectory, name), { recursive: true });
    const { namespaceOptions } = sandboxConfig.linux.securityContext;
    const linux = { resources: {}, securityContext: { namespaceOptions, readonlyRootfs: false, maskedPaths: [], readonlyPaths: [] } };
    const config = { ...plain(name, command), mounts: [], linux };
    const { containerId } = await client.runtime('CreateContainer', { podSandboxId, config, sandboxConfig });
    await client.runtime('StartContainer', { containerId });
    return containerId;
  };
  const sandboxOf = (pod: string) => ({
    metadata: metadata(pod),
    hostname: pod,
    logDirectory: join(folder, 'bare', pod),
    dnsConfig: { servers: [CLUSTER_DNS], searches: [], options: [] },
    portMappings: [],
    labels: {},
    annotations: {},
    linux: { cgroupParent: `${cgroup}/pod${pod}`, securityContext: { namespaceOptions: { network: 'POD' as const, pid: 'CONTAINER' as const, ipc: 'POD' as const } } },
  });
  return {
    name: 'bare CRI calls',
    async up(pod) {
      const config = sandboxOf(pod);
      const { podSandboxId } = await client.runtime('RunPodSandbox', { config });
      const init = await start(podSandboxId, config, 'init', ['true']);
      while ((await client.runtime('ContainerStatus', { containerId: init, verbose: false })).status.state !== 'CONTAINER_EXITED') await sleep(clock, 2);
      pods.set(pod, { sandbox: podSandboxId, app: await start(podSandboxId, config, 'app', ['sleep', '3600']) });
    },
    async down(pod) {
      const { sandbox, app } = pods.get(pod)!;
      await client.runtime('StopContainer', { containerId: app, timeout: 0 });
      await client.runtime('StopPodSandbox', { podSandboxId: sandbox });
      await client.runtime('RemovePodSandbox', { podSandboxId: sandbox });
    },
    exec: async (pod) => void (await client.runtime('ExecSync', { containerId: pods.get(pod)!.app, cmd: ['true'], timeout: 0 })),
  };
}

const plain = (name: string, command: string[]) => ({
  metadata: { name, attempt: 0 },
  image: IMAGE,
  command,
  args: [],
  workingDir: '',
  envs: [],
  labels: {},
  annotations: {},
  logPath: logPath(name),
  stdin: false,
  stdinOnce: false,
  tty: false,
});

function port(runtime: ContainerRuntime, folder: string): Way {
  const pods = new Map<string, { sandbox: string; app: string }>();
  const exited = new Map<string, () => void>();
  void (async () => {
    for await (const { type, id } of runtime.events()) if (type === 'CONTAINER_EXITED') exited.get(id)?.();
  })();
  const config = (name: string, command: string[]): ContainerConfig => ({ ...plain(name, command), mounts: [], resources: {} });
  return {
    name: 'the CRI runtime',
    async up(pod) {
      const sandboxConfig: PodSandboxConfig = {
        metadata: metadata(pod),
        hostname: pod,
        logDirectory: join(folder, 'port', pod),
        dns: { servers: [CLUSTER_DNS], searches: [], options: [] },
        pid: 'CONTAINER',
        network: 'POD',
        labels: {},
        annotations: {},
        clock: REAL_TIME,
      };
      const sandbox = await runtime.runPodSandbox(sandboxConfig);
      const init = await runtime.createContainer(sandbox, config('init', ['true']));
      const end = new Promise<void>((resolve) => exited.set(init, resolve));
      await runtime.startContainer(init);
      await end;
      const app = await runtime.createContainer(sandbox, config('app', ['sleep', '3600']));
      await runtime.startContainer(app);
      pods.set(pod, { sandbox, app });
    },
    async down(pod) {
      const { sandbox, app } = pods.get(pod)!;
      await runtime.stopContainer(app, 0);
      await runtime.stopPodSandbox(sandbox);
      await runtime.removePodSandbox(sandbox);
    },
    exec: async (pod) => void (await runtime.execSync(pods.get(pod)!.app, ['true'], 0)),
  };
}

function wholeService(cluster: Cluster): Way {
  return {
    name: 'the whole service',
    async up(pod) {
      const body = scriptPod(pod, 'true', 'trap "exit 0" TERM; sleep 3600 & wait');
      for (const container of [...body.spec!.initContainers!, ...body.spec!.containers]) container.imagePullPolicy = 'IfNotPresent';
      await cluster.create(body);
      await cluster.ready(pod);
    },
    async down(pod) {
      await cluster.core.deleteNamespacedPod({ namespace: 'default', name: pod, gracePeriodSeconds: 30 });
      await cluster.gone(pod);
    },
    exec: async (pod) => void (await cluster.exec(pod, 'app', 'true')),
  };
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await task();
  return performance.now() - from;
}

async function measure(way: Way): Promise<Record<string, number | string>> {
  const prefix = way.name.split(' ').at(-1)!;
  // The first pod pays for what all share: the bridge, connections, the kernel's caches.
  await way.up(`${prefix}-first`);
  const ups: number[] = [];
  const downs: number[] = [];
  for (let i = 0; i < ONE_BY_ONE; i++) {
    ups.push(await timed(() => way.up(`${prefix}-one-${i}`)));
    downs.push(await timed(() => way.down(`${prefix}-one-${i}`)));
  }
  const execs: number[] = [];
  for (let i = 0; i < EXECS; i++) execs.push(await timed(() => way.exec(`${prefix}-first`)));
  const tenUp = await timed(() => eachOf(AT_ONCE, AT_ONCE, (i) => way.up(`${prefix}-many-${i}`)));
  const tenDown = await timed(() => eachOf(AT_ONCE, AT_ONCE, (i) => way.down(`${prefix}-many-${i}`)));
  await way.down(`${prefix}-first`);
  const median = (samples: number[]) => Math.round(percentile(samples, 0.5));
  return {
    way: way.name,
    'one up': median(ups),
    'one down': median(downs),
    exec: median(execs),
    [`${AT_ONCE} up at once`]: Math.round(tenUp),
    [`${AT_ONCE} down at once`]: Math.round(tenDown),
  };
}

const missing = whyNoContainerd();
if (missing) {
  console.error(missing);
  process.exit(1);
}
const rows = [];
const folder = temporaryFolder('bench-cri');
const { socket, netns, cgroup } = await startContainerd(join(folder, 'containerd'));
try {
  const client = new CriClient(socket);
  rows.push(await measure(bareCri(client, folder, cgroup)));
  client.close();
  const runtime = await createCriRuntime({ socket, netns, cgroup, clusterDns: CLUSTER_DNS, dataDir: join(folder, 'data'), clock, warn: console.error });
  rows.push(await measure(port(runtime, folder)));
  await runtime.close();
} finally {
  await stopContainerd(join(folder, 'containerd'));
  rmSync(folder, { recursive: true });
}
const service = await startBenchService(PORT, 'cri');
try {
  rows.push(await measure(wholeService(new Cluster(service.url))));
} finally {
  await service.stop();
}
printTable('Pods as real containers, in milliseconds', rows);
