-- Names are compared byte by byte (COLLATE "C"): the order of lists, and cheaper indexes.
-- Half-filled pages and no index on what changes keep status writes HOT, if two versions of a row fit into a page of 8 KB. So of a
-- bigger row metadata and spec move out, uncompressed (EXTERNAL), where a status write leaves them alone; status stays (MAIN).
-- Measured with pods of 4.5 KB: 1.3 to 1.8 times the writes of one row with everything in it.
CREATE TABLE "objects" (
    "kind" TEXT COLLATE "C" NOT NULL,
    "namespace" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "uid" TEXT NOT NULL,
    "resource_version" BIGINT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "fields" JSONB NOT NULL DEFAULT '{}',
    "rest" JSON NOT NULL,
    "metadata" JSON NOT NULL,
    "spec" JSON,
    "status" JSON,

    CONSTRAINT "objects_pkey" PRIMARY KEY ("kind", "namespace", "name")
) WITH (fillfactor = 50, toast_tuple_target = 3900);

ALTER TABLE "objects"
    ALTER "metadata" SET STORAGE EXTERNAL,
    ALTER "spec" SET STORAGE EXTERNAL,
    ALTER "rest" SET STORAGE EXTERNAL,
    ALTER "status" SET STORAGE MAIN;

-- Only ever inserted: whole in the row up to 8 KB, without the price of compressing.
CREATE TABLE "change_log" (
    "revision" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,
    "type" TEXT NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "namespace" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "uid" TEXT NOT NULL,
    "labels" JSONB NOT NULL,
    "fields" JSONB NOT NULL,
    "previous_labels" JSONB,
    "previous_fields" JSONB,
    "cause" JSON NOT NULL,
    "rest" JSON NOT NULL,
    "metadata" JSON NOT NULL,
    "spec" JSON,
    "status" JSON,
    "log_bytes" BIGINT NOT NULL,

    CONSTRAINT "change_log_pkey" PRIMARY KEY ("revision")
) WITH (toast_tuple_target = 8160);

CREATE INDEX "change_log_kind_namespace_name_revision_idx" ON "change_log"("kind", "namespace", "name", "revision");

CREATE TABLE "revision" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "current" BIGINT NOT NULL DEFAULT 0,
    "floor" BIGINT NOT NULL DEFAULT 0,
    "log_bytes" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "revision_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 10);

INSERT INTO "revision" DEFAULT VALUES;

CREATE TABLE "pod_sync" (
    "uid" TEXT NOT NULL,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "revision" BIGINT NOT NULL,
    "synced_revision" BIGINT NOT NULL DEFAULT 0,
    "due_at" BIGINT,
    "memo" JSON,

    CONSTRAINT "pod_sync_pkey" PRIMARY KEY ("uid")
) WITH (fillfactor = 50);

CREATE INDEX "pod_sync_node_idx" ON "pod_sync"("node");

CREATE TABLE "node_lease" (
    "node" TEXT NOT NULL,
    "holder" TEXT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "renewed_at" BIGINT NOT NULL,
    "released" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "node_lease_pkey" PRIMARY KEY ("node")
);

-- A JSON text out of `bodies` (UTF-8), `length` bytes from `start` (0 is the first byte); null when there is none.
CREATE FUNCTION "podbox_body"(bodies BYTEA, start INTEGER, length INTEGER) RETURNS JSON
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN convert_from(substring(bodies FROM start + 1 FOR length), 'UTF8')::json;

-- Commits a batch of units, each all or nothing, alone. Units must not touch each other's keys (libs/store/packing.ts sees to it).
--   writes:        [{u, i, op, kind, namespace, name, uid?, expect?, labels?, fields?, rest?, metadata?, spec?, status?, cause, sync?, due?, dueSet?, memo?}]
--                  ordered by unit `u` and place `i`; rest, metadata, spec, status, cause, memo are [start, length] in `bodies`.
--                  sync, due, memo: for an update or a status of a pod; sync -1 is the revision that this write gets.
--   preconditions: [{u, i, kind, namespace, name, expect}] (expect -1: absent)  or  [{u, i, lease, epoch}]
--   syncs:         [{u, uid, sync?, due?, dueSet?, memo?}] for pods that the unit creates (sync -1: the revision it gets) or does not write.
--   returns        {xid, base, failures: [{u, i, code, kind, namespace, name}]}: good units' writes got base + 1, base + 2, .. in order.
-- A transaction of one write costs the server's executor more to set up than to run: so what is rare stands in statements of its own.
CREATE FUNCTION "podbox_commit"(writes JSON, preconditions JSON, syncs JSON, bodies BYTEA) RETURNS JSON
LANGUAGE plpgsql
-- The join with the batch must be by key, whatever the planner thinks of a table that was empty when the plan was made.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET work_mem = '32MB' SET jit = off
AS $$
DECLARE
  base BIGINT;
  total BIGINT;
  stamp BIGINT;
  failed JSON;
  written INTEGER;
  deleting BOOLEAN;
  creating_pods BOOLEAN;
BEGIN
  -- The lock first, alone: what follows is then read in snapshots that see every commit before this one.
  SELECT r.current, r.log_bytes INTO base, total FROM revision r WHERE r.id = 1 FOR UPDATE;
  stamp := floor(extract(epoch FROM clock_timestamp()) * 1000);

  WITH found AS MATERIALIZED (
    SELECT w.*, o.uid AS old_uid, o.resource_version AS old_version, o.labels AS old_labels, o.fields AS old_fields,
        o.rest AS old_rest, o.metadata AS old_metadata, o.spec AS old_spec, o.status AS old_status
      FROM json_to_recordset(writes) AS w(u INTEGER, i INTEGER, op TEXT, kind TEXT, namespace TEXT, name TEXT, uid TEXT, expect BIGINT,
          labels JSONB, fields JSONB, rest INTEGER[], metadata INTEGER[], spec INTEGER[], status INTEGER[], cause INTEGER[],
          sync BIGINT, due BIGINT, "dueSet" BOOLEAN, memo INTEGER[])
      LEFT JOIN objects o ON o.kind = w.kind AND o.namespace = w.namespace AND o.name = w.name
  ), needed AS MATERIALIZED (
    SELECT p.*, o.resource_version, l.epoch AS current_epoch
      FROM json_to_recordset(preconditions)
        AS p(u INTEGER, i INTEGER, kind TEXT, namespace TEXT, name TEXT, expect BIGINT, lease TEXT, epoch INTEGER)
      LEFT JOIN objects o ON o.kind = p.kind AND o.namespace = p.namespace AND o.name = p.name
      LEFT JOIN node_lease l ON l.node = p.lease
  ), failures AS MATERIALIZED (
    SELECT p.u, p.i, p.kind, p.namespace, coalesce(p.lease, p.name) AS name, CASE WHEN p.lease IS NULL THEN 'CONFLICT' ELSE 'FENCED' END AS code
      FROM needed p
      WHERE CASE WHEN p.lease IS NULL THEN coalesce(p.resource_version, -1) <> p.expect ELSE p.current_epoch IS DISTINCT FROM p.epoch END
    UNION ALL
    SELECT f.u, f.i, f.kind, f.namespace, f.name,
        CASE WHEN f.op = 'create' THEN 'ALREADY_EXISTS' WHEN f.old_uid IS NULL THEN 'NOT_FOUND' ELSE 'CONFLICT' END
      FROM found f
      WHERE CASE WHEN f.op = 'create' THEN f.old_uid IS NOT NULL
                 ELSE f.old_uid IS NULL OR f.old_uid <> f.uid OR f.old_version <> f.expect END
  ), n AS MATERIALIZED (
    -- The state that each good write leaves (a delete: the last state). Only a write that brings metadata brings the whole object.
    SELECT base + row_number() OVER (ORDER BY f.u, f.i) AS revision, f.op, f.kind, f.namespace, f.name, coalesce(f.old_uid, f.uid) AS uid,
        CASE WHEN f.metadata IS NULL THEN f.old_labels ELSE f.labels END AS labels,
        CASE WHEN f.metadata IS NULL THEN f.old_fields || coalesce(f.fields, '{}') ELSE f.fields END AS fields,
        f.old_labels, f.old_fields,
        CASE WHEN f.metadata IS NULL THEN f.old_rest ELSE podbox_body(bodies, f.rest[1], f.rest[2]) END AS rest,
        CASE WHEN f.metadata IS NULL THEN f.old_metadata ELSE podbox_body(bodies, f.metadata[1], f.metadata[2]) END AS metadata,
        CASE WHEN f.metadata IS NULL THEN f.old_spec ELSE podbox_body(bodies, f.spec[1], f.spec[2]) END AS spec,
        CASE WHEN f.metadata IS NULL AND f.op = 'delete' THEN f.old_status ELSE podbox_body(bodies, f.status[1], f.status[2]) END AS status,
        podbox_body(bodies, f.cause[1], f.cause[2]) AS cause,
        f.sync, f.due, f."dueSet" AS due_set, podbox_body(bodies, f.memo[1], f.memo[2]) AS memo
      FROM found f WHERE f.u NOT IN (SELECT x.u FROM failures x)
  ), created AS (
    INSERT INTO objects (kind, namespace, name, uid, resource_version, labels, fields, rest, metadata, spec, status)
      SELECT n.kind, n.namespace, n.name, n.uid, n.revision, n.labels, n.fields, n.rest, n.metadata, n.spec, n.status
      FROM n WHERE n.op = 'create'
  ), updated AS (
    -- What a status write leaves as it is comes from the row itself, and is not written anew where it is stored out of the row.
    UPDATE objects o
      SET resource_version = n.revision, labels = n.labels, fields = n.fields, rest = n.rest, metadata = n.metadata, spec = n.spec, status = n.status
      FROM n WHERE n.op IN ('update', 'status') AND o.kind = n.kind AND o.namespace = n.namespace AND o.name = n.name
  ), logged AS (
    INSERT INTO change_log (revision, at, type, kind, namespace, name, uid, labels, fields, previous_labels, previous_fields,
        cause, rest, metadata, spec, status, log_bytes)
      SELECT n.revision, stamp, CASE n.op WHEN 'create' THEN 'ADDED' WHEN 'delete' THEN 'DELETED' ELSE 'MODIFIED' END,
        n.kind, n.namespace, n.name, n.uid, n.labels, n.fields, nullif(n.old_labels, n.labels), nullif(n.old_fields, n.fields),
        n.cause, n.rest, n.metadata, n.spec, n.status,
        total + sum(120 + pg_column_size(n.rest) + pg_column_size(n.metadata) + coalesce(pg_column_size(n.spec), 0)
          + coalesce(pg_column_size(n.status), 0) + pg_column_size(n.fields) + pg_column_size(n.cause)) OVER (ORDER BY n.revision)
      FROM n
      RETURNING log_bytes, type, kind
  ), pods_updated AS (
    UPDATE pod_sync p SET node = coalesce(n.fields ->> 'spec.nodeName', ''), revision = n.revision,
        synced_revision = CASE n.sync WHEN -1 THEN n.revision ELSE coalesce(n.sync, p.synced_revision) END,
        due_at = CASE WHEN n.due_set THEN n.due ELSE p.due_at END, memo = coalesce(n.memo, p.memo)
      FROM n WHERE n.kind = 'Pod' AND n.op IN ('update', 'status') AND p.uid = n.uid
  )
  SELECT count(*), max(l.log_bytes), bool_or(l.type = 'DELETED'), bool_or(l.type = 'ADDED' AND l.kind = 'Pod'), (SELECT json_agg(x) FROM failures x)
    INTO written, total, deleting, creating_pods, failed FROM logged l;

  IF creating_pods THEN
    INSERT INTO pod_sync (uid, namespace, name, node, revision)
      SELECT l.uid, l.namespace, l.name, coalesce(l.fields ->> 'spec.nodeName', ''), l.revision
      FROM change_log l WHERE l.revision > base AND l.revision <= base + written AND l.kind = 'Pod' AND l.type = 'ADDED';
  END IF;
  IF deleting THEN
    DELETE FROM objects o USING change_log l
      WHERE l.revision > base AND l.revision <= base + written AND l.type = 'DELETED'
        AND o.kind = l.kind AND o.namespace = l.namespace AND o.name = l.name;
    DELETE FROM pod_sync p USING change_log l
      WHERE l.revision > base AND l.revision <= base + written AND l.type = 'DELETED' AND l.kind = 'Pod' AND p.uid = l.uid;
  END IF;
  IF json_array_length(syncs) > 0 THEN
    UPDATE pod_sync p SET synced_revision = CASE s.sync WHEN -1 THEN p.revision ELSE coalesce(s.sync, p.synced_revision) END,
        due_at = CASE WHEN s."dueSet" THEN s.due ELSE p.due_at END,
        memo = coalesce(podbox_body(bodies, s.memo[1], s.memo[2]), p.memo)
      FROM json_to_recordset(syncs) AS s(u INTEGER, uid TEXT, sync BIGINT, due BIGINT, "dueSet" BOOLEAN, memo INTEGER[])
      WHERE p.uid = s.uid AND s.u NOT IN (SELECT x.u FROM json_to_recordset(coalesce(failed, '[]')) AS x(u INTEGER));
  END IF;
  IF written > 0 THEN
    UPDATE revision r SET current = base + written, log_bytes = total WHERE r.id = 1;
    PERFORM pg_notify('podbox', (base + written)::text);
  END IF;
  RETURN json_build_object('xid', pg_current_xact_id()::text, 'base', base::text, 'failures', coalesce(failed, '[]'::json));
END
$$;
