import type { Key } from '#objects';
import type { Database } from './database.js';
import { LOG_COLUMNS, LogChange, type LogRow } from './log-change.js';
import type { Change, HistoryRange } from './types.js';

const HISTORIES = `SELECT k.place, l.* FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k(kind, namespace, name, place)
  CROSS JOIN LATERAL (
    SELECT ${LOG_COLUMNS} FROM change_log WHERE kind = k.kind AND namespace = k.namespace AND name = k.name AND revision > $4 AND revision <= $5
      AND ($6::text IS NULL OR uid = $6) AND at >= $7 AND at <= $8 ORDER BY revision LIMIT $9
  ) l ORDER BY k.place, l.revision`;

/** `Store.histories`, in one statement. */
export async function histories(database: Database, keys: Key[], range: HistoryRange = {}): Promise<Change[][]> {
  const { after = 0, until = Number.MAX_SAFE_INTEGER, uid = null, from = 0, to = Number.MAX_SAFE_INTEGER, limit = null } = range;
  const place = [keys.map((key) => key.kind), keys.map((key) => key.namespace), keys.map((key) => key.name)];
  const rows = await database.rows<LogRow & { place: number }>('histories', HISTORIES, [...place, after, until, uid, from, to, limit]);
  const found: Change[][] = keys.map(() => []);
  for (const row of rows) found[row.place - 1]!.push(new LogChange(row));
  return found;
}
