/** Ten minutes in a second or two: what a namespace's pods do while its clock is driven, to the second. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import { eventually } from '#testing';
import { after, startClockWorld } from '../testing/clock-world.js';
import type { ClockWorld, Namespace, StepStatus } from '../testing/clock-world.js';

let world: ClockWorld;
beforeAll(async () => {
  world = await startClockWorld(['node-a']);
  // The image is on the node before, so that runs can be compared.
  const warm = await world.namespace('warm', { paused: true });
  await warm.script('warm', 'exit 0', { restartPolicy: 'Never' });
  await warm.step({ seconds: 1 });
});
afterAll(() => world?.close());

const STARTS = [0, 2, 14, 36, 78, 160, 322];

/** All that can be seen of the namespace after a step, relative to its start. */
async function seen(namespace: Namespace, step: StepStatus) {
  const events = (await namespace.events()).map(({ reason, message, count, firstTimestamp, lastTimestamp }) => ({
    first: after(step.from, firstTimestamp),
    last: after(step.from, lastTimestamp),
    reason,
    count,
    message: message?.replaceAll(namespace.name, 'NAMESPACE').replace(/\([0-9a-f-]{36}\)/, '(UID)'),
  }));
  return {
    outcome: step.outcome,
    took: after(step.from, step.now),
    leaps: step.leaps,
    happened: step.happened.map(({ time, ...rest }) => ({ at: after(step.from, time), ...rest })),
    events: events.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  };
}

async function crashLoop(namespace: Namespace) {
  await namespace.script('crashing', 'sleep 2; exit 3');
  const step = await namespace.step({ seconds: 600 });
  const status = (await namespace.read('crashing')).status.containerStatuses![0]!;
  const { startedAt, finishedAt } = status.lastState!.terminated!;
  return { ...(await seen(namespace, step)), restarts: status.restartCount, last: [after(step.from, startedAt), after(step.from, finishedAt)], waiting: status.state?.waiting?.reason };
}

describe('a step of ten minutes over a crash loop', () => {
  it('shows every restart and back-off on the way, the same on every run', async () => {
    const first = await crashLoop(await world.namespace('loop-1', { paused: true }));
    expect(first).toMatchObject({ outcome: 'Reached', took: 600, restarts: 6, last: [322, 324], waiting: 'CrashLoopBackOff' });
    const at = (status: string) => first.happened.filter((one) => one.status === status).map((one) => [one.at, one.restarts]);
    expect(at('Running')).toEqual(STARTS.slice(1).map((start, index) => [start, index + 1]));
    expect(at('Error')).toEqual(STARTS.map((start, restarts) => [start + 2, restarts]));
    expect(at('CrashLoopBackOff')).toEqual(STARTS.slice(1).map((start, index) => [start + 2, index + 1]));
    // The back-off at 324 s would be the pod's 26th event within so short a time: the kubelet's recorder takes 25, and then one in five minutes.
    expect(first.events.filter((event) => event.reason === 'Started' || event.reason === 'BackOff').map(({ reason, first, last, count }) => [reason, first, last, count])).toEqual([
      ['Started', 0, 322, 7],
      ['BackOff', 4, 162, 5],
    ]);
    const again = await world.namespace('loop-2', { paused: true });
    expect(await crashLoop(again)).toEqual(first);
    // From then on it waits five minutes each time: from 324 to 624 s, and from 626 to 926 s.
    const { from, happened } = await again.step({ seconds: 400 });
    expect(happened.filter(({ status }) => status === 'Running').map(({ time, restarts }) => [after(from, time), restarts])).toEqual([[24, 7], [326, 8]]);
  });
});

describe('a step', () => {
  it('restarts a container when its liveness probe has failed three times', async () => {
    const namespace = await world.namespace('probed', { paused: true });
    const livenessProbe = { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 5, periodSeconds: 5 };
    await namespace.script('frail', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600', { terminationGracePeriodSeconds: 7 }, { livenessProbe });
    const step = await namespace.step({ seconds: 60 });
    const { happened, events } = await seen(namespace, step);
    // It fails at 30, 35 and 40 s; the shell does not heed SIGTERM in its sleep, so that SIGKILL comes 7 s later.
    expect(events.find(({ reason }) => reason === 'Unhealthy')).toMatchObject({ first: expect.any(Number), count: 3 });
    expect(events.find(({ reason }) => reason === 'Killing')).toMatchObject({ message: 'Container app failed liveness probe, will be restarted', count: 1 });
    const killed = events.find(({ reason }) => reason === 'Killing')!.first;
    expect([40, 45]).toContain(killed);
    expect(happened.find(({ restarts, status }) => restarts === 1 && status === 'Running')!.at).toBe(killed + 7);
  });

  it('ends a pod at its activeDeadlineSeconds', async () => {
    const namespace = await world.namespace('deadline', { paused: true });
    await namespace.script('long', 'trap "exit 0" TERM; while true; do sleep 1; done', { activeDeadlineSeconds: 45, restartPolicy: 'Never' });
    const step = await namespace.step({ seconds: 60 });
    const pod = await namespace.read('long');
    expect(pod.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
    const finished = after(step.from, pod.status.containerStatuses![0]!.state!.terminated!.finishedAt);
    expect(finished).toBeGreaterThanOrEqual(45);
    expect(finished).toBeLessThanOrEqual(46);
  });

  it("gives a pod its whole grace, and not a moment more", async () => {
    const namespace = await world.namespace('grace', { paused: true });
    await namespace.script('deaf', 'trap "" TERM; sleep 3600', { terminationGracePeriodSeconds: 30 });
    await namespace.step({ seconds: 10 });
    await namespace.remove('deaf');
    const before = await namespace.step({ seconds: 29.9 });
    expect(before.happened.map(({ status }) => status)).not.toContain('Deleted');
    const { metadata } = await namespace.read('deaf');
    expect(after(before.from, metadata.deletionTimestamp)).toBe(30);
    const then = await namespace.step({ seconds: 0.1 });
    expect(then.happened.at(-1)).toMatchObject({ status: 'Deleted', time: then.now });
  });

  it("is what the pods' own clocks show: date, sleep, timeout, SECONDS, mtimes and log lines", async () => {
    const namespace = await world.namespace('inside', { paused: true });
    const script = 'a=$(date +%s); sleep 100; b=$(date +%s); timeout 50 sleep 1000; c=$(date +%s); echo x > /tmp/x; echo waited $((b-a)) $((c-b)) $(( $(stat -c %Y /tmp/x) - a ))';
    await namespace.script('clocked', script, { restartPolicy: 'Never' });
    const step = await namespace.step({ untilPod: 'clocked' });
    expect([step.outcome, after(step.from, step.now)]).toEqual(['PodChanged', 150]);
    expect(await namespace.log('clocked')).toContain('waited 100 50 150\n');
  });

  it('until a pod changes says so when nothing ever would', async () => {
    const namespace = await world.namespace('idle', { paused: true });
    await namespace.script('idle', 'sleep 1000000');
    await namespace.step({ seconds: 1 });
    const step = await namespace.step({ untilPod: 'idle', seconds: 1000 });
    expect([step.outcome, after(step.from, step.now)]).toEqual(['NothingDue', 0]);
  });

  it('passes over pods that compute without end, and names them', async () => {
    const namespace = await world.namespace('busy', { paused: true });
    await namespace.script('busy', 'while true; do :; done');
    expect(await namespace.step({ seconds: 100 })).toMatchObject({ outcome: 'Reached', busy: ['busy'] });
    await namespace.remove('busy', '?gracePeriodSeconds=0');
  });

  it('shows a resize reach a container while it runs, with or without a restart, and an OOM kill follow the new limit', async () => {
    const namespace = await world.namespace('sized', { paused: true });
    const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '100m', memory: '64Mi' } };
    const more = { requests: { cpu: '200m', memory: '64Mi' }, limits: { cpu: '200m', memory: '64Mi' } };
    const less = { requests: { cpu: '200m', memory: '4Mi' }, limits: { cpu: '200m', memory: '4Mi' } };
    const grow = 'sleep 60; x=$(head -c 6000000 /dev/zero | tr "\\0" a); i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; echo lived; sleep 3600';
    await namespace.script('grown', grow, {}, { resources });
    const resizePolicy = [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }];
    await namespace.script('anew', 'trap "exit 0" TERM; while true; do sleep 1; done', { restartPolicy: 'OnFailure' }, { resources, resizePolicy });
    await namespace.step({ seconds: 10 });
    for (const name of ['grown', 'anew']) await namespace.resize(name, { name: 'app', resources: more });
    await namespace.step({ seconds: 10 });
    for (const name of ['grown', 'anew']) {
      const { conditions, containerStatuses, observedGeneration } = (await namespace.read(name)).status;
      expect([containerStatuses![0], observedGeneration]).toMatchObject([{ restartCount: 0, resources: more, allocatedResources: more.requests }, 2]);
      expect(conditions!.map(({ type }) => type)).not.toContain('PodResizeInProgress');
      await namespace.resize(name, { name: 'app', resources: less });
    }
    const step = await namespace.step({ seconds: 40.5 });
    expect((await namespace.read('anew')).status.containerStatuses![0]).toMatchObject({ restartCount: 1, resources: less, state: { running: {} } });
    const { lastState, restartCount } = (await namespace.read('grown')).status.containerStatuses![0]!;
    expect([lastState!.terminated, restartCount]).toMatchObject([{ reason: 'OOMKilled', exitCode: 137 }, 1]);
    expect(after(step.from, lastState!.terminated!.finishedAt)).toBe(40);
    const told = (await namespace.events()).filter(({ involvedObject, reason }) => involvedObject.name === 'anew' && /Resize|Killing/.test(reason!)).map(({ reason, message }) => `${reason}: ${message!.split(':')[0]}`);
    expect(told.sort()).toEqual(['Killing: Container app resize requires restart', ...['ResizeCompleted: Pod resize completed', 'ResizeStarted: Pod resize started'].flatMap((one) => [one, one])]);
  });

  it('leaps from due time to due time only', async () => {
    const namespace = await world.namespace('empty', { paused: true });
    expect(await namespace.step({ seconds: 86_400 })).toMatchObject({ outcome: 'Reached', leaps: 0, happened: [] });
  });
});

describe('a clock that runs a hundred times as fast', () => {
  it('lets a sleep of ten minutes be over in much less, and a pod see ten minutes', async () => {
    const namespace = await world.namespace('fast', { rate: 100 });
    const clock = new SystemClock();
    const began = clock.now();
    await namespace.script('sleeper', 'sleep 600', { restartPolicy: 'Never' });
    const pod = await eventually(async () => {
      const now = await namespace.read('sleeper');
      return now.status.phase === 'Succeeded' && now;
    });
    const { startedAt, finishedAt } = pod.status.containerStatuses![0]!.state!.terminated!;
    expect(after(startedAt!, finishedAt)).toBeGreaterThanOrEqual(600);
    expect(clock.now() - began).toBeLessThan(300_000);
  });
});

describe('whatever pods do', () => {
  /** A web server with probes, a client that asks it each few seconds, an init container, a sidecar, hooks, and a pod that ends by itself. */
  async function mixed(namespace: Namespace) {
    const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 3 };
    const hooks = { postStart: { exec: { command: ['sleep', '1'] } }, preStop: { exec: { command: ['sleep', '4'] } } };
    const web = await namespace.pod('web', {
      initContainers: [{ name: 'init', image: 'busybox:1.36', command: ['sleep', '5'] }],
      containers: [{ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }], readinessProbe: probe, livenessProbe: probe, startupProbe: probe, lifecycle: hooks }],
    });
    await namespace.step({ seconds: 30 });
    const { podIP } = await namespace.read(web.metadata.name).then(({ status }) => status);
    await namespace.script('client', `for i in 1 2 3 4 5; do wget -q -O /dev/null http://${podIP}/ && echo "$i at $SECONDS"; sleep 7; done`, { restartPolicy: 'OnFailure' });
    await namespace.pod('sided', {
      restartPolicy: 'Never',
      initContainers: [{ name: 'side', image: 'busybox:1.36', restartPolicy: 'Always', command: ['sh', '-c', 'trap "exit 0" TERM; while true; do sleep 2; done'] }],
      containers: [{ name: 'app', image: 'busybox:1.36', command: ['sleep', '33'] }],
    });
    await namespace.step({ seconds: 20 });
    await namespace.remove('web');
    const step = await namespace.step({ seconds: 100 });
    return { ...(await seen(namespace, step)), log: await namespace.log('client').catch(() => 'gone') };
  }

  it('they do the same at the same time on every run', async () => {
    const first = await mixed(await world.namespace('mixed-1', { paused: true }));
    expect(first.happened.filter(({ status }) => status === 'Deleted')).toHaveLength(1);
    for (let run = 2; run <= 3; run++) {
      const again = await mixed(await world.namespace(`mixed-${run}`, { paused: true }));
      const plain = (text: unknown) => JSON.stringify(text, null, 1).replaceAll(/10\.200\.0\.\d+/g, 'IP');
      expect(plain(again)).toBe(plain(first));
    }
  });
});
