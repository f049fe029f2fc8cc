/**
 * npm run bench [-- pods [COUNT ...]]: pods from POST to Ready, and from DELETE to gone, through everything: REST, Postgres with full
 * durability, Redis, a worker. Each has one init container (`true`) and one app container (`sleep 3600`).
 */
import { BenchClient, eachOf } from './client.js';
import { percentile, printTable } from './report.js';
import { startBenchService } from './service.js';
import type { BenchService } from './service.js';

const PARALLEL = 32;
const PORT = Number(process.env.PODBOX_BENCH_PORT ?? 18080);

const pod = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    terminationGracePeriodSeconds: 1,
    initContainers: [{ name: 'init', image: 'busybox', command: ['true'] }],
    containers: [{ name: 'app', image: 'busybox', command: ['sleep', '3600'] }],
  },
});

interface WatchedPod {
  type: string;
  object: { metadata: { name: string }; status?: { conditions?: { type: string; status: string }[] } };
}

async function round(client: BenchClient, service: BenchService, count: number): Promise<Record<string, number>> {
  const path = '/api/v1/namespaces/default/pods';
  const posted = new Map<string, number>();
  const ready = new Map<string, number>();
  const gone = new Set<string>();
  let wake: () => void = () => undefined;
  const stopWatch = await client.watch(path, (line) => {
    const event = JSON.parse(line) as WatchedPod;
    const { name } = event.object.metadata;
    if (event.type === 'DELETED') gone.add(name);
    else if (!ready.has(name) && event.object.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True')) ready.set(name, performance.now());
    wake();
  });
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      wake = () => condition() && resolve();
      wake();
    });

  const before = { ...(await service.counters()), revision: await client.revision() };
  const started = performance.now();
  await eachOf(count, PARALLEL, async (index) => {
    const name = `bench-${count}-${index}`;
    posted.set(name, performance.now());
    await client.call('POST', path, pod(name));
  });
  const postSeconds = (performance.now() - started) / 1000;
  await until(() => ready.size === count);
  const upSeconds = (performance.now() - started) / 1000;
  const up = { ...(await service.counters()), revision: await client.revision() };

  const deleteStarted = performance.now();
  await eachOf(count, PARALLEL, async (index) => void (await client.call('DELETE', `${path}/bench-${count}-${index}`)));
  await until(() => gone.size === count);
  const downSeconds = (performance.now() - deleteStarted) / 1000;
  const down = { ...(await service.counters()), revision: await client.revision() };
  stopWatch();

  const latencies = [...ready].map(([name, at]) => at - posted.get(name)!);
  return {
    pods: count,
    'POST/s': count / postSeconds,
    'up/s': count / upSeconds,
    'down/s': count / downSeconds,
    'p50 ms': percentile(latencies, 0.5),
    'p95 ms': percentile(latencies, 0.95),
    'p99 ms': percentile(latencies, 0.99),
    'revisions up': (up.revision - before.revision) / count,
    'revisions down': (down.revision - up.revision) / count,
    'SQL up': (up.sqlStatements - before.sqlStatements) / count,
    'SQL down': (down.sqlStatements - up.sqlStatements) / count,
    'jobs up': (up.jobsAdded - before.jobsAdded) / count,
    'jobs down': (down.jobsAdded - up.jobsAdded) / count,
  };
}

const counts = process.argv.slice(2).map(Number);
const service = await startBenchService(PORT);
try {
  const client = new BenchClient(service.url);
  // The first pods pay for the compiler's warming up; they are not measured.
  await round(client, service, 20);
  const rows = [];
  for (const count of counts.length > 0 ? counts : [100, 1000, 3000]) rows.push(await round(client, service, count));
  printTable('Pods from POST to Ready, and from DELETE to gone (counts are a pod)', rows);
  const memory = service.peakMemory();
  printTable('Peak memory, MiB', [memory]);
  console.log(`\n${JSON.stringify({ benchmark: 'pods', rounds: rows, peakMemoryMiB: memory })}`);
} finally {
  await service.stop();
}
