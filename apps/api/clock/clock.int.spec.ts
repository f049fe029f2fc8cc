/** Kind Clock over REST and GraphQL: what may be asked of it, who may have one, and what becomes of pods when it comes and goes. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiError, ClockStepper, StoreResources } from '#apiserver';
import { SystemClock } from '#clock';
import { eventually, eventuallyHolds } from '#testing';
import { HttpClockNodes } from '../streams/clock-nodes.js';
import { after, startClockWorld } from '../testing/clock-world.js';
import type { ClockWorld, Namespace } from '../testing/clock-world.js';
import { call, TestWatch } from '../testing/test-api.js';

let world: ClockWorld;
beforeAll(async () => {
  world = await startClockWorld(['node-a', 'node-b']);
  await world.cluster.node('node-cri', { runtimeName: 'cri' });
});
afterAll(() => world?.close());

const clocksOf = (namespace: string) => `${world.api.url}/apis/podbox.dev/v1/namespaces/${namespace}/clocks`;
const shows = async (namespace: Namespace) => Date.parse(((await namespace.clock()).body.status as { now: string }).now);

describe('a Clock', () => {
  it('has a rate of 1, is not paused, and begins at the whole second that it is', async () => {
    const namespace = await world.namespace('plain');
    const { code, body } = await namespace.makeClock({});
    expect([code, body.spec]).toEqual([201, { rate: 1, paused: false }]);
    const { virtualBase, realBase } = body.status as { virtualBase: string; realBase: string };
    expect(Date.parse(virtualBase)).toBe(Math.floor(Date.parse(realBase) / 1000) * 1000);
  });

  it.each([
    ['another name', { name: 'other' }, {}, 'metadata.name', 'must be \\"clock\\": a namespace has one Clock'],
    ['a rate too low', { name: 'clock' }, { rate: 0.05 }, 'spec.rate', 'must be between 0.1 and 1000'],
    ['a rate too high', { name: 'clock' }, { rate: 1001 }, 'spec.rate', 'must be between 0.1 and 1000'],
  ])('with %s is invalid', async (_what, metadata, spec, field, why) => {
    const { code, body, text } = await call(clocksOf('default'), { method: 'POST', body: { metadata, spec } });
    expect([code, body['reason'], (body['details'] as { causes: { field: string }[] }).causes[0]?.field]).toEqual([422, 'Invalid', field]);
    expect(text).toContain(why);
  });

  it('is one a namespace', async () => {
    const namespace = await world.namespace('one', { paused: true });
    expect((await namespace.makeClock({})).code).toBe(409);
  });

  it('stands still while it is paused, goes on from there at its new rate, and shows so when it is read', async () => {
    const namespace = await world.namespace('paced', { paused: true });
    const stood = await shows(namespace);
    expect(await shows(namespace)).toBe(stood);
    expect((await namespace.patchClock({ paused: false, rate: 500 })).code).toBe(200);
    await eventually(async () => (await shows(namespace)) > stood + 5_000);
    await namespace.patchClock({ paused: true });
    const stands = await shows(namespace);
    expect(stands).toBeGreaterThan(stood + 5_000);
    expect(await shows(namespace)).toBe(stands);
  });

  it('is told to who watches, each leap of a step too', async () => {
    const namespace = await world.namespace('watched', { paused: true });
    const watch = await TestWatch.open(`${clocksOf('watched')}?watch=true`);
    await namespace.script('two-sleeps', 'sleep 10; sleep 20', { restartPolicy: 'Never' });
    const step = await namespace.step({ seconds: 60 });
    const bases = (await watch.take(5)).map(({ object }) => after(step.from, (object.status as { virtualBase: string }).virtualBase));
    expect(bases).toEqual([0, 0, 10, 30, 60]);
    watch.close();
  });

  it.each([
    ['neither seconds nor a pod', {}, 422, 'seconds: Required value'],
    ['no time at all', { seconds: 0 }, 422, 'must be between 0.001 and'],
    ['a word for seconds', { seconds: 'ten' }, 400, 'cannot unmarshal string'],
    ['a pod that is not there', { untilPod: 'nobody' }, 404, 'pods \\"nobody\\" not found'],
    ['a field that there is not', { minutes: 10, seconds: 1 }, 422, 'unknown field'],
  ])('is not stepped by %s', async (_what, body, code, words) => {
    const namespace = await (await world.namespace(`step-${code}-${Object.keys(body).join('-').toLowerCase()}${String(Object.values(body)[0]).length}`, { paused: true }));
    const answer = await namespace.tryStep(body);
    expect([answer.code, answer.text]).toEqual([code, expect.stringContaining(words)]);
  });

  it('that is not there cannot be stepped', async () => {
    expect((await (await world.namespace('none')).tryStep({ seconds: 1 })).code).toBe(404);
  });

  it('dates the events, conditions and creation of its pods; ages are its own', async () => {
    const namespace = await world.namespace('dated', { paused: true });
    const { from } = await namespace.step({ seconds: 86_400 });
    await namespace.script('late', 'sleep 5', { restartPolicy: 'Never' });
    await namespace.step({ seconds: 90 });
    const pod = await namespace.read('late');
    expect(after(from, pod.metadata.creationTimestamp)).toBe(86_400);
    for (const { lastTransitionTime } of pod.status.conditions!) expect([86_400, 86_405]).toContain(after(from, lastTransitionTime));
    for (const event of await namespace.events()) expect([after(from, event.firstTimestamp), after(from, event.metadata.creationTimestamp)]).toEqual([86_400, 86_400]);
    const accept = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
    const { body } = await call(`${world.api.url}/api/v1/namespaces/dated/pods`, { headers: accept });
    expect((body['rows'] as { cells: unknown[] }[])[0]!.cells[4]).toBe('90s');
  });
});

describe('a Clock that goes', () => {
  it('leaves the pods that are there the time that they see, at real speed, and gives others real time', async () => {
    const namespace = await world.namespace('gone', { paused: true });
    await namespace.script('early', 'sleep 3600; sleep 1; date +%s', { restartPolicy: 'Never' });
    const { now } = await namespace.step({ seconds: 3600 });
    expect((await namespace.removeClock()).code).toBe(200);
    await namespace.script('late', 'date +%s', { restartPolicy: 'Never' });
    const ended = async (name: string) => {
      const pod = await eventually(async () => {
        const read = await namespace.read(name);
        return read.status.phase === 'Succeeded' && read;
      });
      return [Number(await namespace.log(name)) * 1000, Date.parse(pod.status.containerStatuses![0]!.state!.terminated!.finishedAt!)] as const;
    };
    const real = new SystemClock().now();
    // An hour lies between the two, so that even a very slow machine tells them apart.
    for (const time of await ended('early')) {
      expect(time).toBeGreaterThanOrEqual(Date.parse(now) + 1000);
      expect(time).toBeLessThan(Date.parse(now) + 600_000);
    }
    for (const time of await ended('late')) expect(Math.abs(time - real)).toBeLessThan(600_000);
  });

  it('goes with its namespace, though it is paused and pods have yet to end', async () => {
    const namespace = await world.namespace('whole', { paused: true });
    await namespace.script('deaf', 'trap "" TERM; sleep 3600', { terminationGracePeriodSeconds: 1 });
    await namespace.step({ seconds: 1 });
    await call(`${world.api.url}/api/v1/namespaces/whole`, { method: 'DELETE' });
    await eventuallyHolds(async () => expect((await call(`${world.api.url}/api/v1/namespaces/whole`)).code).toBe(404));
  });
});

describe('real containers', () => {
  it('keep their namespace from having a Clock', async () => {
    const namespace = await world.namespace('real');
    await namespace.script('real', 'sleep 1', { nodeName: 'node-cri' });
    const { code, text } = await namespace.makeClock({ paused: true });
    expect([code, text]).toEqual([422, expect.stringContaining('time cannot be driven on node node-cri, whose runtime is cri, and pod real of the namespace runs there')]);
  });

  it('are not for pods of a namespace that has one, by name or by the scheduler', async () => {
    const namespace = await world.namespace('virtual', { paused: true });
    await expect(namespace.script('named', 'sleep 1', { nodeName: 'node-cri' })).rejects.toThrow('namespace virtual has a Clock, and time cannot be driven on node node-cri, whose runtime is cri');
    await namespace.script('placed', 'sleep 1', { nodeSelector: { 'podbox.dev/runtime': 'cri' } });
    await eventuallyHolds(async () => {
      const { conditions } = (await namespace.read('placed')).status;
      expect(conditions?.[0]?.message).toContain('1 node(s) had the cri runtime, whose time the Clock of the namespace cannot drive');
    });
  });
});

describe('pods of one namespace on two nodes', () => {
  const crash = async (namespace: Namespace) => {
    for (const node of ['node-a', 'node-b']) await namespace.script(`on-${node}`, 'sleep 2; exit 1', { nodeName: node });
    const step = await namespace.step({ seconds: 300 });
    return step.happened.map(({ time, pod, status, restarts }) => ({ at: after(step.from, time), pod, status, restarts })).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  };

  it('are driven together, the same on every run', async () => {
    const first = await crash(await world.namespace('both-1', { paused: true }));
    for (const node of ['node-a', 'node-b']) {
      expect(first.filter(({ pod, status }) => pod === `on-${node}` && status === 'Running').map(({ at }) => at).sort((a, b) => a - b)).toEqual([2, 14, 36, 78, 160]);
    }
    expect(await crash(await world.namespace('both-2', { paused: true }))).toEqual(first);
  });

  it('are not waited for without end when a node is gone: the step says which, and the clock stays usable', async () => {
    const { kubelet } = await world.cluster.node('node-c');
    const namespace = await world.namespace('lost', { paused: true });
    await namespace.script('on-c', 'sleep 3600', { nodeName: 'node-c' });
    await namespace.step({ seconds: 1 });
    await kubelet.stop();
    const clock = new SystemClock();
    const { store } = world.api;
    const stepper = new ClockStepper(store, clock, new HttpClockNodes(new StoreResources(store, clock), 'test', clock), 500);
    const failed = await stepper.step('lost', { seconds: 60 }, 'test').catch((error: unknown) => error as ApiError);
    expect(failed).toBeInstanceOf(ApiError);
    expect((failed as ApiError).status).toMatchObject({ code: 504, reason: 'Timeout', message: expect.stringMatching(/short of .*: node node-c has not settled within 0.5 s: node node-c cannot be reached/) });
    expect((await namespace.clock()).body.status).toMatchObject({ lastStep: { outcome: 'TimedOut' } });
    expect((await namespace.clock()).body.status).not.toHaveProperty('step');
    expect((await namespace.patchClock({ paused: false })).code).toBe(200);
  });

  it('are driven on after their worker was started again, as after a reboot of the node', async () => {
    const { kubelet } = await world.cluster.node('node-d');
    const namespace = await world.namespace('rebooted', { paused: true });
    await namespace.script('on-d', 'sleep 100; exit 1', { nodeName: 'node-d' });
    const { from } = await namespace.step({ seconds: 50 });
    await kubelet.stop();
    await world.cluster.node('node-d');
    const step = await namespace.step({ seconds: 100 });
    expect(step.happened.at(-1)).toMatchObject({ status: 'Running', restarts: 2 });
    const { lastState } = (await namespace.read('on-d')).status.containerStatuses![0]!;
    expect([after(from, lastState!.terminated!.startedAt), after(from, lastState!.terminated!.finishedAt)]).toEqual([50, 150]);
  });

  it('are stepped by one at a time', async () => {
    const namespace = await world.namespace('twice', { paused: true });
    await namespace.script('spin', 'while true; do :; done');
    const both = await Promise.all([namespace.tryStep({ seconds: 1 }), namespace.tryStep({ seconds: 1 })]);
    expect(both.map(({ code }) => code).sort()).toEqual([200, 409]);
    expect(both.find(({ code }) => code === 409)!.text).toMatch(/a step to .* is under way/);
    await namespace.remove('spin', '?gracePeriodSeconds=0');
  });
});

describe('a step whose maker is gone', () => {
  const abandoned = async (namespace: Namespace, id: string) => {
    const { store } = world.api;
    const clock = (await store.get({ kind: 'Clock', namespace: namespace.name, name: 'clock' }))!;
    const renewedAt = new Date(new SystemClock().now() - 61_000).toISOString();
    const status = { ...(clock.status as object), step: { id, to: '2040-01-01T00:00:00.000Z', renewedAt } };
    const cause = { by: 'test', what: 'request', detail: 'test' } as const;
    await store.commit({ writes: [{ op: 'status', object: { ...clock, status }, cause }] });
  };

  it('is followed by another, and is ended by the control work where there is none', async () => {
    const followed = await world.namespace('followed', { paused: true });
    await abandoned(followed, 'a');
    expect(await followed.step({ seconds: 5 })).toMatchObject({ outcome: 'Reached' });
    const ended = await world.namespace('ended', { rate: 10 });
    await abandoned(ended, 'b');
    const stood = await shows(ended);
    await eventually(async () => (await shows(ended)) > stood + 1_000);
    expect((await ended.clock()).body.status).toMatchObject({ lastStep: { outcome: 'TimedOut', message: 'the step to 2040-01-01T00:00:00.000Z was abandoned' } });
  });
});

describe('over GraphQL', () => {
  const ask = async (query: string) => {
    const { body } = await call(`${world.api.url}/graphql`, { method: 'POST', body: { query } });
    return body as unknown as { data: Record<string, unknown>; errors?: { message: string; extensions: { code: string } }[] };
  };

  it('a clock is made, read, stepped and removed', async () => {
    const namespace = await world.namespace('graph');
    expect((await ask('{ clock(namespace: "graph") { rate } }')).data).toEqual({ clock: null });
    expect((await ask('mutation { setClock(namespace: "graph", paused: true) { rate paused } }')).data).toEqual({ setClock: { rate: 1, paused: true } });
    await namespace.script('nap', 'sleep 30', { restartPolicy: 'Never' });
    const { data } = await ask('mutation { stepClock(namespace: "graph", untilPod: "nap") { outcome leaps from now happened { pod status time } } }');
    const step = data['stepClock'] as { outcome: string; leaps: number; from: string; now: string; happened: { status: string; time: string }[] };
    expect([step.outcome, after(step.from, step.now), step.happened.at(-1)]).toMatchObject(['PodChanged', 30, { status: 'Completed', time: step.now }]);
    expect((await ask('mutation { setClock(namespace: "graph", rate: 2) { rate paused } }')).data).toEqual({ setClock: { rate: 2, paused: true } });
    expect((await ask('mutation { setClock(namespace: "graph", rate: 2000) { rate } }')).errors?.[0]).toMatchObject({ extensions: { code: 'INVALID' } });
    expect((await ask('{ clock(namespace: "graph") { now name } }')).data).toEqual({ clock: { now: step.now, name: 'clock' } });
    expect((await ask('mutation { deleteClock(namespace: "graph") { name } }')).data).toEqual({ deleteClock: { name: 'clock' } });
  });
});
