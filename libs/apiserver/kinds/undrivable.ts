import { CLOCK_NAME } from '#clock';
import type { KubeObject } from '#objects';
import type { Store } from '#store';
import { forbidden } from '../errors/status.js';
import type { KindRow } from './row.js';

/** Of these nodes, those whose containers live in real time whatever a Clock says. */
export async function undrivableNodes(store: Store, names: Iterable<string>): Promise<Set<string>> {
  const keys = [...new Set(names)].filter(Boolean).map((name) => ({ kind: 'Node', namespace: '', name }));
  const nodes = keys.length === 0 ? [] : await store.getMany(keys);
  return new Set(nodes.filter(({ metadata }) => metadata.labels?.['podbox.dev/runtime'] === 'cri').map(({ metadata }) => metadata.name ?? ''));
}

/** @throws ApiError 403: the pod is to run on a node where its namespace's Clock has no power. */
export async function refuseUndrivable(store: Store, row: KindRow, pod: KubeObject, node: string): Promise<void> {
  const { namespace = '', name = '' } = pod.metadata;
  if (!(await undrivableNodes(store, [node])).has(node)) return;
  if (!(await store.get({ kind: 'Clock', namespace, name: CLOCK_NAME }))) return;
  throw forbidden(row, name, `namespace ${namespace} has a Clock, and time cannot be driven on node ${node}, whose runtime is cri`);
}
