/** Keeps the status of a namespace's ResourceQuotas true: what ended or went is used no more. What is created is charged by the API server at once. */
import { isDeepStrictEqual } from 'node:util';
import { countQuota } from '#objects';
import type { KubeObject, ResourceQuota } from '#objects';
import { StoreError } from '#store';
import type { Cause, Store } from '#store';

/** Creations overtake a count; then it is made again. */
const MAX_ATTEMPTS = 10;
const CAUSE: Cause = { by: 'quotas', what: 'decision', detail: 'what the namespace uses was counted' };

export class QuotaKeeper {
  constructor(private readonly store: Store) {}

  /** @throws StoreError CONFLICT when others kept writing: to be tried again */
  async keep(namespace: string): Promise<void> {
    const { items } = await this.store.list({ kind: 'ResourceQuota', namespace });
    for (const item of items) await this.keepOne(item as unknown as ResourceQuota);
  }

  private async keepOne(listed: ResourceQuota): Promise<void> {
    let quota: ResourceQuota | undefined = listed;
    for (let attempt = 1; quota; attempt++) {
      const counted = await countQuota(quota, async (kind, namespace) => (await this.store.list({ kind, namespace })).items);
      if (isDeepStrictEqual(counted.status, quota.status)) return;
      try {
        await this.store.commit({ writes: [{ op: 'status', object: counted as unknown as KubeObject, expect: quota.metadata.resourceVersion, cause: CAUSE }] });
        return;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code === 'UNAVAILABLE' || attempt >= MAX_ATTEMPTS) throw error;
        const { namespace, name } = quota.metadata;
        quota = (await this.store.get({ kind: 'ResourceQuota', namespace: namespace ?? '', name })) as unknown as ResourceQuota | undefined;
      }
    }
  }
}
