import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { connectionConfig, toStoreError } from './database.js';
import { StoreError } from './errors.js';

/** The key that `prisma migrate` locks too. Source: prisma-engines, sql-schema-connector. */
const ADVISORY_LOCK = 72707369;
const DATABASE_MISSING = '3D000';
const DATABASE_EXISTS = ['42P04', '23505'];

/** As Prisma makes it, so that `prisma migrate deploy` finds what we applied, and we what it applied. */
const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, as Prisma counts it. */
  checksum: string;
}

/** The migrations that come with the package, in order. */
export function readMigrations(folder: string = join(packageRoot(), 'prisma', 'migrations')): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'));
      return { name, sql: sql.toString('utf8'), checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/**
 * Brings the database up to date, one transaction a migration; several processes may try at once. A database that does not exist is
 * created if the server allows it. Returns the names of the migrations that were applied. @throws StoreError UNAVAILABLE, INVALID
 */
export async function migrate(url: string, migrations: Migration[] = readMigrations()): Promise<string[]> {
  const client = await connect(url);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(MIGRATIONS_TABLE);
    const { rows } = await client.query<{ migration_name: string; checksum: string; finished: string | null }>(
      'SELECT migration_name, checksum, finished_at AS finished FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    );
    const applied: string[] = [];
    for (const migration of migrations) {
      const row = rows.find((one) => one.migration_name === migration.name);
      if (row) checkApplied(migration, row);
      else {
        await apply(client, migration);
        applied.push(migration.name);
      }
    }
    return applied;
  } catch (error) {
    throw toStoreError(error);
  } finally {
    await client.end();
  }
}

function checkApplied(migration: Migration, row: { checksum: string; finished: string | null }): void {
  if (row.finished === null)
    throw new StoreError('INVALID', `migration ${migration.name} was begun but did not finish: mend it with prisma migrate resolve`);
  if (row.checksum !== migration.checksum) {
    throw new StoreError('INVALID', `migration ${migration.name} was applied to this database in another version: use a fresh database`);
  }
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(migration.sql);
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) VALUES ($1, $2, clock_timestamp(), $3, 1)',
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new StoreError('INVALID', `migration ${migration.name} failed: ${toStoreError(error).message}`, undefined, { cause: error });
  }
}

async function connect(url: string): Promise<pg.Client> {
  try {
    return await connectTo(url);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== DATABASE_MISSING) throw toStoreError(error);
    await createDatabase(url);
    return await connectTo(url).catch((failure: unknown) => {
      throw toStoreError(failure);
    });
  }
}

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client(connectionConfig(url, 'podbox migrate'));
  // A connection that breaks later fails the query that is under way; this only keeps the event from ending the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Creates the database that `url` names, over the server's own database `postgres`. */
async function createDatabase(url: string): Promise<void> {
  const server = new URL(url);
  const name = decodeURIComponent(server.pathname.slice(1));
  server.pathname = '/postgres';
  try {
    const client = await connectTo(server.href);
    try {
      await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    } finally {
      await client.end();
    }
  } catch (error) {
    if (error instanceof pg.DatabaseError && DATABASE_EXISTS.includes(error.code ?? '')) return;
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      'UNAVAILABLE',
      `database ${JSON.stringify(name)} does not exist and cannot be created (${why}): create it, or name another`,
      undefined,
      {
        cause: error,
      },
    );
  }
}

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'prisma', 'migrations'))) {
    if (folder === dirname(folder)) throw new StoreError('INVALID', 'the folder prisma/migrations is not part of this installation');
    folder = dirname(folder);
  }
  return folder;
}
