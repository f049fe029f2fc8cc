import pg from 'pg';
import { StoreError } from './errors.js';

const BOOLEAN = 16;
const INTEGERS = [20, 21, 23];

/** Integers as numbers (revisions stay below 2^53), everything that is JSON as the text it is: the store parses late, or never. */
function typeParser(oid: number): (text: string) => unknown {
  if (INTEGERS.includes(oid)) return Number;
  return oid === BOOLEAN ? (text) => text === 't' : (text) => text;
}
const types = { getTypeParser: typeParser } as pg.CustomTypesConfig;

/** A connection's settings. A process that is stopped in the middle of a commit must not keep every other from committing. */
export function connectionConfig(url: string, name: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: name,
    types,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    idle_in_transaction_session_timeout: 10_000,
  };
}

/** A pool for reads, and the counters that `Store.stats` tells. */
export class Database {
  readonly pool: pg.Pool;
  statements = 0;

  constructor(
    readonly url: string,
    readonly name: string,
    connections = 4,
  ) {
    this.pool = new pg.Pool({ ...connectionConfig(url, name), max: connections });
    // An idle connection that breaks is dropped by the pool; the next query opens another, and tells if it cannot.
    this.pool.on('error', () => undefined);
  }

  /**
   * Rows of one prepared statement (`name` identifies its text), which must do no harm when it is run twice: when its connection is
   * found to be broken, it is run once more on another. @throws StoreError
   */
  async rows<Row extends pg.QueryResultRow>(name: string, text: string, values: unknown[]): Promise<Row[]> {
    const query = async () => {
      this.statements++;
      return (await this.pool.query<Row>({ name, text, values })).rows;
    };
    try {
      return await query().catch((error: unknown) => {
        if (isConnectionLoss(error)) return query();
        throw error;
      });
    } catch (error) {
      throw toStoreError(error);
    }
  }

  /** A connection of one's own, outside the pool. `onLost` is called once, when it has broken or been ended. @throws StoreError */
  async connect(name: string, onLost: (client: pg.Client) => void): Promise<pg.Client> {
    const client = new pg.Client(connectionConfig(this.url, name));
    let lost = false;
    const lose = () => {
      if (lost) return;
      lost = true;
      onLost(client);
    };
    client.on('error', lose);
    client.on('end', lose);
    try {
      await client.connect();
    } catch (error) {
      throw toStoreError(error);
    }
    return client;
  }
}

const INVALID_CLASSES = new Set(['22', '23', '54']);

/** What an error of the driver means to the store's callers. Source of the codes: PostgreSQL, appendix A. */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const text = describe(error);
  if (error instanceof pg.DatabaseError && INVALID_CLASSES.has(error.code?.slice(0, 2) ?? '')) {
    return new StoreError('INVALID', `the data cannot be stored: ${text}${error.detail ? ` (${error.detail})` : ''}`, undefined, { cause: error });
  }
  if (error instanceof pg.DatabaseError) return new StoreError('UNAVAILABLE', `the database refused: ${text}`, undefined, { cause: error });
  return new StoreError('UNAVAILABLE', `the database cannot be reached: ${text}`, undefined, { cause: error });
}

/** One line; of several attempts (IPv6, IPv4) the last one's. */
function describe(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors.at(-1));
  return error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? error.name) : String(error);
}

/** Whether the connection, rather than the statement, failed: nothing sent on it afterwards can succeed. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  return error.severity === 'FATAL' || error.severity === 'PANIC' || (error.code ?? '').startsWith('08');
}
