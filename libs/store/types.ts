/** The store's vocabulary. Everything that is stored changes through `Store.commit`; everything that is read carries the revision it was read at. */
import type { Key, KubeObject } from '#objects';

/** A revision: the dense, commit-ordered number that is also every object's resourceVersion. Kept as a number; printed as a decimal string. */
export type Revision = number;

/**
 * Why a revision exists: kept in the change log for as long as the change is, so that "why did it restart?" has an answer.
 * `by` is who (`api`, `node:<name>`, `scheduler`, `endpoints`, `namespaces`, `nodes`); `what` the kind of cause; `detail` one line in words.
 * The others are there where they are known: nobody has to take them out of the words.
 */
export interface Cause {
  by: string;
  what: 'request' | 'container-exit' | 'probe' | 'timer' | 'decision' | 'runtime';
  detail: string;
  /** The request that it was, or that led to it. */
  request?: RequestCause;
  /** Name of the container that it is about. */
  container?: string;
  /** How that container's last run ended, and the reason of its terminated state: Completed, Error, OOMKilled .. */
  exitCode?: number;
  reason?: string;
  probe?: 'startup' | 'liveness' | 'readiness';
}

export interface RequestCause {
  /** Kubernetes' verb (create, update, patch, apply, delete, deletecollection), or a GraphQL mutation's name. */
  verb: string;
  userAgent?: string;
  fieldManager?: string;
}

/**
 * One object's change. `expect` is the resourceVersion that the object must still have (undefined on update or delete: whatever it has).
 * - create: the object must not exist; metadata must be complete but for resourceVersion.
 * - update: replaces the whole object. uid and creationTimestamp are those of `object`.
 * - status: replaces `status` alone; metadata and spec stay as they are and are not sent (`object` is given whole, for its key and selectable fields).
 * - delete: removes the object; the log keeps its last state (or `object`, when given: what the last state was to be, so that one revision suffices).
 * Selectable fields come from `selectableFields(object)` of #objects.
 */
export type Write =
  | { op: 'create'; object: KubeObject; cause: Cause }
  | { op: 'update'; object: KubeObject; expect?: string; cause: Cause }
  | { op: 'status'; object: KubeObject; expect?: string; cause: Cause }
  | { op: 'delete'; key: Key; uid?: string; expect?: string; object?: KubeObject; cause: Cause };

/** Must hold for a commit to happen. `absent`: no such object. `lease`: this node's lease still has this epoch (fencing). */
export type Precondition = { key: Key; resourceVersion: string } | { key: Key; absent: true } | { lease: string; epoch: number };

/**
 * What a node notes about a pod beside its object, in table pod_sync (outside revisions, no watch sees it).
 * `syncedRevision`: the pod's state at this revision has been dealt with; 'own' means the revision that this very commit gives it
 * (or, where the commit does not write the pod, the one it had: pass that number then).
 * `dueAt`: epoch ms on the clock of the pod's namespace (so that changing the clock leaves it true) at which the pod wants a sync although nothing
 * changes; null: none.
 * `memo`: what the node must remember across its own restarts (back-off, sandbox attempt): plain JSON.
 */
export interface PodSyncWrite {
  uid: string;
  syncedRevision?: Revision | 'own';
  dueAt?: number | null;
  memo?: unknown;
}

/** Atomic: all of it happens, with consecutive revisions in the order of `writes`, or nothing does. At most one write a key. */
export interface CommitRequest {
  preconditions?: Precondition[];
  writes: Write[];
  podSync?: PodSyncWrite[];
}

/** The revisions given to `writes`, in their order. */
export interface CommitResult {
  revisions: Revision[];
}

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One row of the change log. `object` has metadata.resourceVersion = revision, also when DELETED (its last state). */
export interface Change {
  revision: Revision;
  type: ChangeType;
  key: Key;
  uid: string;
  /** Parsed on first use; shared by all readers, so never to be changed. */
  readonly object: KubeObject;
  /** The object as JSON text, made once a change and shared by all readers. */
  readonly json: string;
  /** Labels and selectable fields of this state, and of the state before (undefined for ADDED). */
  labels: Record<string, string>;
  fields: Record<string, string>;
  previousLabels?: Record<string, string>;
  previousFields?: Record<string, string>;
  cause: Cause;
  /** Epoch ms, system clock of the database. */
  committedAt: number;
}

/** Restricts a list or a watch. Everything is optional; `matches` is a predicate over labels and selectable fields (a parsed selector). */
export interface Scope {
  kind: string;
  namespace?: string;
  name?: string;
  matches?: (labels: Record<string, string>, fields: Record<string, string>) => boolean;
}

export interface ListResult {
  items: KubeObject[];
  /** The one snapshot that all items, on all pages, come from. */
  revision: Revision;
  /** Opaque; pass it back for the next page. Undefined on the last page. */
  continue?: string;
  remaining?: number;
}

/**
 * What a watch yields. A change that makes an object enter or leave the scope's selector comes as ADDED or DELETED, the latter with the
 * state that was last in it (as in Kubernetes): `change` then has that object, at this revision.
 * `bookmark` says: everything up to `revision` has been delivered (sent when the scope was quiet while others changed, about once a
 * minute, and when asked for).
 */
export type WatchItem = { type: ChangeType; change: Change; revision: Revision } | { type: 'BOOKMARK'; revision: Revision };

/** Of one object's changes, those that fit all that is given. */
export interface HistoryRange {
  after?: Revision;
  until?: Revision;
  /** Objects may have had the same name one after another. */
  uid?: string;
  /** When it was committed: epoch ms, both included. */
  from?: number;
  to?: number;
  limit?: number;
}

/** A wait for attention: see pod_sync in ARCHITECTURE.md. */
export interface PodAttention {
  namespace: string;
  name: string;
  uid: string;
  node: string;
  revision: Revision;
  dueAt: number | null;
}

/** The store's contract. `PostgresStore` implements it. */
export interface Store {
  commit(request: CommitRequest): Promise<CommitResult>;
  get(key: Key): Promise<KubeObject | undefined>;
  /** Objects by key, from one snapshot; missing ones are left out. */
  getMany(keys: Key[]): Promise<KubeObject[]>;
  /** The kinds of which a namespace has objects, in alphabetical order. */
  kindsIn(namespace: string): Promise<string[]>;
  list(scope: Scope, page?: { limit?: number; continue?: string; revision?: Revision }): Promise<ListResult>;
  /**
   * Every change in scope after revision `after`, once, in order, for as long as `signal` allows. Pull-based: a slow reader holds
   * nothing up and misses nothing. @throws StoreError EXPIRED if `after` is below the compaction floor (also later, for a reader that fell behind it),
   * FUTURE if it lies above the newest revision. `heartbeatMs`: a bookmark so often, also where nothing at all has changed.
   */
  watch(scope: Scope, after: Revision, options: { signal: AbortSignal; bookmarks?: boolean; heartbeatMs?: number }): AsyncIterable<WatchItem>;
  /** All changes of all kinds after `after`: the outbox that queues are filled from. Batches as they come. */
  tail(after: Revision, signal: AbortSignal): AsyncIterable<Change[]>;
  /** One object's changes from the log, oldest first, after its deletion too, while the log keeps them. */
  history(key: Key, range?: HistoryRange): Promise<Change[]>;
  /** The same of many objects, in the order of `keys`; the range counts for each. */
  histories(keys: Key[], range?: HistoryRange): Promise<Change[][]>;
  currentRevision(): Promise<Revision>;
  /** Drops log rows by retention (ms and bytes) and raises the floor; per live key the newest row at or below the floor stays. */
  compact(retention: { maxAgeMs: number; maxBytes: number }): Promise<{ floor: Revision; dropped: number }>;

  /** Node leases: outside revisions. `acquire` gives epoch + 1 when nobody alive holds it (see lease.ts); undefined when held. */
  acquireLease(node: string, holder: string): Promise<{ epoch: number } | undefined>;
  /** False: the lease was lost (another epoch). */
  renewLease(node: string, epoch: number): Promise<boolean>;
  releaseLease(node: string, epoch: number): Promise<void>;
  leases(): Promise<{ node: string; holder: string; epoch: number; renewedAt: number; released: boolean }[]>;

  /** Pods that want attention: `revision > synced`, or due on their namespace's clock at `now` (real time); of one node ('' : not yet bound), or of all. */
  attention(filter: { node?: string; now: number; limit?: number }): Promise<PodAttention[]>;
  /** The earliest due times of a node's pods after a (re)start: uid -> dueAt, and memo. */
  podSync(uids: string[]): Promise<Map<string, { syncedRevision: Revision; dueAt: number | null; memo: unknown }>>;
  /** Pods of a node that have a due time, soonest first. */
  duePods(node: string, limit: number): Promise<PodAttention[]>;

  /** Counters since start, for the bench and metrics: SQL statements, transactions, revisions written by this process. */
  stats(): StoreStats;
  close(): Promise<void>;
}

export interface StoreStats {
  statements: number;
  commits: number;
  revisions: number;
  conflicts: number;
}
