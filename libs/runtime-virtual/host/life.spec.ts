import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import { TestPod, until, type Subject } from '#runtime/conformance';
import { createVirtualRuntime, type VirtualRuntime } from './runtime.js';

const clock = new SystemClock();
let folder = '';
let runtime: VirtualRuntime;
let subject: Subject;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podbox-life-'));
  runtime = await createVirtualRuntime({ clock, dataDir: folder, nodeIp: '10.0.0.1', threads: 1 });
  await runtime.pullImage({ image: 'busybox' });
  subject = { runtime, logFolder: join(folder, 'logs'), image: 'busybox', missingImage: 'busybox:none', dispose: () => Promise.resolve() };
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

describe('a container on a thread', () => {
  it('that holds more than its memory ends as OOMKilled with 137, and its neighbour goes on', async () => {
    const pod = await TestPod.run(subject);
    const neighbour = await pod.sh('neighbour', 'sleep 3600');
    const greedy = await pod.sh('greedy', 'x=aaaaaaaa; while :; do x=$x$x; done', { resources: { memoryBytes: 4 * 1024 * 1024 } });
    expect(await pod.exited(greedy)).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
    expect(await pod.status(neighbour)).toMatchObject({ state: 'RUNNING' });
    await pod.remove();
  });

  it('sleeps 300 s of its pod in about a second, where the clock runs 300 times as fast', async () => {
    const now = clock.now();
    const pod = TestPod.plan(subject, { clock: { realBase: now, virtualBase: now, rate: 300, paused: false } });
    await pod.runSandbox();
    const { startedAt, finishedAt, exitCode } = await pod.exited(await pod.sh('sleeper', 'sleep 300'));
    expect(exitCode).toBe(0);
    expect(finishedAt - startedAt).toBeGreaterThanOrEqual(300_000);
    // Ten real seconds: a machine under load is late, but nobody has waited for five minutes.
    expect(finishedAt - startedAt).toBeLessThan(300_000 + 300 * 10_000);
    await pod.remove();
  });

  it('has a shell for whoever comes with a terminal', async () => {
    const pod = await TestPod.run(subject);
    const id = await pod.sh('app', 'sleep 3600');
    const session = await runtime.exec(id, { command: ['sh'], tty: true, stdin: true, stdout: true, stderr: true });
    let shown = '';
    session.stdout?.on('data', (data: Buffer) => (shown += data.toString()));
    const sees = (text: string) => until(`the terminal to show ${JSON.stringify(text)}`, () => shown.includes(text));
    await sees('/ # ');
    session.resize(132, 50);
    session.stdin?.write('stty size\r');
    await sees('50 132\r\n');
    session.stdin?.write('echo onx\x7fe\r');
    await sees('\r\none\r\n');
    session.stdin?.write('sleep 3600\r');
    await sees('sleep 3600\r\n');
    session.stdin?.write('\x03');
    await sees('^C');
    session.stdin?.write('exit 5\r');
    expect(await session.exit).toBe(5);
    await pod.remove();
  });
});
