/** Charges what is created to its namespace's ResourceQuotas, in the commit that creates it: a quota cannot be overrun, whichever processes create. */
import { chargeQuotas, concerns, countQuota, isCounted, keyOf, keyText } from '#objects';
import type { KubeObject, ResourceQuota } from '#objects';
import { StoreError } from '#store';
import type { CommitResult, Store, Write } from '#store';
import { conflict, forbidden, qualifiedResource } from '../errors/status.js';
import type { KindRow } from '../kinds/row.js';

/** How often a charge that another process overtook is tried again. */
const MAX_ATTEMPTS = 200;

export interface Charged {
  row: KindRow;
  object: KubeObject;
  /** What is there of it already. */
  previous?: KubeObject;
  /** Of the object's namespace, with the spec that holds. */
  quotas: ResourceQuota[];
}

type Commit = (charges: Write[]) => Promise<CommitResult>;

export class QuotaDesk {
  /** The newest state that is known of each quota, by key. */
  private readonly known = new Map<string, ResourceQuota>();
  /** Of the last time that each was read: when that began, in `sequence`. */
  private readonly readAt = new Map<string, number>();
  private sequence = 0;
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(private readonly store: Store) {}

  /** Calls `commit` with what is to be written beside the object. @throws ApiError 403 when a quota refuses; what `commit` throws */
  async charge(what: Charged, commit: Commit): Promise<CommitResult> {
    const own = this.concerned(what);
    if (own.length === 0) return commit([]);
    // One after another: each is charged to what the one before left.
    const arrived = ++this.sequence;
    return this.inTurn(what.object.metadata.namespace ?? '', () => this.attempt(what, own, arrived, commit));
  }

  /** Whether the quotas would let it in as they are now. @throws ApiError 403 */
  async check(what: Charged): Promise<void> {
    const { row, object, previous } = what;
    const charge = chargeQuotas(await this.read(this.concerned(what)), qualifiedResource(row), object, previous);
    if ('refused' in charge) throw forbidden(row, object.metadata.name ?? '', charge.refused);
  }

  private concerned({ row, object, quotas }: Charged): ResourceQuota[] {
    return quotas.filter((quota) => concerns(quota, qualifiedResource(row), object));
  }

  private async attempt(what: Charged, quotas: ResourceQuota[], arrived: number, commit: Commit): Promise<CommitResult> {
    const { row, object, previous } = what;
    const name = object.metadata.name ?? '';
    let current = quotas.map((quota) => this.newest(quota));
    // What was read since this request came is new enough to refuse it by: of many that wait only the first reads.
    let fresh = current.every(isCounted) && quotas.every((quota) => (this.readAt.get(keyText(keyOf(quota))) ?? 0) > arrived);
    for (let attempt = 1; ; attempt++) {
      if (!fresh && current.some((quota) => !isCounted(quota))) [current, fresh] = [await this.read(quotas), true];
      const charge = chargeQuotas(current, qualifiedResource(row), object, previous);
      if ('refused' in charge) {
        if (fresh) throw forbidden(row, name, charge.refused);
        [current, fresh] = [await this.read(quotas), true];
        continue;
      }
      try {
        const result = await commit(charge.charged.map((quota) => chargeWrite(quota, row, name)));
        this.remember(charge.charged, result);
        return result;
      } catch (error) {
        if (!(error instanceof StoreError) || error.key?.kind !== 'ResourceQuota' || (error.code !== 'CONFLICT' && error.code !== 'NOT_FOUND')) throw error;
        if (attempt >= MAX_ATTEMPTS) throw conflict(row, name);
        [current, fresh] = [await this.read(quotas), true];
      }
    }
  }

  private newest(quota: ResourceQuota): ResourceQuota {
    const known = this.known.get(keyText(keyOf(quota)));
    return known && Number(known.metadata.resourceVersion) >= Number(quota.metadata.resourceVersion) ? known : quota;
  }

  /** As they are now, counted; those that have gone are left out. */
  private async read(quotas: ResourceQuota[]): Promise<ResourceQuota[]> {
    if (quotas.length === 0) return [];
    const started = ++this.sequence;
    const objects = (await this.store.getMany(quotas.map(keyOf))) as unknown as ResourceQuota[];
    const list = async (kind: string, namespace: string) => (await this.store.list({ kind, namespace })).items;
    const found = new Map(objects.map((quota) => [quota.metadata.name, quota]));
    const read = await Promise.all(quotas.flatMap(({ metadata }) => found.get(metadata.name) ?? []).map((quota) => (isCounted(quota) ? quota : countQuota(quota, list))));
    for (const quota of read) {
      this.known.set(keyText(keyOf(quota)), quota);
      this.readAt.set(keyText(keyOf(quota)), started);
    }
    return read;
  }

  private remember(charged: ResourceQuota[], { revisions }: CommitResult): void {
    const own = revisions.slice(revisions.length - charged.length);
    charged.forEach((quota, index) => {
      this.known.set(keyText(keyOf(quota)), { ...quota, metadata: { ...quota.metadata, resourceVersion: String(own[index]) } });
    });
  }

  private async inTurn<T>(namespace: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.turns.get(namespace) ?? Promise.resolve()).then(work);
    const done = mine.catch(() => undefined);
    this.turns.set(namespace, done);
    try {
      return await mine;
    } finally {
      if (this.turns.get(namespace) === done) this.turns.delete(namespace);
    }
  }
}

const chargeWrite = (quota: ResourceQuota, row: KindRow, name: string): Write => ({
  op: 'status',
  object: quota as unknown as KubeObject,
  expect: quota.metadata.resourceVersion,
  cause: { by: 'api', what: 'decision', detail: `${qualifiedResource(row)} "${name}" is charged to the quota` },
});
