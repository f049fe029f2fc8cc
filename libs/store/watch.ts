import type { Clock } from '#clock';
import type { Database } from './database.js';
import { StoreError } from './errors.js';
import { LOG_COLUMNS, LogChange, type LogRow } from './log-change.js';
import { changeTypeFor, inScope } from './selection.js';
import { Bell, Subscription } from './subscriptions.js';
import type { Tailer } from './tailer.js';
import type { Change, ChangeType, Revision, Scope, WatchItem } from './types.js';

/** As the API server's watch cache: about once a minute. */
const BOOKMARK_MS = 60_000;
const PAGE_ROWS = 500;

/** What is read of the log at once, and the revision up to which nothing in scope is missing from it. */
interface Page {
  changes: LogChange[];
  upTo: Revision;
}

/** Reads the log for those who are behind the ring, and checks where a reader may begin. */
export class LogReader {
  constructor(
    private readonly database: Database,
    readonly tailer: Tailer,
  ) {}

  /** @throws StoreError EXPIRED, FUTURE */
  async checkStart(after: Revision): Promise<void> {
    const { ring } = this.tailer;
    if (!Number.isSafeInteger(after) || after < 0) throw new StoreError('INVALID', `${after} is not a revision`);
    if (after + 1 >= ring.first && after <= ring.last) return;
    const [row] = await this.database.rows<{ current: number; floor: number }>('bounds', 'SELECT current, floor FROM revision', []);
    if (after < row!.floor) throw expired(after, row!.floor);
    if (after > row!.current) throw new StoreError('FUTURE', `revision ${after} is yet to come: the newest is ${row!.current}`);
    this.tailer.wake(row!.current);
  }

  /** The next changes after `after`: from the ring, or from the database for a reader that is behind it. @throws StoreError EXPIRED */
  async page(after: Revision, scope?: Scope): Promise<Page> {
    const fromRing = this.tailer.ring.after(after, PAGE_ROWS);
    if (fromRing)
      return { changes: scope ? fromRing.filter((change) => inScope(scope, change)) : fromRing, upTo: fromRing.at(-1)?.revision ?? after };
    // The ring has everything above this, and the database everything up to it: both are dense.
    const upTo = this.tailer.ring.last;
    const rows = await this.database.rows<LogRow & { floor: number }>(
      'page',
      `SELECT r.floor, l.* FROM revision r LEFT JOIN LATERAL (
         SELECT ${LOG_COLUMNS} FROM change_log WHERE revision > $1 AND revision <= $2
           AND ($3::text IS NULL OR kind = $3) AND ($4::text IS NULL OR namespace = $4) AND ($5::text IS NULL OR name = $5)
         ORDER BY revision LIMIT ${PAGE_ROWS}
       ) l ON true`,
      [after, upTo, scope?.kind ?? null, scope?.namespace ?? null, scope?.name ?? null],
    );
    if (after < rows[0]!.floor) throw expired(after, rows[0]!.floor);
    const changes = rows.filter((row) => row.revision !== null).map((row) => new LogChange(row));
    return { changes, upTo: changes.length < PAGE_ROWS ? upTo : changes.at(-1)!.revision };
  }

  /** The state before a change, as its object's deletion at that revision. The change itself if compaction has dropped that state since. */
  async before(change: LogChange): Promise<LogChange> {
    const { kind, namespace, name } = change.key;
    const [row] = await this.database.rows<LogRow>(
      'before',
      `SELECT ${LOG_COLUMNS} FROM change_log WHERE kind = $1 AND namespace = $2 AND name = $3 AND revision < $4 ORDER BY revision DESC LIMIT 1`,
      [kind, namespace, name, change.revision],
    );
    if (!row) return change;
    const { revision, committedAt, cause } = change;
    return new LogChange({
      ...row,
      revision,
      at: committedAt,
      type: 'DELETED',
      previous_labels: null,
      previous_fields: null,
      cause: JSON.stringify(cause),
    });
  }
}

/** As what a change reaches this watcher. One that leaves the selection is DELETED with the state that was in it, as in Kubernetes. */
async function itemOf(reader: LogReader, type: ChangeType, change: LogChange): Promise<WatchItem & { change: Change }> {
  const left = type === 'DELETED' && change.type !== 'DELETED';
  return { type, change: left ? await reader.before(change) : change, revision: change.revision };
}

/** `Store.watch`. */
export async function* watch(
  reader: LogReader,
  clock: Clock,
  scope: Scope,
  after: Revision,
  options: { signal: AbortSignal; bookmarks?: boolean; heartbeatMs?: number },
): AsyncGenerator<WatchItem, void, undefined> {
  const { signal } = options;
  const { tailer } = reader;
  await tailer.start();
  await reader.checkStart(after);
  const bell = new Bell();
  const ring = () => bell.ring();
  signal.addEventListener('abort', ring);
  let cursor = after;
  let subscription: Subscription | undefined;
  const { heartbeatMs } = options;
  const bookmarks = options.bookmarks || heartbeatMs !== undefined;
  let bookmarkAt = 0;
  let cancelBookmark: () => void = () => undefined;
  const armBookmark = (ms: number) => {
    bookmarkAt = clock.now() + ms;
    if (bookmarks) cancelBookmark = clock.at(bookmarkAt, ring);
  };
  // Readers that came together do not all get their heartbeats at the same moment.
  armBookmark(heartbeatMs === undefined ? BOOKMARK_MS : heartbeatMs * (0.5 + Math.random() / 2));
  let told = after;
  try {
    while (!signal.aborted) {
      if (tailer.closed) throw new StoreError('UNAVAILABLE', 'the store is closed');
      if (!subscription) {
        const page = cursor < tailer.ring.last ? await reader.page(cursor, scope) : undefined;
        for (const change of page?.changes ?? []) {
          const type = changeTypeFor(scope.matches, change);
          if (signal.aborted) return;
          if (!type) continue;
          yield await itemOf(reader, type, change);
          told = change.revision;
        }
        cursor = page?.upTo ?? cursor;
        if (cursor >= tailer.ring.last) tailer.subscriptions.add((subscription = new Subscription(scope, cursor, bell)));
        continue;
      }
      for (let item = subscription.waiting.shift(); item; item = subscription.waiting.shift()) {
        if (signal.aborted) return;
        yield await itemOf(reader, item.type, item.change);
        told = item.change.revision;
      }
      if (subscription.behind) {
        cursor = subscription.position;
        subscription = undefined;
        continue;
      }
      cursor = Math.max(cursor, tailer.ring.last);
      if (bookmarks && clock.now() >= bookmarkAt) {
        armBookmark(heartbeatMs ?? BOOKMARK_MS);
        if (cursor > told || heartbeatMs !== undefined) yield { type: 'BOOKMARK', revision: (told = cursor) };
        continue;
      }
      await bell.wait();
    }
  } finally {
    cancelBookmark();
    signal.removeEventListener('abort', ring);
    if (subscription) tailer.subscriptions.remove(subscription);
  }
}

/** `Store.tail`. */
export async function* tail(reader: LogReader, after: Revision, signal: AbortSignal): AsyncGenerator<Change[], void, undefined> {
  const { tailer } = reader;
  await tailer.start();
  await reader.checkStart(after);
  const bell = new Bell();
  const ring = () => bell.ring();
  signal.addEventListener('abort', ring);
  tailer.subscriptions.bells.add(bell);
  let cursor = after;
  try {
    while (!signal.aborted) {
      if (tailer.closed) throw new StoreError('UNAVAILABLE', 'the store is closed');
      if (cursor >= tailer.ring.last) {
        await bell.wait();
        continue;
      }
      const { changes, upTo } = await reader.page(cursor);
      cursor = upTo;
      if (changes.length > 0) yield changes;
    }
  } finally {
    signal.removeEventListener('abort', ring);
    tailer.subscriptions.bells.delete(bell);
  }
}

const expired = (revision: Revision, floor: Revision): StoreError =>
  new StoreError('EXPIRED', `revision ${revision} has been compacted: the oldest that can be read from is ${floor}`);
