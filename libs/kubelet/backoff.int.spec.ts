import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Pod } from '#objects';
import { eventually } from '#testing';
import { boundPod, clockObject, create, startCluster } from '#testing/nodes';
import type { TestCluster } from '#testing/nodes';

const RATE = 100;
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster();
  await create(cluster.store, clockObject('fast', { rate: RATE }));
  await cluster.node('node-a');
});
afterAll(() => cluster.close());

const key = { kind: 'Pod', namespace: 'fast', name: 'crashing' };

/** Restart count -> when that run began and ended (epoch ms, pod clock), from all that the status ever said. */
async function runs(): Promise<Map<number, { started: number; finished: number }>> {
  const found = new Map<number, { started: number; finished: number }>();
  for (const change of await cluster.store.history(key)) {
    const status = (change.object as unknown as Pod).status.containerStatuses?.[0];
    const ended = status?.state?.terminated ?? status?.lastState?.terminated;
    if (!status || !ended) continue;
    const attempt = status.state?.running ? status.restartCount - 1 : status.restartCount;
    found.set(attempt, { started: Date.parse(String(ended.startedAt)), finished: Date.parse(String(ended.finishedAt)) });
  }
  return found;
}

describe('the crash back-off, on a clock that runs a hundred times as fast', () => {
  it('restarts at once, then after 10 s, 20 s, 40 s .. up to 5 minutes', async () => {
    const app = { name: 'app', image: 'busybox:1.36', command: ['sh', '-c', 'exit 3'] };
    await create(cluster.store, boundPod('node-a', key.name, { containers: [app] }, { namespace: key.namespace }));
    const seen = await eventually(async () => {
      const now = await runs();
      return now.size >= 8 && now;
    }, { timeoutMs: 50_000, describe: 'eight runs' });
    const waits = [1, 2, 3, 4, 5, 6, 7].map((attempt) => (seen.get(attempt)!.started - seen.get(attempt - 1)!.finished) / 1000);
    for (const [index, least] of [0, 10, 20, 40, 80, 160, 300].entries()) {
      expect(waits[index]).toBeGreaterThanOrEqual(least - 1);
      // What the machine needs to get to it counts a hundredfold.
      expect(waits[index]).toBeLessThan(least + 60);
    }
  });
});
