/** What a cluster has from its first moment. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '#clock';
import { toTime } from '#objects';
import type { KubeObject } from '#objects';
import { StoreError } from '#store';
import type { Cause, Store } from '#store';

const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const CAUSE: Cause = { by: 'bootstrap', what: 'decision', detail: 'every cluster has it' };

/** Makes the namespaces that are always there. Any number of processes may do so at once. */
export async function ensureNamespaces(store: Store, clock: Clock): Promise<void> {
  const keys = NAMESPACES.map((name) => ({ kind: 'Namespace', namespace: '', name }));
  const there = new Set((await store.getMany(keys)).map((namespace) => namespace.metadata.name));
  for (const name of NAMESPACES.filter((name) => !there.has(name))) await ensure(store, [namespaceObject(name, clock.now())]);
}

/** Creates them together; that they are there already is as good. */
async function ensure(store: Store, objects: KubeObject[]): Promise<void> {
  try {
    await store.commit({ writes: objects.map((object) => ({ op: 'create', object, cause: CAUSE })) });
  } catch (error) {
    if (!(error instanceof StoreError && error.code === 'ALREADY_EXISTS')) throw error;
  }
}

/** `now`: epoch ms. */
export function namespaceObject(name: string, now: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, uid: randomUUID(), creationTimestamp: toTime(now), labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}
