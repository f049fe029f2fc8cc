/** The database and the Redis that a process is given: what is said when one cannot be used. */
import { migrate } from '#store';

/** Thrown when a server that the process needs cannot be used; one line that says which, why, and what to look at. */
export class ServerUnusable extends Error {
  override readonly name = 'ServerUnusable';
}

/** @throws ServerUnusable: the database cannot be reached, or its schema cannot be brought up to date */
export async function migrated(databaseUrl: string): Promise<void> {
  await migrate(databaseUrl).catch((error: unknown) => unusable('database', databaseUrl, error, 'DATABASE_URL'));
}

/** @throws ServerUnusable, always */
export function unusable(what: string, url: string, error: unknown, variable: string): never {
  const why = error instanceof Error ? error.message : String(error);
  throw new ServerUnusable(`the ${what} at ${withoutPassword(url)} cannot be used: ${why}; is it running? Check ${variable}`, { cause: error });
}

/** An address as it may be shown. */
function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    parsed.password = parsed.password && '...';
    return parsed.href;
  } catch {
    return 'the given address'; // It cannot be read, so nobody knows where a password might stand in it.
  }
}
