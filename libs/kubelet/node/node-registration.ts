import type { Clock } from '#clock';
import type { Node } from '#objects';
import { StoreError } from '#store';
import type { Change, Precondition, Store } from '#store';
import { messageOf } from '../errors.js';
import { isReady, nodeObject, stoppedNode } from './node-object.js';
import type { NodeFacts } from './node-object.js';

const ATTEMPTS = 10;

/** Keeps the Node object as this worker means it: made at the start, made again when it is removed or called not ready while this runs. */
export class NodeRegistration {
  private busy = false;
  private stopped = false;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly facts: Omit<NodeFacts, 'now'>,
    private readonly precondition: () => Precondition,
    private readonly log: (line: string) => void,
  ) {}

  async register(): Promise<void> {
    await this.write('the node is up', (before) => nodeObject({ ...this.facts, now: this.clock.now() }, before));
  }

  /** To be called with every change of a Node that somebody else made. */
  apply(change: Change): void {
    if (change.key.kind !== 'Node' || change.key.name !== this.facts.name || this.busy || this.stopped) return;
    if (change.type !== 'DELETED' && isReady(change.object as unknown as Node)) return;
    this.busy = true;
    this.register()
      .catch((error: unknown) => this.log(`registering node ${this.facts.name} failed: ${messageOf(error)}`))
      .finally(() => (this.busy = false));
  }

  async markStopped(): Promise<void> {
    this.stopped = true;
    await this.write('the worker stops', (before) => before && stoppedNode(before, this.clock.now()));
  }

  private async write(detail: string, make: (before: Node | undefined) => ReturnType<typeof nodeObject> | undefined): Promise<void> {
    const key = { kind: 'Node', namespace: '', name: this.facts.name };
    const cause = { by: `node:${this.facts.name}`, what: 'decision', detail } as const;
    for (let attempt = 1; ; attempt++) {
      const before = (await this.store.get(key)) as unknown as Node | undefined;
      const object = make(before);
      if (!object) return;
      const write = before ? { op: 'update' as const, object, expect: before.metadata.resourceVersion, cause } : { op: 'create' as const, object, cause };
      try {
        await this.store.commit({ preconditions: [this.precondition()], writes: [write] });
        return;
      } catch (error) {
        const lostRace = error instanceof StoreError && ['CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND'].includes(error.code);
        if (!lostRace || attempt >= ATTEMPTS) throw error;
      }
    }
  }
}
