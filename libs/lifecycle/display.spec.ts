import { describe, expect, it } from '@jest/globals';
import type { Container, ContainerStatus, PodStatus } from '#objects';
import { podColumns } from './display.js';
import { START, testPod } from './testing/world.js';

type State = NonNullable<ContainerStatus['state']>;

const of = (name: string, state: State, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  state,
  lastState: {},
  ready: false,
  restartCount: 0,
  image: 'busybox',
  imageID: '',
  ...more,
});
const running: State = { running: { startedAt: '2026-01-01T00:00:00Z' } };
const waiting = (reason: string): State => ({ waiting: { reason } });
const ended = (exitCode: number, reason?: string, signal?: number): State => ({ terminated: { exitCode, ...(reason && { reason }), ...(signal && { signal }) } });
const up = (name: string) => of(name, running, { ready: true, started: true });
const initialized = { type: 'Initialized', status: 'True' };
const ready = { type: 'Ready', status: 'True' };
const restarted = { restartCount: 3, lastState: { terminated: { exitCode: 1, finishedAt: '2025-12-31T23:59:50Z' } } };

const TWO_INIT: Container[] = [{ name: 'i' }, { name: 'j' }];
const SIDECAR: Container[] = [{ name: 's', restartPolicy: 'Always' }];

describe('the columns of kubectl get pod', () => {
  it.each<[string, { init?: Container[]; apps?: string[]; status: PodStatus; deleted?: boolean }, string]>([
    ['a pod that no node has seen is Pending', { status: { phase: 'Pending' } }, '0/1 Pending 0'],
    ['a gated pod is SchedulingGated', { status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] } }, '0/1 SchedulingGated 0'],
    ['a reason of the pod replaces its phase', { status: { phase: 'Failed', reason: 'Evicted' } }, '0/1 Evicted 0'],
    ['a container being made', { status: { phase: 'Pending', containerStatuses: [of('x', waiting('ContainerCreating'))] } }, '0/1 ContainerCreating 0'],
    ['the first init container runs', { init: TWO_INIT, status: { phase: 'Pending', initContainerStatuses: [of('i', running), of('j', waiting('PodInitializing'))] } }, '0/1 Init:0/2 0'],
    ['the second init container runs', { init: TWO_INIT, status: { phase: 'Pending', initContainerStatuses: [of('i', ended(0)), of('j', running)] } }, '0/1 Init:1/2 0'],
    ['an init container failed, with a reason', { init: TWO_INIT, status: { phase: 'Pending', initContainerStatuses: [of('i', ended(1, 'Error')), of('j', waiting('PodInitializing'))] } }, '0/1 Init:Error 0'],
    ['an init container failed, without a reason', { init: TWO_INIT, status: { phase: 'Pending', initContainerStatuses: [of('i', ended(4))] } }, '0/1 Init:ExitCode:4 0'],
    ['an init container was killed by a signal', { init: TWO_INIT, status: { phase: 'Pending', initContainerStatuses: [of('i', ended(137, undefined, 9))] } }, '0/1 Init:Signal:9 0'],
    ['an init container waits for its restart', { init: TWO_INIT, status: { phase: 'Pending', initContainerStatuses: [of('i', waiting('CrashLoopBackOff'), restarted)] } }, '0/1 Init:CrashLoopBackOff 3 (10s ago)'],
    ['an init container has no image', { init: TWO_INIT, status: { phase: 'Pending', initContainerStatuses: [of('i', waiting('ImagePullBackOff'))] } }, '0/1 Init:ImagePullBackOff 0'],
    ['init containers are done, apps wait', { init: TWO_INIT, status: { phase: 'Pending', initContainerStatuses: [of('i', ended(0)), of('j', ended(0))], containerStatuses: [of('x', waiting('PodInitializing'))] } }, '0/1 PodInitializing 0'],
    ['all run', { apps: ['x', 'y'], status: { phase: 'Running', conditions: [initialized, ready], containerStatuses: [up('x'), up('y')] } }, '2/2 Running 0'],
    ['one of two waits for its restart', { apps: ['x', 'y'], status: { phase: 'Running', conditions: [initialized], containerStatuses: [of('x', waiting('CrashLoopBackOff'), restarted), up('y')] } }, '1/2 CrashLoopBackOff 3 (10s ago)'],
    ['one of two has completed, the pod is not ready', { apps: ['x', 'y'], status: { phase: 'Running', conditions: [initialized], containerStatuses: [of('x', ended(0, 'Completed')), up('y')] } }, '1/2 NotReady 0'],
    ['one of two has completed, the pod is ready all the same', { apps: ['x', 'y'], status: { phase: 'Running', conditions: [initialized, ready], containerStatuses: [of('x', ended(0, 'Completed')), up('y')] } }, '1/2 Running 0'],
    ['all have completed', { status: { phase: 'Succeeded', containerStatuses: [of('x', ended(0, 'Completed'))] } }, '0/1 Completed 0'],
    ['it failed', { status: { phase: 'Failed', containerStatuses: [of('x', ended(3, 'Error'))] } }, '0/1 Error 0'],
    ['it was killed for memory', { status: { phase: 'Failed', containerStatuses: [of('x', ended(137, 'OOMKilled'))] } }, '0/1 OOMKilled 0'],
    ['it ended without a reason', { status: { phase: 'Failed', containerStatuses: [of('x', ended(3))] } }, '0/1 ExitCode:3 0'],
    ['the first container in the spec has the last word', { apps: ['x', 'y'], status: { phase: 'Failed', containerStatuses: [of('x', ended(1, 'Error')), of('y', ended(0, 'Completed'))] } }, '0/2 Error 0'],
    ['a sidecar counts as a container', { init: SIDECAR, status: { phase: 'Running', conditions: [initialized, ready], initContainerStatuses: [up('s')], containerStatuses: [up('x')] } }, '2/2 Running 0'],
    ['a sidecar that has not started holds the initialization', { init: SIDECAR, status: { phase: 'Pending', initContainerStatuses: [of('s', running, { started: false })] } }, '0/2 Init:0/1 0'],
    ['restarts of init containers do not count once it is initialized', { init: TWO_INIT, status: { phase: 'Running', conditions: [initialized], initContainerStatuses: [of('i', ended(0), restarted), of('j', ended(0))], containerStatuses: [up('x')] } }, '1/1 Running 0'],
    ['a deleted pod is Terminating', { deleted: true, status: { phase: 'Running', containerStatuses: [up('x')] } }, '1/1 Terminating 0'],
    ['a deleted pod that has ended shows how', { deleted: true, status: { phase: 'Succeeded', containerStatuses: [of('x', ended(0, 'Completed'))] } }, '0/1 Completed 0'],
    ['a deleted pod on a lost node is Unknown', { deleted: true, status: { phase: 'Running', reason: 'NodeLost', containerStatuses: [up('x')] } }, '1/1 Unknown 0'],
  ])('%s', (_sentence, { init, apps = ['x'], status, deleted }, expected) => {
    const pod = testPod({ initContainers: init, containers: apps.map((name) => ({ name })) }, deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {});
    pod.status = status;
    const columns = podColumns(pod, START);
    expect(`${columns.ready} ${columns.status} ${columns.restarts}`).toBe(expected);
  });
});
