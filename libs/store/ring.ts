import type { LogChange } from './log-change.js';

const CUT_AT = 1000;

/** The newest changes, dense and in order, bounded by count and size (characters of text); shared by every reader of this process. */
export class Ring {
  private changes: LogChange[] = [];
  /** Dropped ones at the array's front, which is cut now and then: what is dropped must not be kept for long. */
  private dropped = 0;
  private size = 0;

  /** `last`: the newest revision that is accounted for. */
  constructor(
    public last: number,
    private readonly maxChanges = 20_000,
    private readonly maxSize = 24 * 1024 * 1024,
  ) {}

  /** The oldest revision that is here; last + 1 when none is. */
  get first(): number {
    return this.last - (this.changes.length - this.dropped) + 1;
  }

  push(change: LogChange): void {
    this.changes.push(change);
    this.size += change.size;
    this.last = change.revision;
    while (this.changes.length - this.dropped > this.maxChanges || (this.size > this.maxSize && this.changes.length - this.dropped > 1)) {
      this.size -= this.changes[this.dropped]!.size;
      this.dropped++;
    }
    if (this.dropped >= CUT_AT) {
      this.changes = this.changes.slice(this.dropped);
      this.dropped = 0;
    }
  }

  /** Changes after `after`, at most `limit`; undefined when the ring no longer reaches back so far. */
  after(after: number, limit: number): LogChange[] | undefined {
    if (after + 1 < this.first) return undefined;
    const start = this.dropped + (after + 1 - this.first);
    return this.changes.slice(start, start + limit);
  }

  /** Starts anew at `last`, empty. */
  reset(last: number): void {
    this.changes = [];
    this.dropped = 0;
    this.size = 0;
    this.last = last;
  }
}
