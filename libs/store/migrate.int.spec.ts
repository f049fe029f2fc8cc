import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#testing';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.js';
import { migrate, readMigrations, type Migration } from './migrate.js';

let tests = 0;
let database: TestDatabase;
let url: string;
const server = await createTestDatabase();

beforeEach(() => {
  const fresh = new URL(server.url);
  fresh.pathname += `_fresh_${++tests}`;
  url = fresh.href;
  database = { url, drop: () => rows(server.url, `DROP DATABASE IF EXISTS ${fresh.pathname.slice(1)} WITH (FORCE)`).then(() => undefined) };
});
afterEach(() => database.drop());
afterAll(() => server.drop());

async function rows(at: string, text: string): Promise<unknown[]> {
  const client = new pg.Client(at);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
const names = readMigrations().map((migration) => migration.name);
const migration = (name: string, sql: string): Migration => ({ name, sql, checksum: name });

describe('migrate', () => {
  it('creates the database when there is none, and applies everything once', async () => {
    expect(await migrate(url)).toEqual(names);
    expect(await migrate(url)).toEqual([]);
    expect(
      await rows(url, 'SELECT migration_name, checksum, finished_at IS NOT NULL AS done, applied_steps_count AS steps FROM _prisma_migrations'),
    ).toEqual(readMigrations().map(({ name, checksum }) => ({ migration_name: name, checksum, done: true, steps: 1 })));
  });

  it('is done once when several processes begin at the same moment', async () => {
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(url)));
    expect(applied.flat()).toEqual(names);
  });

  it('makes the tables that the schema describes', async () => {
    await migrate(url);
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) });
    const found = [
      await prisma.storedObject.findMany(),
      await prisma.logEntry.findMany(),
      await prisma.podSync.findMany(),
      await prisma.nodeLease.findMany(),
      await prisma.revisionRow.findMany(),
    ];
    expect(found).toEqual([[], [], [], [], [{ id: 1, current: 0n, floor: 0n, logBytes: 0n }]]);
    await prisma.$disconnect();
  });

  it('leaves nothing of a migration that fails, and keeps those before it', async () => {
    const migrations = [migration('1', 'CREATE TABLE one (a INT)'), migration('2', 'CREATE TABLE two (a INT); SELECT nonsense')];
    await expect(migrate(url, migrations)).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringMatching(/^migration 2 failed: .*nonsense/),
    });
    expect(await rows(url, "SELECT to_regclass('one') IS NULL AS one, to_regclass('two') IS NULL AS two")).toEqual([{ one: false, two: true }]);
    expect(await migrate(url, [migrations[0]!, migration('2', 'CREATE TABLE two (a INT)')])).toEqual(['2']);
  });

  it('refuses a database that has another version of a migration', async () => {
    await migrate(url, [migration('1', 'CREATE TABLE one (a INT)')]);
    const another = { ...migration('1', 'CREATE TABLE other (a INT)'), checksum: 'another' };
    await expect(migrate(url, [another])).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringMatching(/migration 1 was applied .* in another version/),
    });
  });

  it('says in one line what is wrong when there is no server', async () => {
    const attempt = migrate('postgresql://podbox:secret@127.0.0.1:1/podbox');
    await expect(attempt).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/^the database cannot be reached: [^\n]*ECONNREFUSED[^\n]*$/),
    });
  });
});
