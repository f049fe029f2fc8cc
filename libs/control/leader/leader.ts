/** What the leading process does, each kind of work one at a time: placing pods, judging nodes. */
import { StoreError } from '#store';
import type { LeaderJob } from '../cluster-view.js';
import type { Leadership } from './leadership.js';

export interface LeaderParts {
  leadership: Leadership;
  work: Record<LeaderJob['type'], () => Promise<void>>;
  /** Whether this process has read everything that was committed before the call. */
  caughtUp: () => Promise<boolean>;
  /** Told what failed. It is tried again. */
  failed: (what: string, error: unknown) => void;
  later: (ms: number, what: () => void) => void;
}

const RETRY_MS = 1_000;

export class Leader {
  private readonly wanted = new Set<LeaderJob['type']>();
  private readonly running = new Map<LeaderJob['type'], Promise<void>>();
  /** What others have committed may not have been read: after taking over, and after a commit with an unknown end. */
  private behind = true;
  private stopped = false;

  constructor(private readonly parts: LeaderParts) {}

  /** Another leader has read what the change log brings, and does it: then there is nothing to do here. */
  want(...jobs: LeaderJob[]): void {
    if (this.stopped || !this.parts.leadership.leads) return;
    for (const { type } of jobs) {
      this.wanted.add(type);
      if (!this.running.has(type)) this.running.set(type, this.run(type));
    }
  }

  /** To be called often: leads on, or takes over where nobody leads. */
  async keep(): Promise<void> {
    if (this.stopped || !(await this.parts.leadership.keep())) return;
    this.behind = true;
    this.want({ type: 'nodes' }, { type: 'schedule' });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running.values());
    await this.parts.leadership.release();
  }

  /** Begins a moment later. What comes until it has ended is for it to see: nothing may be awaited between its last look and its end. */
  private async run(type: LeaderJob['type']): Promise<void> {
    const { leadership, work, failed, later } = this.parts;
    await Promise.resolve();
    try {
      while (this.wanted.delete(type) && leadership.leads && !this.stopped) {
        await this.catchUp();
        await work[type]();
      }
    } catch (error) {
      this.behind = true;
      if (error instanceof StoreError && error.code === 'FENCED') return leadership.lost();
      failed(`control job ${type}`, error);
      later(RETRY_MS, () => this.want({ type }));
    } finally {
      this.running.delete(type);
    }
  }

  private async catchUp(): Promise<void> {
    if (!this.behind) return;
    if (!(await this.parts.caughtUp())) throw new StoreError('UNAVAILABLE', 'the change log has not been read to its end yet');
    this.behind = false;
  }
}
