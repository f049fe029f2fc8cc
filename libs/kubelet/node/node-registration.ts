import type { Clock } from '#clock';
import { EventRecorder } from '#events';
import type { EventToRecord } from '#events';
import type { Node } from '#objects';
import { StoreError } from '#store';
import type { Cause, Change, Precondition, Store } from '#store';
import { messageOf } from '../errors.js';
import { nodeEvents, schedulableEvent, startingEvent } from './node-events.js';
import { isReady, nodeObject, stoppedNode } from './node-object.js';
import type { NodeFacts } from './node-object.js';

const ATTEMPTS = 10;

/** Keeps the Node object as this worker means it: made at the start, made again when it is removed or called not ready while this runs. */
export class NodeRegistration {
  /** As last written, or read. */
  current: Node | undefined;
  private busy = false;
  private stopped = false;
  private readonly recorder: EventRecorder;
  /** Whether somebody has cordoned it; undefined until it is registered. */
  private unschedulable: boolean | undefined;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly facts: Omit<NodeFacts, 'now'>,
    private readonly precondition: () => Precondition,
    private readonly log: (line: string) => void,
  ) {
    this.recorder = new EventRecorder({ component: 'kubelet', host: facts.name }, clock);
  }

  async register(): Promise<void> {
    await this.write('the node is up', (before) => nodeObject({ ...this.facts, now: this.clock.now() }, before));
  }

  /** To be called with every change of a Node that somebody else made. */
  apply(change: Change): void {
    if (change.key.kind !== 'Node' || change.key.name !== this.facts.name || this.stopped) return;
    if (change.type !== 'DELETED') {
      this.current = change.object as unknown as Node;
      this.tellSchedulable(this.current);
    }
    if (this.busy) return;
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

  private tellSchedulable(node: Node): void {
    const unschedulable = node.spec?.unschedulable ?? false;
    if (this.unschedulable === undefined || this.unschedulable === unschedulable) return;
    this.unschedulable = unschedulable;
    const events = this.recorder.prepare([schedulableEvent(node)], this.cause('the node was cordoned or uncordoned'));
    this.store.commit({ preconditions: [this.precondition()], writes: events.writes }).then(events.committed, (error: unknown) => {
      events.rejected();
      this.log(`telling of node ${this.facts.name} failed: ${messageOf(error)}`);
    });
  }

  private readonly cause = (detail: string): Cause => ({ by: `node:${this.facts.name}`, what: 'decision', detail });

  private async write(detail: string, make: (before: Node | undefined) => ReturnType<typeof nodeObject> | undefined): Promise<void> {
    const key = { kind: 'Node', namespace: '', name: this.facts.name };
    const cause = this.cause(detail);
    for (let attempt = 1; ; attempt++) {
      const before = (await this.store.get(key)) as unknown as Node | undefined;
      const object = make(before);
      if (!object) return;
      const write = before ? { op: 'update' as const, object, expect: before.metadata.resourceVersion, cause } : { op: 'create' as const, object, cause };
      const told: EventToRecord[] = this.unschedulable === undefined ? [startingEvent(object as unknown as Node)] : [];
      const events = this.recorder.prepare([...told, ...nodeEvents(before, object as unknown as Node)], cause);
      try {
        await this.store.commit({ preconditions: [this.precondition()], writes: [write, ...events.writes] });
        events.committed();
        this.unschedulable ??= before?.spec?.unschedulable ?? false;
        this.current = object as unknown as Node;
        return;
      } catch (error) {
        events.rejected();
        const lostRace = error instanceof StoreError && ['CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND'].includes(error.code);
        if (!lostRace || attempt >= ATTEMPTS) throw error;
      }
    }
  }
}
