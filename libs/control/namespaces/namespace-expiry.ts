/** Deletes namespaces whose time to live is over: see NAMESPACE_TTL of #objects. Real time: whatever clock a namespace has, it does not live on because that stands still. */
import type { Clock } from '#clock';
import { namespaceExpiry, toTime } from '#objects';
import type { Key, KubeObject } from '#objects';
import { isOvertaken } from '#store';
import type { Cause, Store } from '#store';

const CAUSE: Cause = { by: 'namespaces', what: 'timer', detail: 'the time to live of the namespace is over' };

export class NamespaceExpiry {
  constructor(
    private readonly store: Store,
    /** When each namespace that has one comes to its end: epoch ms, by name. */
    private readonly due: () => ReadonlyMap<string, number>,
    private readonly clock: Clock,
  ) {}

  async expire(): Promise<void> {
    const now = this.clock.now();
    await Promise.all([...this.due()].filter(([, at]) => at <= now).map(([name]) => this.remove({ kind: 'Namespace', namespace: '', name }, now)));
  }

  /** The rest is the cleaner's, as of any namespace that is deleted. */
  private async remove(key: Key, now: number): Promise<void> {
    const namespace = await this.store.get(key);
    const object = namespace && expired(namespace, now);
    if (!object) return;
    try {
      await this.store.commit({ writes: [{ op: 'update', object, expect: object.metadata.resourceVersion, cause: CAUSE }] });
    } catch (error) {
      // Somebody has written or deleted it meanwhile: the next look sees what is then.
      if (!isOvertaken(error)) throw error;
    }
  }
}

/** The namespace, being deleted; undefined: it is already, or stays. Pure; `now`: real time. */
export function expired(namespace: KubeObject, now: number): KubeObject | undefined {
  const { metadata } = namespace;
  if (metadata.deletionTimestamp || (namespaceExpiry(namespace) ?? Infinity) > now) return undefined;
  return { ...namespace, metadata: { ...metadata, deletionTimestamp: toTime(now) }, status: { ...(namespace.status as object | undefined), phase: 'Terminating' } };
}
