/** Which of the control processes places pods and judges nodes: the one that has this lease. */
import type { Clock } from '#clock';
import { StoreError } from '#store';
import type { Precondition, Store } from '#store';

/** No node can have this name. */
const LEASE = '@control';
const RENEW_MS = 10_000;
/** A process that hangs but lives loses the lease after the leases' grace period; one that is killed at once. */
const ASK_MS = 2_000;

export class Leadership {
  private epoch: number | undefined;
  private askAt = 0;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly holder: string,
  ) {}

  /** Whether this process leads, as far as it knows: its commits fail (FENCED) if another has taken over. */
  get leads(): boolean {
    return this.epoch !== undefined;
  }

  /** Goes into every commit that only the leader may make. @throws StoreError FENCED when this process does not lead */
  get fence(): Precondition {
    if (this.epoch === undefined) throw new StoreError('FENCED', 'this process does not lead');
    return { lease: LEASE, epoch: this.epoch };
  }

  /** To be called often. True: this process leads from now on. @throws StoreError */
  async keep(): Promise<boolean> {
    if (this.clock.now() < this.askAt) return false;
    this.askAt = this.clock.now() + (this.leads ? RENEW_MS : ASK_MS);
    if (this.epoch !== undefined) {
      if (!(await this.store.renewLease(LEASE, this.epoch))) this.lost();
      return false;
    }
    this.epoch = (await this.store.acquireLease(LEASE, this.holder))?.epoch;
    if (!this.leads) return false;
    this.askAt = this.clock.now() + RENEW_MS;
    return true;
  }

  /** Another process leads. */
  lost(): void {
    this.epoch = undefined;
    this.askAt = this.clock.now() + ASK_MS;
  }

  async release(): Promise<void> {
    const { epoch } = this;
    this.epoch = undefined;
    if (epoch !== undefined) await this.store.releaseLease(LEASE, epoch);
  }
}
