/** Objects for the tests of this lib. */
import type { KubeObject, Node, Pod, Service } from '#objects';

let uids = 0;
const meta = (name: string) => ({ name, uid: `${name}-${++uids}`, creationTimestamp: '2026-01-01T00:00:00Z', resourceVersion: '1' });

export function testPod(name: string, more: { namespace?: string; labels?: Record<string, string>; metadata?: object; spec?: object; status?: object } = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...meta(name), namespace: more.namespace ?? 'default', ...(more.labels && { labels: more.labels }), ...more.metadata },
    spec: { containers: [{ name: 'app', image: 'busybox' }], schedulerName: 'default-scheduler', restartPolicy: 'Always', ...more.spec },
    status: { phase: 'Pending', ...more.status },
  } as Pod;
}

/** A pod that runs on node n1 and has an address. */
export const runningPod = (name: string, ip: string, ready: boolean, more: Parameters<typeof testPod>[1] = {}): Pod =>
  testPod(name, {
    ...more,
    spec: { nodeName: 'n1', ...more.spec },
    status: { phase: 'Running', podIP: ip, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }], ...more.status },
  });

export function testNode(name: string, more: { labels?: Record<string, string>; spec?: object; ready?: string; pods?: string } = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { ...meta(name), labels: { 'kubernetes.io/hostname': name, ...more.labels } },
    spec: { ...more.spec },
    status: { allocatable: { pods: more.pods ?? '110' }, conditions: [{ type: 'Ready', status: more.ready ?? 'True' }] },
  } as unknown as Node;
}

export function testService(name: string, spec: object, more: { namespace?: string; labels?: Record<string, string> } = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...meta(name), namespace: more.namespace ?? 'default', ...(more.labels && { labels: more.labels }) },
    spec: { type: 'ClusterIP', clusterIP: '10.96.0.10', ...spec },
  } as unknown as Service;
}

/** Without a resourceVersion, as it is created. */
export function unstored(object: object): KubeObject {
  const copy = structuredClone(object) as KubeObject;
  const { resourceVersion: _, ...metadata } = copy.metadata;
  return { ...copy, metadata };
}
