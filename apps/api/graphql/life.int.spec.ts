/** What GraphQL tells of pods that really live: on a node, in a namespace whose clock is driven. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, eventuallyHolds } from '#testing';
import { startClockWorld } from '../testing/clock-world.js';
import type { ClockWorld } from '../testing/clock-world.js';
import { call } from '../testing/test-api.js';

interface Answer {
  data: Record<string, never>;
  errors?: { message: string; extensions: Record<string, unknown> }[];
}

let world: ClockWorld;
beforeAll(async () => {
  world = await startClockWorld(['n1']);
});
afterAll(async () => {
  await world?.close();
});

async function ask<T = Record<string, unknown>>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
  const { body } = await call(`${world.api.url}/graphql`, { method: 'POST', body: { query, variables }, headers: { 'user-agent': 'a-test' } });
  const { data, errors } = body as unknown as Answer;
  if (errors) throw new Error(JSON.stringify(errors));
  return data as T;
}

describe('a pod that crashes', () => {
  interface Entry {
    cursor: string;
    type: string;
    time: string;
    displayStatus: string;
    restarts: number;
    changes: { field: string; message: string }[];
    why: { type: string; by: string; message: string; container?: string; exitCode?: number; reason?: string; request?: { verb: string; userAgent?: string } };
  }
  const HISTORY = `query ($first: Int, $after: String, $uid: ID) { podHistory(namespace: "crash", name: "flaky", first: $first, after: $after, uid: $uid) {
    pageInfo { hasNextPage endCursor }
    nodes { cursor type time displayStatus restarts changes { field message } why { type by message container exitCode reason request { verb userAgent } } }
  } }`;
  const history = async (variables: object = {}) =>
    (await ask<{ podHistory: { nodes: Entry[]; pageInfo: { hasNextPage: boolean; endCursor: string } } }>(HISTORY, { ...variables })).podHistory;
  let begun: number;

  beforeAll(async () => {
    const crash = await world.namespace('crash', { paused: true });
    await ask('mutation ($pod: JSON) { createPod(namespace: "crash", manifest: $pod) { name } }', {
      pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'flaky' }, spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', 'echo one; echo two; sleep 2; exit 3'] }] } },
    });
    begun = Date.parse((await crash.read('flaky')).metadata.creationTimestamp);
    await crash.step({ seconds: 60 });
  });

  it('has a history that says why it restarted', async () => {
    const { nodes } = await history();
    expect(nodes[0]).toMatchObject({ type: 'ADDED', displayStatus: 'Pending', changes: [{ message: 'the pod was created' }], why: { type: 'REQUEST', by: 'api', request: { verb: 'createPod', userAgent: 'a-test' } } });
    expect(nodes.find(({ why }) => why.type === 'SCHEDULER')?.changes).toContainEqual({ field: 'spec.nodeName', message: 'bound to node n1' });
    expect(nodes.find(({ why }) => why.type === 'CONTAINER_EXIT')).toMatchObject({ why: { by: 'node:n1', container: 'app', exitCode: 3, reason: 'Error', message: 'container app exited with code 3 (Error)' } });
    const restarts = nodes.filter(({ changes }) => changes.some(({ field }) => field === 'status.containerStatuses[app].restartCount'));
    expect(restarts.map(({ why, restarts: count }) => [count, why.type, why.container, why.exitCode])).toEqual([
      [1, 'DECISION', 'app', 3],
      [2, 'TIMER', 'app', 3],
      [3, 'TIMER', 'app', 3],
    ]);
    expect(restarts[1]!.why.message).toBe('container app is started again (restart 2): it had exited with code 3 (Error), and its back-off is over');
    // Two seconds of a run, its restart at once, two more, and ten of back-off: by the namespace's clock.
    expect(restarts.slice(0, 2).map(({ time }) => Math.floor((Date.parse(time) - begun) / 1000))).toEqual([2, 14]);
  });

  it('has a history in pages, and every page goes on where the one before ended', async () => {
    const whole = await history();
    const first = await history({ first: 3 });
    const rest = await history({ after: first.pageInfo.endCursor });
    expect([first.pageInfo.hasNextPage, rest.pageInfo.hasNextPage]).toEqual([true, false]);
    expect([...first.nodes, ...rest.nodes]).toEqual(whole.nodes);
    expect((await history({ uid: 'another' })).nodes).toEqual([]);
  });

  const TIMELINE = 'timeline { kind container attempt start end outcome exitCode expectedEnd }';
  interface Drawn {
    kind: string;
    container: string | null;
    attempt: number | null;
    start: string;
    end: string | null;
    outcome: string | null;
    exitCode: number | null;
    expectedEnd: string | null;
  }
  const seconds = (time: string | null) => (time === null ? null : Math.round((Date.parse(time) - begun) / 1000));
  const runs = (spans: Drawn[]) => spans.filter(({ kind }) => kind === 'RUN' || kind === 'BACK_OFF').map((span) => [span.kind, span.attempt, seconds(span.start), seconds(span.end), span.outcome, span.exitCode]);
  const RUNS = [
    ['RUN', 0, 0, 2, 'FAILED', 3],
    ['RUN', 1, 2, 4, 'FAILED', 3],
    ['BACK_OFF', 2, 4, 14, 'SUCCEEDED', null],
    ['RUN', 2, 14, 16, 'FAILED', 3],
    ['BACK_OFF', 3, 16, 36, 'SUCCEEDED', null],
    ['RUN', 3, 36, 38, 'FAILED', 3],
  ];

  it('has a timeline: each run and each wait, and when the wait that goes on will be over', async () => {
    const { pod } = await ask<{ pod: { timeline: Drawn[]; containers: { nextRestartAt: string }[] } }>(`{ pod(namespace: "crash", name: "flaky") { containers { nextRestartAt } ${TIMELINE} } }`);
    expect(pod.timeline.slice(0, 3).map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['SCHEDULING', 'SUCCEEDED'],
      ['SANDBOX', 'SUCCEEDED'],
      ['IMAGE_PULL', 'SUCCEEDED'],
    ]);
    expect(runs(pod.timeline)).toEqual([...RUNS, ['BACK_OFF', 4, 38, null, null, null]]);
    expect(seconds(pod.containers[0]!.nextRestartAt)).toBe(78);
    expect(seconds(pod.timeline.at(-1)!.expectedEnd)).toBe(78);
  });

  it('has logs, of the run that is and of the run before', async () => {
    const log = async (args: string) => (await ask<{ pod: { logs: { container: string; text: string; truncated: boolean } } }>(`{ pod(namespace: "crash", name: "flaky") { logs${args} { container text truncated } } }`)).pod.logs;
    expect(await log('')).toEqual({ container: 'app', text: 'one\ntwo\n', truncated: false });
    expect(await log('(tailLines: 1, container: "app", previous: true)')).toMatchObject({ text: 'two\n' });
    expect(await log('(limitBytes: 5)')).toEqual({ container: 'app', text: 'one\nt', truncated: true });
    expect((await log('(timestamps: true, tailLines: 1)')).text).toMatch(/^\d{4}-.*Z two\n$/);
    expect(await log('(sinceTime: "2999-01-01T00:00:00Z")')).toMatchObject({ text: '' });
  });

  it('keeps its history and its timeline when it is gone', async () => {
    const before = await history();
    await ask('mutation { deletePod(namespace: "crash", name: "flaky", gracePeriodSeconds: 0) { name } }');
    await call(`${world.api.url}/apis/podbox.dev/v1/namespaces/crash/clocks/clock/step`, { method: 'POST', body: { seconds: 5 } });
    const { nodes } = await history();
    expect(nodes.slice(0, before.nodes.length)).toEqual(before.nodes);
    expect(nodes.find(({ changes }) => changes.some(({ field }) => field === 'metadata.deletionTimestamp'))?.why).toMatchObject({ type: 'REQUEST', request: { verb: 'deletePod' } });
    expect(nodes.at(-1)!.type).toBe('DELETED');
    const { podHistory } = await ask<{ podHistory: { nodes: { pod: { timeline: Drawn[] } }[] } }>(`{ podHistory(namespace: "crash", name: "flaky", first: 1) { nodes { pod { ${TIMELINE} } } } }`);
    const { timeline } = podHistory.nodes[0]!.pod;
    expect(runs(timeline).slice(0, RUNS.length)).toEqual(RUNS);
    expect(timeline.find(({ kind }) => kind === 'TERMINATION')?.outcome).toBe('SUCCEEDED');
    expect(timeline.every(({ end }) => end !== null)).toBe(true);
  });
});

describe('a pod whose liveness probe fails', () => {
  it('has a history in which each change says why: the probe, the end that it led to, the restart', async () => {
    const namespace = await world.namespace('probed', { paused: true });
    await namespace.script('sick', 'sleep 3600', { terminationGracePeriodSeconds: 1 }, { livenessProbe: { exec: { command: ['false'] }, periodSeconds: 5, failureThreshold: 2, initialDelaySeconds: 5 } });
    await namespace.step({ seconds: 25 });
    const { podHistory } = await ask<{ podHistory: { nodes: { restarts: number; changes: { message: string }[]; why: Record<string, unknown> }[] } }>(
      '{ podHistory(namespace: "probed", name: "sick") { nodes { restarts changes { message } why { type container probe exitCode message } } } }',
    );
    const ended = podHistory.nodes.find(({ why }) => why['type'] === 'CONTAINER_EXIT');
    expect(ended?.why).toEqual({
      type: 'CONTAINER_EXIT',
      container: 'app',
      probe: 'liveness',
      exitCode: expect.any(Number),
      message: expect.stringMatching(/^container app exited with code \d+ \(\w+\): Container app failed liveness probe, will be restarted$/),
    });
    const restarted = podHistory.nodes.find(({ restarts }) => restarts === 1);
    expect(restarted?.why).toMatchObject({ container: 'app', exitCode: ended!.why['exitCode'], message: expect.stringMatching(/^container app is started again \(restart 1\): it had exited with code/) });
  });
});

describe('a pod that runs', () => {
  interface Ran {
    exitCode: number | null;
    timedOut: boolean;
    stdout: string;
    stderr: string;
    stdoutTruncated: boolean;
  }
  const EXEC = `mutation ($command: [String!]!, $stdin: String, $timeout: Int, $limit: Int, $container: String) {
    exec(namespace: "runs", name: "shell", container: $container, command: $command, stdin: $stdin, timeoutSeconds: $timeout, limitBytes: $limit) { exitCode timedOut stdout stderr stdoutTruncated }
  }`;
  const exec = async (script: string, more: object = {}) => (await ask<{ exec: Ran }>(EXEC, { command: ['sh', '-c', script], container: 'app', ...more })).exec;
  const STATE = '{ pod(namespace: "runs", name: "shell") { displayStatus restarts containers { name restartCount state { running { startedAt } } } timeline { kind attempt outcome } } }';
  interface State {
    displayStatus: string;
    restarts: number;
    containers: { name: string; restartCount: number; state: { running: object | null } | null }[];
    timeline: { kind: string; attempt: number | null; outcome: string | null }[];
  }
  const state = async () => (await ask<{ pod: State }>(STATE)).pod;

  beforeAll(async () => {
    const namespace = await world.namespace('runs');
    await namespace.script('shell', 'sleep 3600', {
      terminationGracePeriodSeconds: 1,
      initContainers: [{ name: 'first', image: 'busybox:1.36', command: ['true'] }],
    });
    await eventually(async () => (await state()).displayStatus === 'Running', { describe: 'the pod runs', timeoutMs: 30_000 });
  });

  it('executes commands, and says all that came of them', async () => {
    expect(await exec('echo out; echo err >&2; exit 3')).toEqual({ exitCode: 3, timedOut: false, stdout: 'out\n', stderr: 'err\n', stdoutTruncated: false });
    expect(await exec('cat; echo end', { stdin: 'given' })).toMatchObject({ exitCode: 0, stdout: 'givenend\n' });
    expect(await exec('cat; echo end', { stdin: '' })).toMatchObject({ exitCode: 0, stdout: 'end\n' });
    expect(await exec('echo 0123456789', { limit: 4 })).toMatchObject({ exitCode: 0, stdout: '0123', stdoutTruncated: true });
    expect(await exec('echo begun; sleep 3600', { timeout: 1 })).toMatchObject({ exitCode: null, timedOut: true, stdout: 'begun\n' });
  });

  it('has its sandbox restarted: everything runs anew, and the history says who wanted it', async () => {
    await ask('mutation { restartSandbox(namespace: "runs", name: "shell") { name } }');
    await eventuallyHolds(async () => {
      const { containers, timeline } = await state();
      expect(containers.map(({ name, restartCount, state: now }) => [name, restartCount, Boolean(now?.running)])).toEqual([['first', 1, false], ['app', 1, true]]);
      expect(timeline.filter(({ kind }) => kind === 'SANDBOX')).toEqual([{ kind: 'SANDBOX', attempt: 0, outcome: 'SUCCEEDED' }, { kind: 'SANDBOX', attempt: 1, outcome: 'SUCCEEDED' }]);
    }, { timeoutMs: 30_000 });
    const { podHistory } = await ask<{ podHistory: { nodes: { why: { request: { verb: string; userAgent: string } | null } }[] } }>('{ podHistory(namespace: "runs", name: "shell") { nodes { why { request { verb userAgent } } } } }');
    expect(podHistory.nodes.map(({ why }) => why.request)).toContainEqual({ verb: 'restartSandbox', userAgent: 'a-test' });
  });

  it('goes with its namespace, when the time to live of that is over', async () => {
    await ask('mutation { createNamespace(name: "brief", ttlSeconds: 3600) { name } }');
    await ask('mutation { createPod(namespace: "brief", manifest: {metadata: {name: "p"}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: "c", image: "busybox:1.36", command: ["sleep", "3600"]}]}}) { name } }');
    await call(`${world.api.url}/api/v1/namespaces/brief`, { method: 'PATCH', type: 'application/merge-patch+json', body: { metadata: { annotations: { 'podbox.dev/ttl-seconds': '1' } } } });
    const names = async () => (await ask<{ namespaces: { name: string }[] }>('{ namespaces { name } }')).namespaces.map(({ name }) => name);
    await eventually(async () => !(await names()).includes('brief'), { describe: 'the namespace is gone', timeoutMs: 30_000 });
    expect(await names()).toContain('runs');
  });
});
