/**
 * npm run bench -- schedule [PODS NODES ..]: how fast pods get their nodes. The decision alone (no IO), and all of it: pods that wait in a
 * database with full durability are bound by a control loop, one commit each with its event. Nodes are simulated: nothing runs on them.
 */
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SystemClock } from '#clock';
import { ControlLoop, count, noUsage, Placer, podNeeds } from '#control';
import { startPostgres, startRedis } from '#embedded';
import type { KubeObject, Node, Pod } from '#objects';
import { BullMqQueue } from '#queue';
import { migrate, openStore } from '#store';
import { temporaryFolder } from '#testing';
import { eachOf } from './client.js';
import { printTable } from './report.js';

const ROUND = 200;
const PARALLEL = 256;
const cause = { by: 'bench', what: 'request', detail: 'bench' } as const;
const clock = new SystemClock();
/** Later than now, so that a node without a worker is not lost during the measurement. */
const MADE = new Date(clock.now() + 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z');

const meta = (name: string, more: object) => ({ name, uid: `uid-${name}`, creationTimestamp: MADE, ...more });

const node = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: meta(name, { labels: { 'kubernetes.io/hostname': name, disk: 'ssd' } }),
  spec: {},
  status: { allocatable: { cpu: '256', memory: '1Ti', pods: '1000' }, conditions: [{ type: 'Ready', status: 'True' }] },
});

/** Half of the pods want a label; each has an init container. */
const pod = (name: string, index: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: meta(name, { namespace: 'default', generation: 1 }),
  spec: {
    initContainers: [{ name: 'init', image: 'busybox', resources: { requests: { cpu: '200m', memory: '32Mi' } } }],
    containers: [{ name: 'app', image: 'busybox', resources: { requests: { cpu: `${50 + (index % 5) * 25}m`, memory: '64Mi' } } }],
    tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }],
    ...(index % 2 === 0 && { nodeSelector: { disk: 'ssd' } }),
    schedulerName: 'default-scheduler',
    restartPolicy: 'Always',
  },
  status: { phase: 'Pending' },
});

const many = (amount: number, make: (index: number) => KubeObject): KubeObject[] => Array.from({ length: amount }, (_, index) => make(index));
const makeNodes = (nodes: number) => many(nodes, (index) => node(`node-${index}`));
const makePods = (pods: number) => many(pods, (index) => pod(`pod-${index}`, index));

/** Placements a second, in rounds as the scheduler makes them. */
function decide(pods: number, nodes: number): number {
  const [waiting, all] = [makePods(pods) as unknown as Pod[], makeNodes(nodes) as unknown as Node[]];
  const usage = new Map(all.map(({ metadata }) => [metadata.name, noUsage()]));
  const placer = new Placer(usage, new Set());
  const started = performance.now();
  let placed = 0;
  for (let from = 0; from < pods; from += ROUND) {
    placer.refresh(all);
    for (const pod of waiting.slice(from, from + ROUND)) {
      placer.place(pod, (node) => {
        placed++;
        count(usage.get(node)!, podNeeds(pod.spec), 1);
      });
    }
  }
  if (placed !== pods) throw new Error(`${placed} of ${pods} pods were placed`);
  return pods / ((performance.now() - started) / 1000);
}

async function bind(pods: number, nodes: number): Promise<Record<string, number>> {
  const folder = temporaryFolder('bench');
  // As root, Postgres runs as another user, who has to get into it.
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres') });
  const redis = await startRedis({ dataDir: join(folder, 'redis') });
  await migrate(postgres.url);
  const store = await openStore({ url: postgres.url, clock, name: 'bench' });
  const queue = new BullMqQueue({ url: redis.url });
  const control = new ControlLoop({ store, queue, clock, log: (line) => console.error(line) });
  try {
    const objects = [...makeNodes(nodes), ...makePods(pods)];
    await eachOf(objects.length, PARALLEL, async (index) => void (await store.commit({ writes: [{ op: 'create', object: objects[index]!, cause }] })));
    const before = store.stats();
    const from = await store.currentRevision();
    const stop = new AbortController();
    const started = performance.now();
    await control.start();
    let bound = 0;
    for await (const changes of store.tail(from, stop.signal)) {
      bound += changes.filter(({ key, fields }) => key.kind === 'Pod' && fields['spec.nodeName'] !== '').length;
      if (bound >= pods) stop.abort();
    }
    const seconds = (performance.now() - started) / 1000;
    const after = store.stats();
    const perNode = new Map<string, number>();
    for (const { spec } of (await store.list({ kind: 'Pod' })).items as unknown as Pod[]) perNode.set(spec.nodeName ?? '', (perNode.get(spec.nodeName ?? '') ?? 0) + 1);
    return {
      pods,
      nodes,
      'decided/s': decide(pods, nodes),
      'bound/s': pods / seconds,
      'revisions a pod': (after.revisions - before.revisions) / pods,
      'transactions a pod': (after.commits - before.commits) / pods,
      'fewest on a node': Math.min(...perNode.values()),
      'most on a node': Math.max(...perNode.values()),
    };
  } finally {
    await control.stop();
    await queue.close();
    await store.close();
    await Promise.all([redis.stop(), postgres.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

const given = process.argv.slice(2).map(Number);
const cases = given.length > 0 ? [[given[0]!, given[1] ?? 100] as const] : ([[1000, 100], [5000, 10], [5000, 100], [5000, 500]] as const);
decide(1000, 20);
const rows = [];
for (const [pods, nodes] of cases) rows.push(await bind(pods, nodes));
printTable('Waiting pods bound to nodes', rows);
console.log(`\n${JSON.stringify({ benchmark: 'schedule', rounds: rows })}`);
