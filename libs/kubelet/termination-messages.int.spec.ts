import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Container } from '#objects';
import { eventually } from '#testing';
import { boundPod, create, readPod, startCluster } from '#testing/nodes';
import type { TestCluster } from '#testing/nodes';

const NODE = 'node-a';
let cluster: TestCluster;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.node(NODE);
});
afterAll(() => cluster.close());

const app = (script: string, more: Partial<Container> = {}): Container => ({ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script], ...more });
const FALLBACK = { terminationMessagePolicy: 'FallbackToLogsOnError' } as const;
const TALK = 'i=0; while [ $i -lt 100 ]; do echo "line $i"; i=$((i+1)); done;';

describe('what a container leaves behind', () => {
  it.each<[string, string, Container, string | undefined]>([
    ['is read from its file, whether it failed', 'failed', app('echo why > /dev/termination-log; echo log; exit 1'), 'why\n'],
    ['or not', 'fine', app('echo done > /dev/termination-log'), 'done\n'],
    ['is read from the file that the pod names', 'named', app('echo why > /tmp/last/words; exit 1', { terminationMessagePath: '/tmp/last/words' }), 'why\n'],
    ['is nothing, where it wrote nothing', 'silent', app('echo log; exit 1'), undefined],
    ['is the end of its log, where it failed and is to fall back to that', 'fallen', app(`${TALK} exit 1`, FALLBACK), Array.from({ length: 80 }, (_, line) => `line ${line + 20}\n`).join('')],
    ['is its file all the same, where there is something in it', 'both', app('echo why > /dev/termination-log; echo log; exit 1', FALLBACK), 'why\n'],
    ['is not its log when it succeeded', 'happy', app('echo log', FALLBACK), undefined],
  ])('%s', async (_sentence, name, container, message) => {
    await create(cluster.store, boundPod(NODE, name, { restartPolicy: 'Never', containers: [container] }));
    const terminated = await eventually(async () => (await readPod(cluster.store, name))?.status.containerStatuses?.[0]?.state?.terminated);
    expect(terminated.message).toBe(message);
  });

  it('is cut where the messages of a pod would be longer than 12 KiB together', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const containers = names.map((name) => ({ ...app('i=0; while [ $i -lt 1000 ]; do echo "line $i"; i=$((i+1)); done > /dev/termination-log; exit 1'), name }));
    await create(cluster.store, boundPod(NODE, 'long', { restartPolicy: 'Never', containers }));
    const pod = await eventually(async () => {
      const found = await readPod(cluster.store, 'long');
      return found?.status.phase === 'Failed' && found;
    });
    expect(pod.status.containerStatuses!.map((status) => status.state?.terminated?.message?.length)).toEqual(names.map(() => 2048));
  });
});
