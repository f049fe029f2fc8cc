import type { Database } from './database.js';
import type { Revision } from './types.js';

interface Bounds {
  current: number;
  floor: number;
  total: number;
  now: number;
}

/** How many revisions are looked at in one statement, so that none holds its locks for long. */
const CHUNK = 5_000;

/**
 * Raises the floor to the newest revision that is older than `maxAgeMs` (by the database's clock), or behind which `maxBytes` of log
 * lie; then drops what nobody can ask for any more: below the floor only the newest row of each key that lived then stays.
 */
export async function compact(database: Database, retention: { maxAgeMs: number; maxBytes: number }): Promise<{ floor: Revision; dropped: number }> {
  const [bounds] = await database.rows<Bounds>(
    'compact_bounds',
    'SELECT current, floor, log_bytes AS total, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now FROM revision',
    [],
  );
  const { current, total, now } = bounds!;
  // Both `at` and `log_bytes` grow with the revision, so the boundary is found by halving.
  let low = bounds!.floor;
  let high = current;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const [row] = await database.rows<{ at: number; log_bytes: number }>(
      'compact_probe',
      'SELECT at, log_bytes FROM change_log WHERE revision = $1',
      [middle],
    );
    const old = row === undefined || row.at <= now - retention.maxAgeMs || total - row.log_bytes >= retention.maxBytes;
    if (old) low = middle;
    else high = middle - 1;
  }
  const [raised] = await database.rows<{ floor: number }>(
    'compact_raise',
    'UPDATE revision SET floor = greatest(floor, $1) WHERE id = 1 RETURNING floor',
    [low],
  );
  const floor = raised!.floor;
  return { floor, dropped: await drop(database, floor) };
}

async function drop(database: Database, floor: Revision): Promise<number> {
  let dropped = 0;
  let after = 0;
  for (;;) {
    const [chunk] = await database.rows<{ until: number | null; dropped: number }>(
      'compact_drop',
      `WITH chunk AS MATERIALIZED (
         SELECT revision, type, kind, namespace, name FROM change_log WHERE revision > $1 AND revision <= $2 ORDER BY revision LIMIT ${CHUNK}
       ), gone AS (
         DELETE FROM change_log l USING chunk c
         WHERE l.revision = c.revision AND (c.type = 'DELETED' OR EXISTS (
           SELECT 1 FROM change_log n WHERE n.kind = c.kind AND n.namespace = c.namespace AND n.name = c.name AND n.revision > c.revision AND n.revision <= $2))
         RETURNING 1
       )
       SELECT (SELECT max(revision) FROM chunk) AS until, (SELECT count(*) FROM gone) AS dropped`,
      [after, floor],
    );
    if (!chunk || chunk.until === null) return dropped;
    dropped += chunk.dropped;
    after = chunk.until;
  }
}
