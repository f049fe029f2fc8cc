/** Who holds more on the node's disk than it may. Source: localStorageEviction in pkg/kubelet/eviction/eviction_manager.go. */
import { containerStorageOverLimit, emptyDirOverLimit, podStorageOverLimit } from '#lifecycle';
import { canonicalQuantity, effectiveLimits, formatQuantity, quantityValue } from '#objects';
import type { Container, Pod } from '#objects';

const STORAGE = 'ephemeral-storage';

/** In bytes. What is not there was not measured. */
export interface LocalStorage {
  /** Of emptyDirs, by name. */
  volumes: ReadonlyMap<string, number>;
  /** Of the newest run of each container, by name: its layer and its log. */
  containers: ReadonlyMap<string, number>;
}

/** What has to be measured to judge a pod. */
export function measured(pod: Pod): { volumes: string[]; containers: boolean } {
  const containers = podLimit(pod) !== undefined;
  // In memory they count only for limits of their own.
  const volumes = (pod.spec.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined && (limitOf(emptyDir.sizeLimit) !== undefined || (containers && !emptyDir.medium)));
  return { volumes: volumes.map(({ name }) => name), containers };
}

/** Why the pod is evicted, or undefined: its emptyDirs first, then all that it holds, then its containers. */
export function overLimit(pod: Pod, storage: LocalStorage): string | undefined {
  let total = 0;
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const bytes = emptyDir && storage.volumes.get(name);
    if (emptyDir === undefined || bytes === undefined) continue;
    const limit = limitOf(emptyDir.sizeLimit);
    if (limit !== undefined && bytes > limit) return emptyDirOverLimit(name, String(emptyDir.sizeLimit));
    if (!emptyDir.medium) total += bytes;
  }
  for (const bytes of storage.containers.values()) total += bytes;
  const limit = podLimit(pod);
  if (limit !== undefined && total > quantityValue(limit)) return podStorageOverLimit(limit);
  for (const { name, resources } of containersOf(pod)) {
    const own = resources?.limits?.[STORAGE];
    if (limitOf(own) !== undefined && (storage.containers.get(name) ?? 0) > quantityValue(own!)) return containerStorageOverLimit(name, canonicalQuantity(own!));
  }
  return undefined;
}

/** The sum over the containers as it is effective; undefined: there is none. */
function podLimit(pod: Pod): string | undefined {
  const { spec } = pod;
  // Most pods have none, and are looked at every time.
  if (![...spec.containers, ...(spec.initContainers ?? []), spec].some(({ resources }) => resources?.limits?.[STORAGE] !== undefined)) return undefined;
  const limit = effectiveLimits(spec)[STORAGE];
  return limit === undefined || limit.nanos === 0n ? undefined : formatQuantity(limit);
}

/** Those that run beside each other: sidecars too. */
const containersOf = ({ spec }: Pod): Container[] => [...spec.containers, ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')];

const limitOf = (limit: string | number | undefined): number | undefined => (limit !== undefined && quantityValue(limit) > 0 ? quantityValue(limit) : undefined);
