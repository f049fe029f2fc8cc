import { describe, expect, it } from '@jest/globals';
import type { ContainerStatus, PodStatus } from '#objects';
import type { RuntimeContainer } from '#runtime';
import type { Cause } from '#store';
import { changeTrigger } from '../pods/pod-record.js';
import type { PodRecord, Stop, Trigger } from '../pods/pod-record.js';
import { causeOf } from './cause.js';
import type { SyncSeen } from './cause.js';
import { same } from './same.js';

describe('comparing two states', () => {
  it.each([
    ['equal objects whatever the order of their fields', { a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    ['a field that is undefined like one that is absent', { a: 1, b: undefined }, { a: 1 }, true],
    ['an absent field unlike null', { a: null }, {}, false],
    ['lists of another length', [1, 2], [1], false],
    ['a list unlike an object', [], {}, false],
    ['another value deep inside', { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, false],
    ['a field more', { a: 1 }, { a: 1, b: 2 }, false],
  ])('takes %s', (_what, a, b, equal) => {
    expect([same(a, b), same(b, a)]).toEqual([equal, equal]);
  });
});

describe('the cause of what a sync writes', () => {
  const exited = { id: 'c1', metadata: { name: 'app', attempt: 0 }, state: 'EXITED', exitCode: 3, reason: 'Error' } as RuntimeContainer;
  const nothing = { containers: [exited], before: {}, after: {}, stops: new Map<string, Stop>() };
  const timer: Trigger = { what: 'timer', detail: 'the pod was due' };
  const exit: Trigger = { what: 'container-exit', detail: 'a container exited', id: 'c1' };
  const more: Trigger = { what: 'decision', detail: 'there is more to do' };
  const ended = { exitCode: 3, reason: 'Error', containerID: 'virtual://c1' };
  const status = (state: ContainerStatus['state'], containerID: string, restartCount: number): PodStatus => ({
    containerStatuses: [{ name: 'app', image: '', imageID: '', ready: false, restartCount, containerID, state, lastState: { terminated: ended } }],
  });
  const running = status({ running: {} }, 'virtual://c2', 1);
  const waiting = status({ waiting: { reason: 'CrashLoopBackOff' } }, 'virtual://c1', 0);
  const changedBy: Cause = { by: 'api', what: 'request', detail: 'DELETE /api/v1/namespaces/default/pods/p', request: { verb: 'delete', userAgent: 'kubectl/v1.35' } };

  const cases: [string, Trigger[], SyncSeen, Partial<Cause>][] = [
    ['the most telling of what woke it', [timer, exit], nothing, { what: 'container-exit', detail: 'container app exited with code 3 (Error)', container: 'app', exitCode: 3, reason: 'Error' }],
    ['a timer that led to nothing in particular', [timer], nothing, { what: 'timer', detail: 'the pod was due' }],
    ['a container that was stopped says why', [exit], { ...nothing, stops: new Map([['app', { containerId: 'c1', because: 'Container app failed liveness probe, will be restarted', probe: 'liveness' as const }]]) }, { what: 'container-exit', probe: 'liveness', detail: 'container app exited with code 3 (Error): Container app failed liveness probe, will be restarted' }],
    ['a run that follows one that was stopped was not', [exit], { ...nothing, stops: new Map([['app', { containerId: 'c0', because: 'Container app failed liveness probe, will be restarted' }]]) }, { detail: 'container app exited with code 3 (Error)' }],
    ['a restart after a back-off names what had ended', [timer], { ...nothing, before: waiting, after: running }, { what: 'timer', container: 'app', exitCode: 3, reason: 'Error', detail: 'container app is started again (restart 1): it had exited with code 3 (Error), and its back-off is over' }],
    ['a restart is a decision, or the end of its back-off, whatever woke the sync', [{ what: 'runtime', detail: 'something' }], { ...nothing, before: waiting, after: running }, { what: 'timer', container: 'app' }],
    ['an end that a sync found before it was told of is one all the same', [timer], { ...nothing, before: status({ running: {} }, 'virtual://c1', 0), after: waiting }, { what: 'container-exit', container: 'app', exitCode: 3, reason: 'Error', detail: 'container app exited with code 3 (Error)' }],
    ['the end of a pull stays what it is, though it starts a container', [{ what: 'runtime', detail: 'the pull of a ended' }], { ...nothing, after: status({ running: {} }, 'virtual://c1', 0) }, { what: 'runtime', detail: 'the pull of a ended' }],
    ['a restart at once does too', [more], { ...nothing, before: status({ terminated: ended }, 'virtual://c1', 0), after: running }, { what: 'decision', exitCode: 3, detail: 'container app is started again (restart 1): it had exited with code 3 (Error)' }],
    ['a container that has to wait for its next run says why', [more], { ...nothing, before: status({ terminated: ended }, 'virtual://c1', 0), after: waiting }, { what: 'decision', container: 'app', exitCode: 3, detail: 'container app waits for its back-off: it had exited with code 3 (Error)' }],
    ['one that goes on waiting says nothing of it', [timer], { ...nothing, before: waiting, after: waiting }, { what: 'timer', detail: 'the pod was due' }],
    ['a first start says what was started', [more], { ...nothing, after: status({ running: {} }, 'virtual://c1', 0) }, { what: 'decision', detail: 'started: container app', container: 'app' }],
    ['an answer of a probe names probe and container', [{ what: 'probe', detail: 'the readiness probe of container app: failure', container: 'app', probe: 'readiness' }], nothing, { what: 'probe', container: 'app', probe: 'readiness' }],
    ['a request is told with its client', [changeTrigger({ changedBy } as PodRecord)], nothing, { by: 'node:n', what: 'request', detail: changedBy.detail, request: changedBy.request }],
    ['a decision elsewhere is told with whose it was', [changeTrigger({ changedBy: { by: 'scheduler', what: 'decision', detail: 'assigned to n' } } as PodRecord)], nothing, { what: 'decision', detail: 'scheduler: assigned to n' }],
  ];
  it.each(cases)('%s', (_name, triggers, seen, expected) => {
    expect(causeOf('n', triggers, seen)).toMatchObject({ by: 'node:n', ...expected });
  });
});
