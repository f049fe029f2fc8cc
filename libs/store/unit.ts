/** A commit request, made ready for podbox_commit: a header per write, and its bodies as bytes. */
import { keyText, keyOf, type Key, type KubeObject } from '#objects';
import { optional, splitBody, statusFields, storedFields } from './body.js';
import { StoreError } from './errors.js';
import type { CommitRequest, CommitResult, PodSyncWrite, Precondition, Write } from './types.js';

/** A place in the batch's bodies: which of the unit's texts, or null. Becomes [start, length] when a batch is put together. */
type BodyIndex = number | null;

export interface SyncHeader {
  /** -1: the revision that this write gets. */
  sync?: number;
  due?: number | null;
  dueSet?: boolean;
  memo?: BodyIndex;
}

export interface WriteHeader extends SyncHeader {
  op: Write['op'];
  kind: string;
  namespace: string;
  name: string;
  uid?: string;
  expect?: number;
  labels?: Record<string, string>;
  fields?: Record<string, string>;
  rest?: BodyIndex;
  metadata?: BodyIndex;
  spec?: BodyIndex;
  status?: BodyIndex;
  cause: BodyIndex;
}

export type PreconditionHeader = { lease: string; epoch: number } | { kind: string; namespace: string; name: string; expect: number };

export interface Unit {
  writes: WriteHeader[];
  preconditions: PreconditionHeader[];
  syncs: (SyncHeader & { uid: string })[];
  bodies: Buffer[];
  /** Of all bodies. */
  bytes: number;
  /** What it changes and what it relies on, for the packer: keys, and pod_sync rows. */
  changes: Set<string>;
  relies: Set<string>;
  resolve(result: CommitResult): void;
  reject(error: StoreError): void;
}

/** @throws StoreError INVALID for what can be seen to be wrong without the database. */
export function makeUnit(request: CommitRequest, resolve: Unit['resolve'], reject: Unit['reject']): Unit {
  const builder = new UnitBuilder();
  for (const write of request.writes) builder.write(write);
  for (const precondition of request.preconditions ?? []) builder.precondition(precondition);
  for (const sync of request.podSync ?? []) builder.podSync(sync);
  const { writes, preconditions, syncs, bodies, bytes, changes, relies } = builder;
  return { writes, preconditions, syncs, bodies, bytes, changes, relies, resolve, reject };
}

class UnitBuilder {
  readonly writes: WriteHeader[] = [];
  readonly preconditions: PreconditionHeader[] = [];
  readonly syncs: (SyncHeader & { uid: string })[] = [];
  readonly bodies: Buffer[] = [];
  private readonly synced = new Set<string>();
  readonly changes = new Set<string>();
  readonly relies = new Set<string>();
  bytes = 0;

  write(write: Write): void {
    const key = write.op === 'delete' ? write.key : keyOf(write.object);
    if (!key.kind || !key.name) throw invalid('a write needs a kind and a name', key);
    if (this.changes.has(keyText(key))) throw invalid(`${keyText(key)} is written twice in one commit`, key);
    this.changes.add(keyText(key));
    const header: WriteHeader = { op: write.op, ...key, cause: this.body(JSON.stringify(write.cause)) };
    if (write.op !== 'create' && write.expect !== undefined) header.expect = revisionOf(write.expect, key);
    const object = write.object;
    header.uid = write.op === 'delete' ? (write.uid ?? object?.metadata.uid) : object?.metadata.uid;
    if (write.op !== 'delete' && write.op !== 'status' && !header.uid) throw invalid(`${keyText(key)}: metadata.uid is not set`, key);
    if (write.op === 'status') {
      header.status = this.body(optional(write.object.status));
      header.fields = statusFields(write.object);
    } else if (object) this.wholeObject(header, object);
    if (key.kind === 'Pod' && header.uid) this.changes.add(syncKey(header.uid));
    refuseNul(header, key);
    this.writes.push(header);
  }

  private wholeObject(header: WriteHeader, object: KubeObject): void {
    const body = splitBody(object);
    header.rest = this.body(body.rest);
    header.metadata = this.body(body.metadata);
    header.spec = this.body(body.spec);
    header.status = this.body(body.status);
    header.labels = object.metadata.labels ?? {};
    header.fields = storedFields(object);
  }

  precondition(precondition: Precondition): void {
    if ('lease' in precondition) {
      this.preconditions.push({ lease: precondition.lease, epoch: precondition.epoch });
      return;
    }
    const { key } = precondition;
    this.relies.add(keyText(key));
    const header = { ...key, expect: 'absent' in precondition ? -1 : revisionOf(precondition.resourceVersion, key) };
    refuseNul(header, key);
    this.preconditions.push(header);
  }

  podSync(sync: PodSyncWrite): void {
    if (this.synced.has(sync.uid)) throw invalid(`podSync of ${sync.uid} stands twice in one commit`);
    this.synced.add(sync.uid);
    const header: SyncHeader = {};
    const write = this.writes.find((one) => one.kind === 'Pod' && one.uid === sync.uid);
    if (sync.syncedRevision === 'own' && !write) {
      throw invalid(`podSync of ${sync.uid}: syncedRevision 'own' needs a write of that pod, with metadata.uid, in the same commit`);
    }
    if (sync.syncedRevision !== undefined) header.sync = sync.syncedRevision === 'own' ? -1 : sync.syncedRevision;
    if (sync.dueAt !== undefined) {
      header.dueSet = true;
      header.due = sync.dueAt === null ? null : Math.ceil(sync.dueAt);
    }
    if (sync.memo !== undefined) header.memo = this.body(JSON.stringify(sync.memo));
    if (write && write.op !== 'create') Object.assign(write, header);
    else {
      this.changes.add(syncKey(sync.uid));
      this.syncs.push({ uid: sync.uid, ...header });
    }
  }

  private body(text: string | null): BodyIndex {
    if (text === null) return null;
    const bytes = Buffer.from(text, 'utf8');
    this.bytes += bytes.length;
    return this.bodies.push(bytes) - 1;
  }
}

const syncKey = (uid: string): string => `pod_sync/${uid}`;

const invalid = (message: string, key?: Key): StoreError => new StoreError('INVALID', message, key);

function revisionOf(resourceVersion: string, key: Key): number {
  if (/^(0|[1-9][0-9]{0,14})$/.test(resourceVersion)) return Number(resourceVersion);
  throw new StoreError('CONFLICT', `${keyText(key)}: ${JSON.stringify(resourceVersion)} is no resourceVersion that was ever given out`, key);
}

/** Names, labels and selectable fields are kept as text, which cannot hold U+0000 in PostgreSQL; bodies can. */
function refuseNul(header: { kind: string; namespace: string; name: string; uid?: string; labels?: object; fields?: object }, key: Key): void {
  const texts = { kind: header.kind, namespace: header.namespace, name: header.name, uid: header.uid, ...header.labels, ...header.fields };
  for (const [name, value] of Object.entries(texts)) {
    if (typeof value === 'string' && (value.includes('\0') || name.includes('\0'))) {
      throw invalid(`${keyText(key)}: ${JSON.stringify(name)} contains \\u0000, which a name, a label or a selectable field cannot`, key);
    }
  }
}
