import type { Store } from '#store';

/** Of these nodes, those whose containers live in real time whatever a Clock says. */
export async function undrivableNodes(store: Store, names: Iterable<string>): Promise<Set<string>> {
  const keys = [...new Set(names)].filter(Boolean).map((name) => ({ kind: 'Node', namespace: '', name }));
  const nodes = keys.length === 0 ? [] : await store.getMany(keys);
  return new Set(nodes.filter(({ metadata }) => metadata.labels?.['podbox.dev/runtime'] === 'cri').map(({ metadata }) => metadata.name ?? ''));
}
