import type { Clock } from '#clock';
import type pg from 'pg';
import { toStoreError, type Database } from './database.js';
import type { StoreError } from './errors.js';
import { LOG_COLUMNS, LogChange, type LogRow } from './log-change.js';
import { Ring } from './ring.js';
import { Subscriptions } from './subscriptions.js';

interface Position {
  current: number;
  floor: number;
  total: number;
}

export const NOTIFY_CHANNEL = 'podbox';
const POLL_MS = 1_000;
const PAGE_ROWS = 500;
const PAGE_BYTES = 8 * 1024 * 1024;

/**
 * Follows the change log for all readers of this process. NOTIFY wakes it, and so does its own process's commit; it also looks each
 * second, since a notification can be lost. It starts with the first reader.
 */
export class Tailer {
  readonly ring = new Ring(0);
  readonly subscriptions = new Subscriptions();
  private logBytes = 0;
  private started?: Promise<void>;
  private listener?: pg.Client;
  private connecting = false;
  private ready = false;
  private reading = false;
  /** The newest revision that is known to exist. */
  private target = 0;
  private cancelPoll: () => void = () => undefined;
  closed = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly onTrouble: (error: StoreError) => void,
  ) {}

  /** Resolves when the tailer follows the log. @throws StoreError UNAVAILABLE */
  start(): Promise<void> {
    this.started ??= this.begin().catch((error: unknown) => {
      this.started = undefined;
      throw error;
    });
    return this.started;
  }

  private async begin(): Promise<void> {
    await this.listen();
    const [row] = await this.database.rows<Position>('position', 'SELECT current, floor, log_bytes AS total FROM revision', []);
    this.ring.reset(row!.current);
    this.logBytes = row!.total;
    this.ready = true;
    this.wake(this.target);
    this.poll();
  }

  /** `revision` has been committed: read up to it. */
  wake(revision: number): void {
    this.target = Math.max(this.target, revision);
    if (this.ready && !this.reading && this.ring.last < this.target) void this.read();
  }

  private async read(): Promise<void> {
    this.reading = true;
    try {
      do await this.readPage();
      while (this.ring.last < this.target && !this.closed);
    } catch (error) {
      // The database is away for the moment: the poll tries again each second. Readers wait; those who page themselves are told.
      this.onTrouble(toStoreError(error));
    } finally {
      this.reading = false;
    }
  }

  private async readPage(): Promise<void> {
    const rows = await this.database.rows<LogRow & Position>(
      'tail',
      `SELECT r.current, r.floor, r.log_bytes AS total, l.* FROM revision r LEFT JOIN LATERAL (
         SELECT ${LOG_COLUMNS} FROM change_log
         WHERE revision > $1 AND (log_bytes <= $2 OR revision = $1 + 1) ORDER BY revision LIMIT ${PAGE_ROWS}
       ) l ON true`,
      [this.ring.last, this.logBytes + PAGE_BYTES],
    );
    const { current, floor, total } = rows[0]!;
    this.target = Math.max(this.target, current);
    if (floor > this.ring.last) {
      // Compaction has overtaken this process. What is missing is gone; readers that need it find that out by themselves.
      this.subscriptions.leaveAllBehind(this.ring.last);
      this.ring.reset(current);
      this.logBytes = total;
    } else if (this.ring.last < current) {
      for (const row of rows) {
        const change = new LogChange(row);
        this.ring.push(change);
        this.subscriptions.offer(change);
      }
      this.logBytes = rows.at(-1)!.log_bytes;
    }
    this.subscriptions.ringAll();
  }

  private async listen(): Promise<void> {
    if (this.listener || this.connecting) return;
    this.connecting = true;
    try {
      const client = await this.database.connect(`${this.database.name} listener`, (lost) => {
        if (this.listener === lost) this.listener = undefined;
      });
      this.listener = client;
      client.on('notification', ({ payload }) => this.wake(Number(payload)));
      this.database.statements++;
      await client.query(`LISTEN ${NOTIFY_CHANNEL}`);
    } catch (error) {
      await this.unlisten();
      throw toStoreError(error);
    } finally {
      this.connecting = false;
    }
    if (this.closed) await this.unlisten();
  }

  private async unlisten(): Promise<void> {
    const client = this.listener;
    this.listener = undefined;
    // It is broken or no longer wanted: how it ends changes nothing.
    await client?.end().catch(() => undefined);
  }

  private poll(): void {
    if (this.closed) return;
    this.cancelPoll = this.clock.at(this.clock.now() + POLL_MS, () => {
      if (!this.reading) void this.read();
      // Until it is back, the poll alone finds what is new.
      this.listen().catch((error: unknown) => this.onTrouble(toStoreError(error)));
      this.poll();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelPoll();
    this.subscriptions.leaveAllBehind(this.ring.last);
    this.subscriptions.ringAll();
    await this.unlisten();
  }
}
