import { ApiError, PodActions, StoreResources } from '#apiserver';
import { sleep } from '#clock';
import type { Clock } from '#clock';
import type { Pod } from '#objects';
import type { Store } from '#store';

const INTERVAL_MS = 200;
const EVICTION = { apiVersion: 'policy/v1', kind: 'Eviction' };

export interface DrainOptions {
  store: Store;
  clock: Clock;
  node: string;
  /** How long pods are waited for. */
  seconds: number;
}

/** Evicts the node's pods as `kubectl drain --ignore-daemonsets --force` does, and waits until they have ended. Gives the names of those that have not. */
export async function drain({ store, clock, node, seconds }: DrainOptions): Promise<string[]> {
  const resources = new StoreResources(store, clock);
  const actions = new PodActions(resources);
  const deadline = clock.now() + seconds * 1000;
  for (;;) {
    // Anew each time: what was bound in the last moment goes, too.
    const { items } = await store.list({ kind: 'Pod', matches: (_labels, fields) => fields['spec.nodeName'] === node });
    const pods = (items as Pod[]).filter((pod) => !isDaemon(pod));
    await Promise.all(pods.filter(({ metadata }) => !metadata.deletionTimestamp).map(({ metadata }) => evict(actions, metadata)));
    const left = pods.filter(({ status }) => status.phase !== 'Succeeded' && status.phase !== 'Failed');
    if (left.length === 0 || clock.now() >= deadline) return left.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    await sleep(clock, INTERVAL_MS);
  }
}

const isDaemon = ({ metadata }: Pod): boolean => metadata.ownerReferences?.some(({ controller, kind }) => controller && kind === 'DaemonSet') ?? false;

async function evict(actions: PodActions, { namespace, name }: Pod['metadata']): Promise<void> {
  try {
    await actions.run('eviction', namespace, name, { ...EVICTION, metadata: { name, namespace } }, { cause: 'the worker of its node leaves' });
  } catch (error) {
    // Gone meanwhile, or changed again and again: the next look tells.
    if (!(error instanceof ApiError && (error.status.code === 404 || error.status.code === 409))) throw error;
  }
}
