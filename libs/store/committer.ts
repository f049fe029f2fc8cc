import { sleep, type Clock } from '#clock';
import type pg from 'pg';
import { isConnectionLoss, toStoreError, type Database } from './database.js';
import { StoreError, type StoreErrorCode } from './errors.js';
import { batchArguments, byHalves, pack } from './packing.js';
import type { CommitRequest, CommitResult } from './types.js';
import { makeUnit, type Unit } from './unit.js';

const COMMIT = { name: 'podbox_commit', text: 'SELECT podbox_commit($1, $2, $3, $4) AS result' };

interface Failure {
  u: number;
  i: number;
  code: StoreErrorCode;
  kind: string | null;
  namespace: string | null;
  name: string;
}
interface BatchResult {
  xid: string;
  base: string;
  failures: Failure[];
}

/** How long a commit whose connection broke is inquired after. */
const INQUIRY_MS = 10_000;
const INQUIRY_PAUSE_MS = 50;

/** Group commit: one write transaction at a time in this process; what arrives meanwhile shares the next one. */
export class Committer {
  commits = 0;
  revisions = 0;
  conflicts = 0;
  private queue: Unit[] = [];
  private running?: Promise<void>;
  private client?: pg.Client;
  private closed = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    /** Told about every commit of this process, so that its tailer need not wait for the notification. */
    private readonly onCommit: (newest: number) => void,
  ) {}

  commit(request: CommitRequest): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      if (this.closed) throw new StoreError('UNAVAILABLE', 'the store is closed');
      this.queue.push(makeUnit(request, resolve, reject));
      this.running ??= this.run();
    });
  }

  /** Lets what was given finish, and closes the connection. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
    await this.disconnect();
  }

  private async run(): Promise<void> {
    // What the caller's own turn still brings belongs into this batch.
    await Promise.resolve();
    while (this.queue.length > 0) {
      const { batch, rest } = pack(this.queue);
      this.queue = rest;
      await this.settle(batch);
    }
    this.running = undefined;
  }

  /** Commits a batch and answers each of its units. */
  private settle(batch: Unit[]): Promise<void> {
    return byHalves(
      batch,
      async (units) => this.answer(units, await this.transaction(units)),
      (error) => toStoreError(error).code === 'INVALID',
      (unit, error) => unit.reject(toStoreError(error)),
    );
  }

  private async transaction(batch: readonly Unit[]): Promise<BatchResult> {
    const values = batchArguments(batch);
    try {
      return await this.attempt(values);
    } catch (error) {
      // Lost before COMMIT was sent: certainly not committed, so once more, on a new connection.
      if (error instanceof StoreError || !isConnectionLoss(error)) throw error;
      return await this.attempt(values);
    }
  }

  private async attempt(values: unknown[]): Promise<BatchResult> {
    const client = await this.connection();
    let result: BatchResult;
    try {
      this.database.statements += 2;
      await client.query('BEGIN');
      const { rows } = await client.query<{ result: string }>({ ...COMMIT, values });
      result = JSON.parse(rows[0]!.result) as BatchResult;
    } catch (error) {
      if (isConnectionLoss(error)) await this.disconnect();
      else await client.query('ROLLBACK').catch(() => this.disconnect());
      throw error;
    }
    try {
      this.database.statements++;
      await client.query('COMMIT');
    } catch (error) {
      await this.disconnect();
      if (!(await this.wasCommitted(result.xid, error)))
        throw new StoreError('UNAVAILABLE', 'the database gave the transaction up', undefined, { cause: error });
    }
    this.commits++;
    return result;
  }

  /** Asks, on new connections, what became of a transaction whose COMMIT got no answer. Source: PostgreSQL, pg_xact_status. */
  private async wasCommitted(xid: string, cause: unknown): Promise<boolean> {
    const deadline = this.clock.now() + INQUIRY_MS;
    for (;;) {
      const status = await this.inquire(xid);
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
      if (this.clock.now() >= deadline) {
        throw new StoreError('UNKNOWN_OUTCOME', 'the connection was lost during COMMIT, and the database cannot tell what became of it', undefined, {
          cause,
        });
      }
      await sleep(this.clock, INQUIRY_PAUSE_MS);
    }
  }

  private async inquire(xid: string): Promise<string | null> {
    try {
      const client = await this.connection();
      this.database.statements++;
      const { rows } = await client.query<{ status: string | null }>('SELECT pg_xact_status($1::xid8) AS status', [xid]);
      return rows[0]!.status;
    } catch (error) {
      await this.disconnect();
      return toStoreError(error).code === 'UNAVAILABLE' ? 'unreachable' : null;
    }
  }

  private answer(batch: readonly Unit[], { base, failures }: BatchResult): void {
    const failed = new Map<number, Failure>();
    for (const failure of failures) {
      const earlier = failed.get(failure.u);
      if (!earlier || failure.i < earlier.i) failed.set(failure.u, failure);
    }
    let revision = Number(base);
    batch.forEach((unit, u) => {
      const failure = failed.get(u);
      if (failure) {
        this.conflicts++;
        unit.reject(refusal(failure));
      } else {
        this.revisions += unit.writes.length;
        unit.resolve({ revisions: unit.writes.map(() => ++revision) });
      }
    });
    this.onCommit(revision);
  }

  private async connection(): Promise<pg.Client> {
    if (this.client) return this.client;
    return (this.client = await this.database.connect(`${this.database.name} writer`, (lost) => {
      if (this.client === lost) this.client = undefined;
    }));
  }

  private async disconnect(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // It is broken or no longer wanted: how it ends changes nothing.
    await client?.end().catch(() => undefined);
  }
}

function refusal({ code, kind, namespace, name }: Failure): StoreError {
  if (code === 'FENCED') return new StoreError('FENCED', `the lease of node ${name} has another epoch: another process is this node now`);
  const key = { kind: kind ?? '', namespace: namespace ?? '', name };
  const what = `${key.kind} ${key.namespace ? `${key.namespace}/` : ''}${name}`;
  if (code === 'ALREADY_EXISTS') return new StoreError(code, `${what} already exists`, key);
  if (code === 'NOT_FOUND') return new StoreError(code, `${what} not found`, key);
  return new StoreError('CONFLICT', `${what} has been changed: the expected resourceVersion or uid is not its own`, key);
}
