/** Keeps a ClusterView up to date from the change log. */
import { sleep } from '#clock';
import type { Clock } from '#clock';
import { StoreError } from '#store';
import type { Revision, Store } from '#store';
import type { ClusterView, Work } from './cluster-view.js';
import type { EventExpiry } from './upkeep/event-expiry.js';

const RETRY_MS = 1_000;
const PAGE = 1_000;

export interface ViewFollowerParts {
  store: Store;
  clock: Clock;
  view: ClusterView;
  expiry: EventExpiry;
  /** Told which work the changes make. */
  found: (jobs: Work[]) => void;
  /** Changes have been missed: everything is to be looked at. */
  missed: () => void;
  log: (what: string, error: unknown) => void;
}

export class ViewFollower {
  private readonly stopping = new AbortController();
  private waiting: { revision: Revision; resolve: () => void }[] = [];
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: ViewFollowerParts) {}

  /** Resolves when the view has been filled. */
  async start(): Promise<void> {
    await this.load();
    this.running = this.follow();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.answer(Infinity);
    await this.running;
  }

  /** Resolves when everything that is committed now has been taken in; false: that took longer than `timeoutMs`. */
  async caughtUp(timeoutMs: number): Promise<boolean> {
    const { store, clock, view } = this.parts;
    const revision = await store.currentRevision();
    if (view.revision >= revision || this.stopping.signal.aborted) return true;
    await new Promise<void>((resolve) => {
      const cancel = clock.at(clock.now() + timeoutMs, resolve);
      this.waiting.push({ revision, resolve: () => (cancel(), resolve()) });
    });
    return view.revision >= revision;
  }

  /** What changes between the first list and the last is seen once more, which does no harm. */
  private async load(): Promise<void> {
    const { store, view, expiry } = this.parts;
    const nodes = await store.list({ kind: 'Node' });
    view.reset(nodes.revision);
    view.load(nodes.items);
    for (const kind of ['Clock', 'ResourceQuota', 'Service', 'Namespace', 'Pod']) view.load((await store.list({ kind })).items);
    let next: string | undefined;
    do {
      const page = await store.list({ kind: 'Event' }, { limit: PAGE, continue: next });
      expiry.load(page.items);
      next = page.continue;
    } while (next);
  }

  private async follow(): Promise<void> {
    const { store, clock, view, expiry, found, missed, log } = this.parts;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        for await (const changes of store.tail(view.revision, signal)) {
          const jobs = changes.flatMap((change) => view.apply(change));
          for (const change of changes) expiry.apply(change);
          this.answer(view.revision);
          if (jobs.length > 0) found(jobs);
        }
      } catch (error) {
        if (signal.aborted) return;
        log('following the change log', error);
        await sleep(clock, RETRY_MS, signal).catch(() => undefined);
        if (error instanceof StoreError && error.code === 'EXPIRED') {
          await this.load().then(missed, (reason: unknown) => log('reading the cluster', reason));
        }
      }
    }
  }

  private answer(revision: Revision): void {
    const due = this.waiting.filter((one) => one.revision <= revision);
    if (due.length === 0) return;
    this.waiting = this.waiting.filter((one) => one.revision > revision);
    for (const { resolve } of due) resolve();
  }
}
