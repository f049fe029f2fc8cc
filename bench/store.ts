/**
 * How fast the store commits: `node dist/bench/store.js [seconds] [writers]`. One process, many concurrent writers, each writing the
 * status of its own pod of about 4 KB, at its expected resourceVersion. On DATABASE_URL, or on an embedded server.
 */
import { SystemClock } from '#clock';
import type { KubeObject } from '#objects';
import { migrate, openStore } from '#store';
import { startPostgres } from '#embedded';
import pg from 'pg';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const seconds = Number(process.argv[2] ?? 5);
const writers = Number(process.argv[3] ?? 64);
const clock = new SystemClock();
const cause = { by: 'bench', what: 'request', detail: 'bench' } as const;

const container = (name: string) => ({
  name,
  image: 'registry.example/busybox:1.36',
  command: ['sh', '-c', 'until nslookup myservice; do echo waiting for myservice; sleep 2; done'],
  resources: { requests: { cpu: '10m', memory: '16Mi' } },
  terminationMessagePath: '/dev/termination-log',
  imagePullPolicy: 'IfNotPresent',
  volumeMounts: [{ name: 'work', mountPath: '/work' }],
});
const spec = {
  initContainers: [container('init-a'), container('init-b')],
  containers: [container('app')],
  volumes: [{ name: 'work', emptyDir: {} }],
  tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
};
const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(spec) };

function pod(i: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `pod-${i}`,
      namespace: 'bench',
      uid: `uid-${i}`,
      creationTimestamp: '2025-01-01T00:00:00Z',
      labels: { app: 'bench', pod: `${i}` },
      annotations,
    },
    spec: { nodeName: 'node-1', ...spec },
    status: status(0),
  };
}

const status = (round: number) => ({
  phase: 'Running',
  podIP: '10.1.2.3',
  startTime: '2025-01-01T00:00:00Z',
  conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
    type,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: '2025-01-01T00:00:00Z',
  })),
  containerStatuses: ['init-a', 'init-b', 'app'].map((name) => ({
    name,
    image: 'registry.example/busybox:1.36',
    imageID: 'sha256:9a1ebfcb0e1c4f1d2d6c7e6a3f5b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f7',
    containerID: `virtual://0123456789abcdef0123456789abcdef0123456789abcdef${round}`,
    restartCount: round,
    ready: true,
    started: true,
    state: { running: { startedAt: '2025-01-01T00:00:00Z' } },
  })),
});

const folder = mkdtempSync(join(tmpdir(), 'podbox-bench-'));
// As root, Postgres runs as another user, who has to get into it.
chmodSync(folder, 0o755);
const server = process.env.DATABASE_URL ? undefined : await startPostgres({ dataDir: join(folder, 'postgres') });
const url = new URL(process.env.DATABASE_URL ?? server!.url);
const name = `podbox_bench_${process.pid}`;
url.pathname = `/${name}`;
await migrate(url.href);
const store = await openStore({ url: url.href, clock, name: 'bench' });
const latencies: number[] = [];
const objects = Array.from({ length: writers }, (_, i) => pod(i));
console.log(`a pod is ${JSON.stringify(objects[0]).length} bytes, its status ${JSON.stringify(objects[0]!.status).length}`);
await Promise.all(objects.map((object) => store.commit({ writes: [{ op: 'create', object, cause }] })));
// As in an api process: what is written is also read back, for the watchers.
const stop = new AbortController();
let tailed = 0;
const from = await store.currentRevision();
const tailing = (async () => {
  for await (const changes of store.tail(from, stop.signal)) tailed += changes.length;
})();
const started = performance.now();
const cpu = process.cpuUsage();
const before = store.stats();
await Promise.all(
  objects.map(async (object, i) => {
    let expect = (await store.get({ kind: 'Pod', namespace: 'bench', name: `pod-${i}` }))!.metadata.resourceVersion!;
    for (let round = 1; performance.now() - started < seconds * 1000; round++) {
      const at = performance.now();
      const { revisions } = await store.commit({
        preconditions: [],
        writes: [{ op: 'status', object: { ...object, status: status(round) }, expect, cause }],
        podSync: [{ uid: `uid-${i}`, syncedRevision: 'own', dueAt: null }],
      });
      expect = String(revisions[0]);
      latencies.push(performance.now() - at);
    }
  }),
);
const elapsed = (performance.now() - started) / 1000;
stop.abort();
await tailing;
const used = process.cpuUsage(cpu);
const after = store.stats();
latencies.sort((a, b) => a - b);
const at = (q: number) => Number(latencies[Math.floor(latencies.length * q)]!.toFixed(1));
console.table({
  'writes/s': Math.round(latencies.length / elapsed),
  'p50 ms': at(0.5),
  'p95 ms': at(0.95),
  'p99 ms': at(0.99),
  'writes per transaction': Number((latencies.length / (after.commits - before.commits)).toFixed(1)),
  'read back by the tail %': Math.round((tailed / latencies.length) * 100),
  'own CPU %': Math.round((used.user + used.system) / 1e4 / elapsed),
});
await store.close();
if (server) await server.stop();
else {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  await client.query(`DROP DATABASE ${name}`);
  await client.end();
}
rmSync(folder, { recursive: true, force: true });
