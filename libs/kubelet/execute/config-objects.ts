import type { ConfigMap, Key, Secret } from '#objects';
import type { Store } from '#store';
import type { KubeletSettings } from '../options.js';
import type { ConfigObjects } from './volume-sources.js';

/** What containers may learn of their node, and mount of it. */
export type NodeOffers = Pick<KubeletSettings, 'capacity' | 'hostPaths'>;

const NOTHING: NodeOffers = { capacity: {}, hostPaths: [] };

/** Reads the named ConfigMaps and Secrets of a namespace in one query (none, when nothing is named). */
export async function readConfigObjects(store: Store, namespace: string, names: { configMaps: string[]; secrets: string[] }, node: NodeOffers = NOTHING): Promise<ConfigObjects> {
  const keys: Key[] = [
    ...names.configMaps.map((name) => ({ kind: 'ConfigMap', namespace, name })),
    ...names.secrets.map((name) => ({ kind: 'Secret', namespace, name })),
  ];
  const found = keys.length === 0 ? [] : await store.getMany(keys);
  const byName = new Map(found.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
  return {
    configMap: (name) => byName.get(`ConfigMap/${name}`) as ConfigMap | undefined,
    allocatable: node.capacity,
    hostPaths: node.hostPaths,
    secret: (name) => byName.get(`Secret/${name}`) as Secret | undefined,
  };
}
