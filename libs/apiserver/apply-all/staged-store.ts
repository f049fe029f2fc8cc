/**
 * A store in which writes are only noted down: whoever reads through it sees them as if they were there. In the end they are one commit. So what
 * is written for one request at a time (a create, a patch, with its quotas, addresses and retries) can be all or nothing for many.
 */
import { keyOf, keyText, selectableFields } from '#objects';
import type { Key, KubeObject } from '#objects';
import { StoreError } from '#store';
import type { CommitRequest, CommitResult, ListResult, Precondition, Scope, Store, Write } from '#store';

/** Revisions that the staged objects have until they get real ones: greater than any, as they are newer. */
const FIRST = 2 ** 52;

type Staged =
  | { op: 'create' | 'update' | 'status'; object: KubeObject; expect?: string; cause: Write['cause'] }
  | { op: 'delete'; object?: KubeObject; expect?: string; cause: Write['cause']; uid?: string };

export class StagedWrites {
  private readonly staged = new Map<string, { key: Key; write: Staged }>();
  private readonly preconditions = new Map<string, Precondition>();
  private revision = FIRST;
  /** What the verbs are given instead of the store. */
  readonly view: Store;

  constructor(private readonly store: Store) {
    // Everything else is as it is in the store.
    this.view = Object.assign(Object.create(store) as Store, {
      get: (key: Key) => this.get(key),
      getMany: (keys: Key[]) => this.getMany(keys),
      list: (scope: Scope) => this.list(scope),
      commit: (request: CommitRequest) => Promise.resolve().then(() => this.stage(request)),
    });
  }

  /** Writes all of it, in the order in which it was first staged. Resolves with the revision of each key. @throws StoreError */
  async commit(): Promise<Map<string, number>> {
    const all = [...this.staged.values()];
    if (all.length === 0) return new Map();
    const writes = all.map(({ key, write }): Write => {
      const { cause, expect } = write;
      if (write.op === 'delete') return { op: 'delete', key, cause, ...(write.uid && { uid: write.uid }), ...(expect && { expect }), ...(write.object && { object: bare(write.object) }) };
      return write.op === 'create' ? { op: 'create', object: bare(write.object), cause } : { op: write.op, object: bare(write.object), cause, ...(expect && { expect }) };
    });
    const { revisions } = await this.store.commit({ preconditions: [...this.preconditions.values()], writes });
    return new Map(all.map(({ key }, index) => [keyText(key), revisions[index]!]));
  }

  private async get(key: Key): Promise<KubeObject | undefined> {
    const staged = this.staged.get(keyText(key));
    if (!staged) return this.store.get(key);
    return staged.write.op === 'delete' ? undefined : staged.write.object;
  }

  private async getMany(keys: Key[]): Promise<KubeObject[]> {
    return (await Promise.all(keys.map((key) => this.get(key)))).filter((object) => object !== undefined);
  }

  private async list(scope: Scope): Promise<ListResult> {
    const { items, revision } = await this.store.list(scope);
    const others = items.filter((item) => !this.staged.has(keyText(keyOf(item))));
    const own = [...this.staged.values()].flatMap(({ write }) => (write.op !== 'delete' && inScope(scope, write.object) ? [write.object] : []));
    return { items: [...others, ...own], revision };
  }

  private stage({ preconditions = [], writes }: CommitRequest): CommitResult {
    for (const precondition of preconditions) this.require(precondition);
    for (const write of writes) this.check(write);
    return { revisions: writes.map((write) => this.add(write)) };
  }

  private require(precondition: Precondition): void {
    if ('lease' in precondition) return;
    const text = keyText(precondition.key);
    const staged = this.staged.get(text);
    if (!staged) this.preconditions.set(text, precondition);
    else if ('absent' in precondition ? staged.write.op !== 'delete' : versionOf(staged.write) !== precondition.resourceVersion) throw new StoreError('CONFLICT', 'changed in this request', precondition.key);
  }

  /** @throws StoreError, as the store itself would, for what is staged already */
  private check(write: Write): void {
    const key = write.op === 'delete' ? write.key : keyOf(write.object);
    const staged = this.staged.get(keyText(key));
    if (!staged) return;
    if (write.op === 'create') throw new StoreError('ALREADY_EXISTS', 'made or given back in this request', key);
    if (staged.write.op === 'delete') throw new StoreError('NOT_FOUND', 'removed in this request', key);
    if (write.expect !== undefined && write.expect !== versionOf(staged.write)) throw new StoreError('CONFLICT', 'changed in this request', key);
  }

  private add(write: Write): number {
    const revision = this.revision++;
    const key = write.op === 'delete' ? write.key : keyOf(write.object);
    const before = this.staged.get(keyText(key))?.write;
    if (write.op === 'delete' && before?.op === 'create') this.staged.delete(keyText(key));
    else this.staged.set(keyText(key), { key, write: merged(before, write, String(revision)) });
    return revision;
  }
}

/** `write` on top of what was staged before: one write that comes to the same. */
function merged(before: Staged | undefined, write: Write, resourceVersion: string): Staged {
  const expect = before ? before.expect : write.op === 'create' ? undefined : write.expect;
  const base = { cause: before?.cause ?? write.cause, ...(expect !== undefined && { expect }) };
  if (write.op === 'delete') return { op: 'delete', ...base, ...(write.uid && { uid: write.uid }), ...(write.object && { object: write.object }) };
  const op = before && before.op !== 'delete' && before.op !== 'status' ? before.op : write.op;
  return { op, object: { ...write.object, metadata: { ...write.object.metadata, resourceVersion } }, ...base };
}

const versionOf = (write: Staged): string | undefined => write.object?.metadata.resourceVersion;
/** Without the revision that it has not got. */
const bare = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, resourceVersion: undefined } });

/** Whether the object has been given no revision yet. */
export const isStaged = ({ metadata }: KubeObject): boolean => Number(metadata.resourceVersion) >= FIRST;

function inScope({ kind, namespace, name, matches }: Scope, object: KubeObject): boolean {
  const { metadata } = object;
  if (object.kind !== kind || (namespace !== undefined && metadata.namespace !== namespace) || (name !== undefined && metadata.name !== name)) return false;
  return !matches || matches(metadata.labels ?? {}, selectableFields(object));
}
