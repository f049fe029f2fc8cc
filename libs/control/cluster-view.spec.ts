import { describe, expect, it } from '@jest/globals';
import { keyOf, selectableFields } from '#objects';
import type { KubeObject } from '#objects';
import type { ControlJob } from '#queue';
import type { Change, ChangeType } from '#store';
import { ClusterView, distinct } from './cluster-view.js';
import type { Work } from './cluster-view.js';
import { runningPod, testNode, testPod, testService } from './testing.js';

/** A view and a change log that it follows. */
function setUp() {
  const view = new ClusterView();
  const last = new Map<string, KubeObject>();
  let revision = 0;
  const see = (type: ChangeType, object: object, by = 'api'): Work[] => {
    const given = object as KubeObject;
    const stated: KubeObject = { ...given, metadata: { ...given.metadata, resourceVersion: String(++revision) } };
    const labels = stated.metadata.labels ?? {};
    const before = last.get(stated.metadata.uid ?? '')?.metadata.labels;
    last.set(stated.metadata.uid ?? '', stated);
    const change: Change = {
      revision,
      type,
      key: keyOf(stated),
      uid: stated.metadata.uid ?? '',
      object: stated,
      json: '',
      labels,
      fields: selectableFields(stated),
      ...(before && JSON.stringify(before) !== JSON.stringify(labels) && { previousLabels: before }),
      cause: { by, what: 'request', detail: 'a test' },
      committedAt: 0,
    };
    return view.apply(change);
  };
  return { view, see };
}

const schedule: Work = { type: 'schedule' };
const nodes: Work = { type: 'nodes' };
const endpoints: ControlJob = { type: 'endpoints', namespace: 'default', name: 'web' };
const web = testService('web', { selector: { app: 'web' }, ports: [{ port: 80 }] });

describe('what a change makes to do', () => {
  it('a new pod wants a node', () => {
    const { view, see } = setUp();
    expect(see('ADDED', testPod('p'))).toEqual([schedule]);
    expect(view.unbound.size).toBe(1);
  });

  it('what the scheduler itself notes about a pod is no reason to schedule again', () => {
    const { see } = setUp();
    const pod = testPod('p');
    see('ADDED', pod);
    expect(see('MODIFIED', pod, 'scheduler')).toEqual([]);
  });

  it('a bound pod takes a place on its node until it has ended', () => {
    const { view, see } = setUp();
    const pod = runningPod('p', '10.0.0.1', true);
    see('ADDED', testPod('q', { metadata: { uid: pod.metadata.uid } }));
    see('MODIFIED', pod);
    expect([view.unbound.size, view.usage.get('n1')?.pods]).toEqual([0, 1]);
    see('MODIFIED', { ...pod, status: { ...pod.status, phase: 'Succeeded' } });
    expect(view.usage.get('n1')?.pods).toBeUndefined();
    see('DELETED', pod);
    expect(view.usage.get('n1')?.pods).toBeUndefined();
  });

  it('a place that becomes free is a reason to schedule only while a pod waits', () => {
    const { see } = setUp();
    const [a, b] = [runningPod('a', '10.0.0.1', true), runningPod('b', '10.0.0.2', true)];
    see('ADDED', a);
    see('ADDED', b);
    expect(see('DELETED', a)).toEqual([]);
    see('ADDED', testPod('p'));
    expect(see('DELETED', b)).toEqual([schedule]);
  });

  it('a node that changes is a reason to schedule only while a pod waits, and where the change could help', () => {
    const { see } = setUp();
    const node = testNode('n1');
    expect(see('ADDED', node)).toEqual([nodes]);
    see('ADDED', testPod('p'));
    expect(see('MODIFIED', { ...node, status: { ...node.status, images: [] } })).toEqual([nodes]);
    expect(see('MODIFIED', { ...node, metadata: { ...node.metadata, labels: { zone: 'a' } } })).toEqual([nodes, schedule]);
    expect(see('MODIFIED', { ...node, spec: { unschedulable: true } })).toEqual([nodes, schedule]);
    expect(see('MODIFIED', { ...node, status: { ...node.status, allocatable: { pods: '200' } } })).toEqual([nodes, schedule]);
  });

  it('what pods take of a node is counted by their effective requests, and given back when they end', () => {
    const { view, see } = setUp();
    const asking = (name: string, memory: string) =>
      runningPod(name, '10.0.0.1', true, { spec: { containers: [{ name: 'app', resources: { requests: { cpu: '250m', memory } } }], initContainers: [{ name: 'init', resources: { requests: { memory: '3Gi' } } }] } });
    const [a, b] = [asking('a', '1Gi'), asking('b', '4Gi')];
    see('ADDED', a);
    see('ADDED', b);
    expect(view.usage.get('n1')).toMatchObject({ pods: 2, cpu: 500, memory: 7 * 2 ** 30 });
    see('MODIFIED', { ...a, status: { ...a.status, phase: 'Failed' } });
    expect(view.usage.get('n1')).toMatchObject({ pods: 1, cpu: 250, memory: 4 * 2 ** 30 });
    see('MODIFIED', { ...b, spec: asking('b', '2Gi').spec });
    expect(view.usage.get('n1')).toMatchObject({ pods: 1, memory: 3 * 2 ** 30 });
    see('DELETED', b);
    expect(view.usage.get('n1')).toBeUndefined();
  });

  it('a binding that is assumed counts at once, and no more when it failed', () => {
    const { view, see } = setUp();
    const pod = testPod('p');
    see('ADDED', pod);
    const undo = view.assume(view.unbound.get(pod.metadata.uid)!, 'n1');
    expect([view.unbound.size, view.usage.get('n1')?.pods]).toEqual([0, 1]);
    undo();
    expect([view.unbound.size, view.usage.get('n1')?.pods]).toEqual([1, undefined]);
  });

  it('a binding that failed is not taken back over news of the pod', () => {
    const { view, see } = setUp();
    const pod = testPod('p');
    see('ADDED', pod);
    const undo = view.assume(view.unbound.get(pod.metadata.uid)!, 'n1');
    see('DELETED', pod);
    undo();
    expect([view.unbound.size, view.usage.get('n1')?.pods]).toEqual([0, undefined]);
  });

  it('endpoints follow a selected pod when its address or readiness changes, and only then', () => {
    const { see } = setUp();
    const labels = { app: 'web' };
    expect(see('ADDED', web)).toEqual([endpoints]);
    const pod = testPod('p', { labels, spec: { nodeName: 'n1' } });
    const running = (ready: boolean, more: object = {}) => runningPod('p', '10.0.0.1', ready, { labels, metadata: { uid: pod.metadata.uid, ...more } });
    expect(see('ADDED', pod)).toEqual([]);
    expect(see('MODIFIED', running(false))).toEqual([endpoints]);
    expect(see('MODIFIED', running(false, { annotations: { a: 'b' } }))).toEqual([]);
    expect(see('MODIFIED', running(true))).toEqual([endpoints]);
    expect(see('MODIFIED', running(true, { deletionTimestamp: '2026-01-01T00:00:00Z' }))).toEqual([endpoints]);
    expect(see('DELETED', running(true))).toEqual([endpoints]);
  });

  it('endpoints lose a pod whose labels no longer match', () => {
    const { see } = setUp();
    see('ADDED', web);
    const pod = runningPod('p', '10.0.0.1', true, { labels: { app: 'web' } });
    see('ADDED', pod);
    expect(see('MODIFIED', { ...pod, metadata: { ...pod.metadata, labels: { app: 'db' } } })).toEqual([endpoints]);
  });

  it('pods that no Service selects, and those of other namespaces, make no endpoints job', () => {
    const { see } = setUp();
    see('ADDED', web);
    expect(see('ADDED', runningPod('p', '10.0.0.1', true, { labels: { app: 'db' } }))).toEqual([]);
    expect(see('ADDED', runningPod('p', '10.0.0.1', true, { labels: { app: 'web' }, namespace: 'other' }))).toEqual([]);
  });

  it('a namespace that terminates is looked at again when something in it goes', () => {
    const { see } = setUp();
    const pod = runningPod('p', '10.0.0.1', true, { namespace: 'gone' });
    see('ADDED', pod);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gone', uid: 'ns' } };
    const clean: ControlJob = { type: 'namespace', name: 'gone' };
    expect(see('ADDED', namespace)).toEqual([]);
    expect(see('MODIFIED', { ...namespace, metadata: { ...namespace.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })).toEqual([clean]);
    expect(see('MODIFIED', pod)).toEqual([]);
    expect(see('DELETED', pod, 'node:n1')).toEqual([clean]);
  });

  it('the same job is named once', () => {
    expect(distinct([schedule, endpoints, schedule, { ...endpoints }, { type: 'namespace', name: 'web' }])).toEqual([schedule, endpoints, { type: 'namespace', name: 'web' }]);
  });
});
