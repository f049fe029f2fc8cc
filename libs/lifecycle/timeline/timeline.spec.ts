import { describe, expect, it } from '@jest/globals';
import type { PodSpec } from '#objects';
import { nextRestartAt } from '../next-restart.js';
import { START, World } from '../testing/world.js';
import { podTimeline } from './timeline.js';
import type { PodEvent, Span } from './types.js';

const second = (ms: number | undefined): string => (ms === undefined ? '' : String((ms - START) / 1000));
const line = ({ kind, container, attempt, start, end, outcome, exitCode, expectedEnd }: Span): string =>
  [kind, container, attempt === undefined ? '' : `#${attempt}`, `${second(start)}-${second(end)}`, outcome, exitCode ? `code ${exitCode}` : '', expectedEnd ? `until ${second(expectedEnd)}` : '']
    .filter(Boolean)
    .join(' ');
const lines = (world: World): string[] => podTimeline(world.states, world.told).map(line);

const app: PodSpec = { containers: [{ name: 'app', image: 'a' }] };
const never: PodSpec = { ...app, restartPolicy: 'Never' };
const withInit: PodSpec = { ...never, initContainers: [{ name: 'first', image: 'a' }, { name: 'proxy', image: 'a', restartPolicy: 'Always' }] };

/** Bound to a node two seconds after its creation. */
function bound(spec: PodSpec): World {
  const world = new World(spec);
  world.now += 2000;
  world.pod.spec.nodeName = 'n1';
  return world;
}

const cases: [string, () => World, string[]][] = [
  ['a pod that no node takes waits', () => new World(app), ['SCHEDULING 0-']],
  [
    'a pod runs as soon as it has a node and a sandbox',
    () => bound(app).settle(),
    ['SCHEDULING 0-2 SUCCEEDED', 'SANDBOX #0 2-2 SUCCEEDED', 'RUN app #0 2-', 'READINESS 2-'],
  ],
  [
    'init containers run one after the other, a sidecar beside what follows, and the pod is ready until it is done',
    () => bound(withInit).settle().pass(3000).exit('first', 0).pass(4000).exit('app', 0).pass(1000),
    [
      'SCHEDULING 0-2 SUCCEEDED',
      'SANDBOX #0 2-2 SUCCEEDED',
      'INIT_CONTAINER first #0 2-5 SUCCEEDED',
      'RUN proxy #0 5-9 FAILED code 143',
      'RUN app #0 5-9 SUCCEEDED',
      'READINESS 5-9 SUCCEEDED',
    ],
  ],
  [
    'a container that crashes waits longer each time, and the wait that goes on says when it will be over',
    () => bound(app).settle().pass(3000).exit('app', 1).pass(2000).exit('app', 1).pass(12_000).exit('app', 137, 'OOMKilled').pass(1000),
    [
      'SCHEDULING 0-2 SUCCEEDED',
      'SANDBOX #0 2-2 SUCCEEDED',
      'RUN app #0 2-5 FAILED code 1',
      'READINESS 2-5 FAILED',
      'RUN app #1 5-7 FAILED code 1',
      'READINESS 5-7 FAILED',
      'BACK_OFF app #2 7-17 SUCCEEDED',
      'RUN app #2 17-19 FAILED code 137',
      'READINESS 17-19 FAILED',
      'BACK_OFF app #3 19- until 39',
    ],
  ],
  [
    'a deleted pod ends with its termination, and nothing of it goes on',
    () => {
      const world = bound(app).settle().pass(3000);
      world.slowKills = true;
      world.delete(30).now += 1000;
      return world.killed('app').settle();
    },
    ['SCHEDULING 0-2 SUCCEEDED', 'SANDBOX #0 2-2 SUCCEEDED', 'RUN app #0 2-6 FAILED code 143', 'READINESS 2-6 SUCCEEDED', 'TERMINATION 5-6 SUCCEEDED'],
  ],
  [
    'a pause that dies is followed by another sandbox, in which all runs anew',
    () => bound(app).settle().pass(3000).killPause().pass(1000),
    [
      'SCHEDULING 0-2 SUCCEEDED',
      'SANDBOX #0 2-2 SUCCEEDED',
      'RUN app #0 2-5 FAILED code 137',
      'READINESS 2-5 FAILED',
      'SANDBOX #1 5-5 SUCCEEDED',
      'RUN app #1 5-',
      'READINESS 5-',
    ],
  ],
  [
    'a pod whose back-off goes on when it is deleted has its wait interrupted',
    () => bound(app).settle().exit('app', 1).pass(2000).exit('app', 1).pass(1000).delete(0),
    [
      'SCHEDULING 0-2 SUCCEEDED',
      'SANDBOX #0 2-2 SUCCEEDED',
      'RUN app #0 2-2 FAILED code 1',
      'RUN app #1 2-4 FAILED code 1',
      'READINESS 2-2 FAILED',
      'READINESS 2-4 FAILED',
      'BACK_OFF app #2 4-5 INTERRUPTED',
      'TERMINATION 5-5 SUCCEEDED',
    ],
  ],
];

describe('the timeline of a pod', () => {
  it.each(cases)('%s', (_sentence, live, expected) => {
    expect(lines(live())).toEqual(expected);
  });

  it('of a pod that is not known at all is empty', () => {
    expect(podTimeline([])).toEqual([]);
  });

  it('tells what it can when the log no longer has the beginning', () => {
    const world = bound(app).settle().pass(3000).exit('app', 1).pass(2000).exit('app', 1).pass(1000);
    const spans = podTimeline(world.states.slice(-1)).map(line);
    expect(spans).toContain('BACK_OFF app #2 7- until 17');
    expect(spans).toContain('RUN app #1 5-7 FAILED code 1');
  });

  it('no span ends before it begins, whatever happens', () => {
    for (const [, live] of cases) {
      const { states, told } = live();
      for (let from = 0; from < states.length; from++) {
        for (const { start, end, outcome } of podTimeline(states.slice(from), told)) {
          expect(end ?? start).toBeGreaterThanOrEqual(start);
          expect(outcome === undefined).toBe(end === undefined);
        }
      }
    }
  });
});

describe('image pulls', () => {
  const event = (reason: string, message: string, first: number, last = first, count = 1): PodEvent => ({ reason, message, container: 'app', first: START + first * 1000, last: START + last * 1000, count });
  const pulls = (...events: PodEvent[]) => podTimeline(new World(app).states, events).filter(({ kind }) => kind === 'IMAGE_PULL').map(line);
  const pulling = (first: number, last = first, count = 1) => event('Pulling', 'Pulling image "a"', first, last, count);

  it.each<[string, PodEvent[], string[]]>([
    ['an image that was there is not pulled', [event('Pulled', 'Container image "a" already present on machine', 1)], []],
    ['a pull goes from Pulling to Pulled', [pulling(1), event('Pulled', 'Successfully pulled image "a"', 4)], ['IMAGE_PULL app #0 1-4 SUCCEEDED']],
    ['also within one second', [event('Pulled', 'Successfully pulled image "a"', 1), pulling(1)], ['IMAGE_PULL app #0 1-1 SUCCEEDED']],
    ['one goes on', [pulling(1)], ['IMAGE_PULL app #0 1-']],
    ['one fails', [pulling(1), event('Failed', 'Failed to pull image "a": no such host', 2)], ['IMAGE_PULL app #0 1-2 FAILED']],
    ['another reason to fail is no end of a pull', [pulling(1), event('Failed', 'Error: ErrImagePull', 2)], ['IMAGE_PULL app #0 1-']],
    [
      'of many tries the first and the last are known',
      [pulling(1, 61, 4), event('Failed', 'Failed to pull image "a": no', 2, 32, 3), event('Pulled', 'Successfully pulled image "a"', 63)],
      ['IMAGE_PULL app #0 1-2 FAILED', 'IMAGE_PULL app #1 61-63 SUCCEEDED'],
    ],
  ])('%s', (_sentence, events, expected) => {
    expect(pulls(...events)).toEqual(expected);
  });
});

describe('when a container is run again', () => {
  const lastState = { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:05Z' } };
  const waiting = (reason: string, message: string) => ({ state: { waiting: { reason, message } }, lastState });

  it.each([
    ['after its back-off', waiting('CrashLoopBackOff', 'back-off 1m20s restarting failed container=app pod=p_default(u)'), 85],
    ['is not known while its image cannot be pulled', waiting('ImagePullBackOff', 'Back-off pulling image "a"'), undefined],
    ['is not known of one that runs', { state: { running: {} }, lastState }, undefined],
    ['is not known when somebody else wrote the status', waiting('CrashLoopBackOff', 'later'), undefined],
  ])('%s', (_sentence, status, seconds) => {
    expect(nextRestartAt(status)).toBe(seconds === undefined ? undefined : START + seconds * 1000);
  });
});
