import { podColumns } from '#lifecycle';
import type { KubeObject, Pod } from '#objects';
import type { Change, Revision, Store } from '#store';
import { sleep } from '#clock';
import type { Clock, ClockStatus } from '#clock';
import type { StepHappening } from './types.js';

/** As many as an answer can bear. */
const MOST = 1_000;
const LOOK_MS = 2;

/** Reads along, during a step, what becomes of the namespace's pods. */
export class Happenings {
  readonly told: StepHappening[] = [];
  more = 0;
  /** Nodes that pods of the namespace are or were bound to. */
  readonly nodes = new Set<string>();
  /** Where the clock stood at the change that was read last: the log tells that in its order too. */
  private time = '';
  private readonly last = new Map<string, string>();
  private readonly abort = new AbortController();
  private failure: unknown;
  private running: Promise<void> = Promise.resolve();

  private constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly namespace: string,
    private seen: Revision,
  ) {}

  static async begin(store: Store, clock: Clock, namespace: string): Promise<Happenings> {
    const { items, revision } = await store.list({ kind: 'Pod', namespace });
    const happenings = new Happenings(store, clock, namespace, revision);
    for (const item of items) happenings.meet(item as Pod);
    happenings.running = happenings.follow();
    return happenings;
  }

  /** What has been told so far was under way before the step began, and more or less of it depending on when that was: it is none of its own. */
  forget(): void {
    this.told.length = 0;
    this.more = 0;
  }

  /** Resolves when everything up to `revision` has been read. @throws what reading failed of */
  async upTo(revision: Revision): Promise<void> {
    while (this.seen < revision) {
      if (this.failure) throw this.failure;
      await sleep(this.clock, LOOK_MS);
    }
  }

  async end(): Promise<void> {
    this.abort.abort();
    await this.running;
  }

  private async follow(): Promise<void> {
    try {
      for await (const changes of this.store.tail(this.seen, this.abort.signal)) {
        for (const change of changes) if (change.key.namespace === this.namespace) this.take(change);
        this.seen = changes.at(-1)?.revision ?? this.seen;
      }
    } catch (error) {
      if (!this.abort.signal.aborted) this.failure = error;
    }
  }

  private take(change: Change): void {
    if (change.key.kind === 'Clock') this.time = (change.object.status as ClockStatus).virtualBase;
    if (change.key.kind !== 'Pod') return;
    const pod = change.object as KubeObject as Pod;
    const before = this.last.get(change.uid);
    const after = this.meet(pod, change.type === 'DELETED');
    if (before === after) return;
    if (this.told.length >= MOST) {
      this.more++;
      return;
    }
    const [status = '', ready = '', restarts = '0'] = after.split(' ');
    this.told.push({ time: this.time, pod: pod.metadata.name, status, ready, restarts: Number(restarts), why: change.cause.detail });
  }

  /** Notes where a pod runs and how it looks: `CrashLoopBackOff 0/1 3`. */
  private meet(pod: Pod, gone = false): string {
    const { nodeName } = pod.spec;
    if (nodeName) this.nodes.add(nodeName);
    const { status, ready, restarts } = podColumns(pod, 0);
    const look = `${gone ? 'Deleted' : status} ${ready} ${Number.parseInt(restarts, 10)}`;
    this.last.set(pod.metadata.uid, look);
    return look;
  }
}
