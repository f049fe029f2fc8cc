import type { Key, KubeObject } from '#objects';
import { BODY_COLUMNS, parseBody, readFields, type BodyRow } from './body.js';
import { decodeToken, encodeToken, type PageToken } from './page-token.js';
import type { Database } from './database.js';
import { StoreError } from './errors.js';
import type { ListResult, Revision, Scope } from './types.js';

interface ItemRow extends BodyRow {
  namespace: string;
  name: string;
  resource_version: number | null;
  labels: string;
  fields: string;
}

interface Bounds {
  current: number;
  floor: number;
}

const ITEM_COLUMNS = `namespace, name, resource_version, labels, fields, ${BODY_COLUMNS}`;
const IN_SCOPE = `kind = $1 AND ($2::text IS NULL OR namespace = $2) AND ($3::text IS NULL OR name = $3)`;
const AFTER = `(namespace, name) > ($4, $5)`;

/** What exists now, and the revision of that now, in one snapshot. */
const LIST_NOW = `SELECT r.current, r.floor, o.* FROM revision r LEFT JOIN LATERAL (
    SELECT ${ITEM_COLUMNS} FROM objects WHERE ${IN_SCOPE} ORDER BY namespace, name LIMIT $4
  ) o ON true`;

/**
 * What existed at revision $6. Its keys are those of objects that exist, or that were deleted since; of each, the newest state at or
 * below $6 counts, and compaction keeps that one as long as $6 is not below the floor.
 */
const LIST_THEN = `SELECT r.current, r.floor, o.* FROM revision r LEFT JOIN LATERAL (
    SELECT k.namespace, k.name, s.revision AS resource_version, s.labels, s.fields, s.rest, s.metadata, s.spec, s.status
    FROM (
      SELECT namespace, name FROM objects WHERE ${IN_SCOPE} AND ${AFTER}
      UNION
      SELECT namespace, name FROM change_log WHERE revision > $6 AND type = 'DELETED' AND ${IN_SCOPE} AND ${AFTER}
    ) k CROSS JOIN LATERAL (
      SELECT * FROM change_log l WHERE l.kind = $1 AND l.namespace = k.namespace AND l.name = k.name AND l.revision <= $6
      ORDER BY l.revision DESC LIMIT 1
    ) s
    WHERE s.type <> 'DELETED' ORDER BY k.namespace, k.name LIMIT $7
  ) o ON true`;

const COUNT_NOW = `SELECT count(*) AS count FROM objects WHERE ${IN_SCOPE}`;

/** `Store.list`. */
export class Lister {
  constructor(private readonly database: Database) {}

  async list(scope: Scope, page: { limit?: number; continue?: string; revision?: Revision } = {}): Promise<ListResult> {
    const limit = page.limit && page.limit > 0 ? page.limit : Infinity;
    const token = page.continue === undefined ? undefined : decodeToken(page.continue, scope);
    const revision = token?.revision ?? page.revision;
    const found: ItemRow[] = [];
    let place = { namespace: token?.namespace ?? '', name: token?.name ?? '' };
    let at = revision;
    let more = true;
    // One more than asked for tells whether there is another page. With a selector, rows are read until enough of them match.
    while (more && found.length <= limit) {
      const wanted = limit === Infinity ? null : Math.max(limit + 1 - found.length, scope.matches ? 200 : 0);
      const { rows, bounds } = await this.rows(scope, place, at, wanted);
      at = check(at ?? bounds.current, bounds);
      more = wanted !== null && rows.length === wanted;
      place = rows.at(-1) ?? place;
      found.push(...rows.filter((row) => selected(scope, row)));
    }
    const items = found.slice(0, limit);
    const result: ListResult = { items: items.map((row) => parseBody(row, row.resource_version!)), revision: at! };
    if (found.length > limit) {
      const last = items.at(-1)!;
      const next: PageToken = { revision: at!, namespace: last.namespace, name: last.name };
      if (!scope.matches) next.remaining = token?.remaining === undefined ? await this.count(scope, items.length) : token.remaining - items.length;
      result.continue = encodeToken(next, scope);
      result.remaining = next.remaining;
    }
    return result;
  }

  private async rows(scope: Scope, place: { namespace: string; name: string }, at: Revision | undefined, limit: number | null) {
    const where = [scope.kind, scope.namespace ?? null, scope.name ?? null];
    const rows =
      at === undefined
        ? await this.database.rows<ItemRow & Bounds>('list_now', LIST_NOW, [...where, limit])
        : await this.database.rows<ItemRow & Bounds>('list_then', LIST_THEN, [...where, place.namespace, place.name, at, limit]);
    return { rows: rows.filter((row) => row.resource_version !== null), bounds: rows[0] as Bounds };
  }

  /** How many are left after the first page: as they are a moment later, since Kubernetes too promises no more than an estimate. */
  private async count(scope: Scope, delivered: number): Promise<number> {
    const [row] = await this.database.rows<{ count: number }>('count', COUNT_NOW, [scope.kind, scope.namespace ?? null, scope.name ?? null]);
    return Math.max(row!.count - delivered, 1);
  }

  async getMany(keys: Key[]): Promise<KubeObject[]> {
    const rows = await this.database.rows<ItemRow>(
      'get_many',
      `SELECT o.resource_version, ${BODY_COLUMNS} FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS k(kind, namespace, name, place)
         JOIN objects o ON o.kind = k.kind AND o.namespace = k.namespace AND o.name = k.name ORDER BY k.place`,
      [keys.map((key) => key.kind), keys.map((key) => key.namespace), keys.map((key) => key.name)],
    );
    return rows.map((row) => parseBody(row, row.resource_version!));
  }

  async get(key: Key): Promise<KubeObject | undefined> {
    const [row] = await this.database.rows<ItemRow>(
      'get',
      `SELECT resource_version, ${BODY_COLUMNS} FROM objects WHERE kind = $1 AND namespace = $2 AND name = $3`,
      [key.kind, key.namespace, key.name],
    );
    return row && parseBody(row, row.resource_version!);
  }
}

function check(revision: Revision, { current, floor }: Bounds): Revision {
  if (revision < floor) throw new StoreError('EXPIRED', `revision ${revision} has been compacted: the oldest that can be listed is ${floor}`);
  if (revision > current) throw new StoreError('FUTURE', `revision ${revision} is yet to come: the newest is ${current}`);
  return revision;
}

function selected(scope: Scope, row: ItemRow): boolean {
  if (!scope.matches) return true;
  const fields = JSON.parse(row.fields) as Record<string, string>;
  return scope.matches(JSON.parse(row.labels) as Record<string, string>, readFields(scope.kind, row.namespace, row.name, fields));
}
