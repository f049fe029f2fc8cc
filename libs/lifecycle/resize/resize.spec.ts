import { describe, expect, it } from '@jest/globals';
import type { Container, PodSpec, ResourceRequirements } from '#objects';
import { asking, testRoom } from '../testing/room.js';
import { START, World } from '../testing/world.js';
import { runtimeResources } from './resize.js';

const small: ResourceRequirements = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } };
const large: ResourceRequirements = { requests: { cpu: '200m', memory: '128Mi' }, limits: { cpu: '400m', memory: '256Mi' } };
const more: ResourceRequirements = { ...small, limits: { cpu: '400m', memory: '128Mi' } };
const app = (resources: ResourceRequirements, rest: Partial<Container> = {}): Container => ({ name: 'x', image: 'busybox:1.28', resources, ...rest });
const restarting: Partial<Container> = { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }, { resourceName: 'memory', restartPolicy: 'RestartContainer' }] };

/** A pod that runs, on a node where others take what is said. */
function running(spec: PodSpec, others: PodSpec[] = []): World {
  const world = new World(spec);
  world.observed.room = testRoom(others);
  return world.settle();
}

/** What `kubectl patch --subresource resize` leads to. */
function resize(world: World, resources: ResourceRequirements, name = 'x'): World {
  const take = (list: Container[] = []) => list.map((container) => (container.name === name ? { ...container, resources } : container));
  world.pod.spec = { ...world.pod.spec, containers: take(world.pod.spec.containers), ...(world.pod.spec.initContainers && { initContainers: take(world.pod.spec.initContainers) }) };
  Object.assign(world.pod.metadata, { generation: (world.pod.metadata.generation ?? 1) + 1 });
  return world;
}

const told = (resources: ResourceRequirements, generation: number, error?: string) => JSON.stringify({ containers: [{ name: 'x', resources: { limits: resources.limits, requests: resources.requests } }], generation, error });
const newest = (world: World, mark: number) => world.events.slice(mark);

describe('a resize', () => {
  it('that needs no restart reaches the container while it runs', () => {
    const world = running({ containers: [app(small)] });
    const mark = world.events.length;
    const id = world.status('x').containerID;
    resize(world, large).settle();
    expect(newest(world, mark)).toEqual([`ResizeStarted: Pod resize started: ${told(large, 2)}`, `ResizeCompleted: Pod resize completed: ${told(large, 2)}`]);
    expect(world.done.at(-1)).toBe(`give x ${JSON.stringify(large)}`);
    expect(world.status('x')).toMatchObject({ containerID: id, restartCount: 0, resources: large, allocatedResources: large.requests });
    expect([world.condition('PodResizeInProgress'), world.condition('PodResizePending')]).toEqual(['', '']);
    expect(world.pod.status.observedGeneration).toBe(2);
  });

  it('is told as in progress, with the old resources, before it is carried out', () => {
    const world = running({ containers: [app(small)] });
    Object.assign(world.pod.metadata, { generation: 2 });
    resize(world, large);
    const seen: unknown[] = [];
    world.watch = ({ conditions, containerStatuses }) => seen.push([conditions!.filter(({ type }) => type.startsWith('PodResize')), containerStatuses![0]!.resources, containerStatuses![0]!.allocatedResources]);
    world.now += 1000;
    world.settle();
    const at = '2026-01-01T00:00:01Z';
    expect(seen[0]).toEqual([[{ type: 'PodResizeInProgress', observedGeneration: 3, status: 'True', lastProbeTime: at, lastTransitionTime: at }], small, large.requests]);
    expect(seen.at(-1)).toEqual([[], large, large.requests]);
  });

  it('that needs a restart ends the container, with the grace of the pod, and starts it with what it was granted', () => {
    const world = running({ containers: [app(small, restarting), { ...app(small), name: 'y' }], restartPolicy: 'OnFailure' });
    world.slowKills = true;
    resize(world, large).settle();
    expect(world.events.at(-1)).toBe('Killing: Container x resize requires restart');
    expect(world.done.at(-1)).toBe('kill x in 30s');
    expect(world.condition('PodResizeInProgress')).toBe('True');
    expect(world.status('x')).toMatchObject({ resources: small, allocatedResources: large.requests });
    // It ends well; under OnFailure nothing else would start it again.
    Object.assign(world.observed.containers.find(({ metadata }) => metadata.name === 'x')!, { state: 'EXITED', exitCode: 0, reason: 'Completed', finishedAt: world.now });
    world.observed.killing = [];
    world.settle();
    expect(world.done.at(-1)).toBe('start x#1');
    expect(world.events.at(-1)).toMatch(/^ResizeCompleted: /);
    expect(world.status('x')).toMatchObject({ restartCount: 1, resources: large });
    expect(world.status('y')).toMatchObject({ restartCount: 0, resources: small });
    expect(world.condition('PodResizeInProgress')).toBe('');
  });

  it.each([
    ['of another resource than the one that asks for a restart needs none', more, 0],
    ['of a request alone needs one too', { ...small, requests: { cpu: '100m', memory: '96Mi' } }, 1],
  ])('%s', (_, to, restarts) => {
    const world = resize(running({ containers: [app(small, restarting)] }), to).settle();
    expect(world.status('x')).toMatchObject({ restartCount: restarts, resources: to });
  });

  it('that says the same in other words is none', () => {
    const world = running({ containers: [app(small)] });
    const mark = world.events.length;
    resize(world, { requests: { cpu: '0.1', memory: '65536Ki' }, limits: { cpu: '200m', memory: '134217728' } }).settle();
    expect([newest(world, mark), world.requeueAt]).toEqual([[], undefined]);
  });

  it('of a sidecar reaches it, and of a container that is not there yet waits for its start', () => {
    const sidecar = app(small, { name: 's', restartPolicy: 'Always' });
    const world = running({ initContainers: [sidecar, { name: 'i', image: 'busybox:1.28' }], containers: [app(small)] });
    resize(resize(world, large, 's'), large).settle();
    expect(world.done.at(-1)).toBe(`give s ${JSON.stringify(large)}`);
    expect(world.status('x')).toMatchObject({ resources: large, state: { waiting: {} } });
    expect(world.condition('PodResizeInProgress')).toBe('');
    world.exit('i', 0);
    expect(world.done.at(-1)).toBe('start x#0');
    expect(world.observed.given![world.observed.containers[0]!.id]).toEqual(large);
  });
});

describe('a resize that the node does not grant', () => {
  const DEFERRED = "Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000";
  it.each([
    ['more CPU than the node has', { cpu: '5' }, [], 'Infeasible', "Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000"],
    ['more memory than the node has', { cpu: '5', memory: '9Gi' }, [], 'Infeasible', "Node didn't have enough capacity: memory, requested: 9663676416, capacity: 8589934592"],
    ['more CPU than is left', { cpu: '1500m' }, [asking({ cpu: '3' })], 'Deferred', DEFERRED],
    ['more memory than is left', { memory: '5Gi' }, [asking({ memory: '4Gi' })], 'Deferred', "Node didn't have enough resource: memory, requested: 5368709120, used: 4294967296, capacity: 8589934592"],
  ])('%s', (_, requests, others, reason, message) => {
    const world = running({ containers: [app({ requests: { cpu: '100m', memory: '64Mi' } })] }, others);
    const mark = world.events.length;
    const resources = { requests: { cpu: '100m', memory: '64Mi', ...requests } };
    resize(world, resources).settle();
    expect(world.condition('PodResizePending')).toBe(`True ${reason} ${message}`);
    expect(newest(world, mark)).toEqual([`Resize${reason}: Pod resize ${reason}: ${told(resources, 2, message)}`]);
    expect(world.status('x')).toMatchObject({ restartCount: 0, resources: { requests: { cpu: '100m', memory: '64Mi' } } });
    world.exit('x', 1);
    expect(world.observed.given![world.observed.containers[0]!.id]).toEqual({ requests: { cpu: '100m', memory: '64Mi' } });
  });

  it('is granted as soon as there is room', () => {
    const world = running({ containers: [app({ requests: { cpu: '100m' } })] }, [asking({ cpu: '3' })]);
    resize(world, { requests: { cpu: '1500m' } }).settle();
    world.observed.room = testRoom([asking({ cpu: '2500m' })]);
    world.now = START + 5000;
    world.settle();
    expect([world.condition('PodResizePending'), world.status('x').resources]).toEqual(['', { requests: { cpu: '1500m' } }]);
  });

  it('is forgotten when it is taken back', () => {
    const world = running({ containers: [app({ requests: { cpu: '100m' } })] });
    resize(world, { requests: { cpu: '5' } }).settle();
    const mark = world.events.length;
    resize(world, { requests: { cpu: '100m' } }).settle();
    expect([world.condition('PodResizePending'), newest(world, mark), world.observed.memo.pendingResize]).toEqual(['', [], undefined]);
  });

  it('does not take back one that is in progress', () => {
    const world = running({ containers: [app(small, restarting)] });
    world.slowKills = true;
    resize(world, large).settle();
    resize(world, { requests: { cpu: '5', memory: '1Gi' }, limits: { cpu: '5', memory: '1Gi' } }).settle();
    expect([world.condition('PodResizeInProgress'), world.condition('PodResizePending')]).toEqual(['True', expect.stringContaining('True Infeasible')]);
    world.killed('x');
    expect([world.condition('PodResizeInProgress'), world.status('x').resources]).toEqual(['', large]);
  });
});

describe('a resize that the runtime cannot carry out', () => {
  it('is told once, and tried again after 10 s', () => {
    const world = running({ containers: [app(small)] });
    world.cannotResize = 'no';
    resize(world, large).settle();
    expect(world.condition('PodResizeInProgress')).toBe('True Error no');
    expect(world.events.at(-1)).toBe(`ResizeError: Pod resize error: ${told(large, 2, 'no')}`);
    expect(world.status('x').resources).toEqual(small);
    const { length } = world.events;
    world.pass(30_000);
    expect([world.events.length, world.done.filter((line) => line.startsWith('give')).length]).toEqual([length, 4]);
    world.cannotResize = undefined;
    world.pass(10_000);
    expect([world.condition('PodResizeInProgress'), world.status('x').resources]).toEqual(['', large]);
  });
});

it('runtimes are told limits, and the share of the processors', () => {
  expect([runtimeResources(small), runtimeResources({ requests: { memory: '1Gi' } })]).toEqual([{ cpuMillis: 200, memoryBytes: 128 * 1024 * 1024, cpuRequestMillis: 100 }, {}]);
});
