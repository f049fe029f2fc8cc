/** A Postgres database for one test: a copy of a template that has the migrations applied. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '#store';

const TEMPLATE = 'podbox_test_template';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env.PODBOX_TEST_POSTGRES;
  if (!server) throw new Error('no Postgres for tests: name the file *.int.spec.ts, so that Jest starts one first');
  const name = `podbox_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE}`);
  return { url: inDatabase(server, name), drop: () => administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Run once, before the tests. */
export async function makeTemplate(server: string): Promise<void> {
  await dropTemplate(server);
  await administer(server, `CREATE DATABASE ${TEMPLATE}`);
  await migrate(inDatabase(server, TEMPLATE));
}

export const dropTemplate = (server: string): Promise<void> => administer(server, `DROP DATABASE IF EXISTS ${TEMPLATE} WITH (FORCE)`);

function inDatabase(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
