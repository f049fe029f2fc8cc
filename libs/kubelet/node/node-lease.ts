import type { Clock } from '#clock';
import type { Precondition, Store } from '#store';
import { KubeletError, messageOf } from '../errors.js';

/** How often in a node's grace period. Source: pkg/kubelet/nodelease. */
export const RENEWALS = 4;

/** This worker's right to be the node. Every commit names its epoch, so a worker that has lost it can write nothing. */
export class NodeLease {
  private epoch = 0;
  private cancel: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly node: string,
    private readonly renewMs: number,
    private readonly log: (line: string) => void,
    private readonly onLost: () => void,
  ) {}

  /** @throws KubeletError LEASE_HELD */
  async acquire(holder: string): Promise<void> {
    const lease = await this.store.acquireLease(this.node, holder);
    if (!lease) {
      const held = (await this.store.leases()).find((one) => one.node === this.node);
      throw new KubeletError('LEASE_HELD', `node ${this.node} is run by another worker (${held?.holder ?? 'unknown'}): stop it, or set PODBOX_NODE_NAME to another name`);
    }
    this.epoch = lease.epoch;
    this.arm();
  }

  /** Whether this worker has ever been the node. */
  get held(): boolean {
    return this.epoch > 0;
  }

  get precondition(): Precondition {
    return { lease: this.node, epoch: this.epoch };
  }

  async release(): Promise<void> {
    this.stop();
    if (this.held) await this.store.releaseLease(this.node, this.epoch);
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  private arm(): void {
    this.cancel = this.clock.at(this.clock.now() + this.renewMs, () => void this.renew());
  }

  private async renew(): Promise<void> {
    try {
      const kept = await this.store.renewLease(this.node, this.epoch);
      if (this.stopped) return;
      if (!kept) return this.onLost();
    } catch (error) {
      // Nobody can have taken it through a database that answers nobody; if somebody has, the next renewal or commit says so.
      this.log(`renewing the lease of node ${this.node} failed: ${messageOf(error)}`);
    }
    if (!this.stopped) this.arm();
  }
}
