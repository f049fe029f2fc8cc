/** Objects for the tests of the store. */
import { SystemClock, type Clock } from '#clock';
import type { Key, KubeObject } from '#objects';
import { openStore, type PostgresStore } from './postgres-store.js';
import type { Cause, Scope, WatchItem } from './types.js';

export const cause: Cause = { by: 'test', what: 'request', detail: 'a test' };

let uids = 0;

type Metadata = Partial<KubeObject['metadata']>;

export const configMap = (name: string, metadata: Metadata = {}, data: Record<string, string> = { key: 'value' }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid: `uid-${++uids}`, creationTimestamp: '2025-01-01T00:00:00Z', ...metadata },
  data,
});

export const pod = (name: string, metadata: Metadata = {}, spec: object = {}, status: object = { phase: 'Pending' }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${++uids}`, creationTimestamp: '2025-01-01T00:00:00Z', ...metadata },
  spec: { containers: [{ name: 'app', image: 'busybox' }], ...spec },
  status,
});

export const keyOf = (object: KubeObject): Key => ({
  kind: object.kind,
  namespace: object.metadata.namespace ?? '',
  name: object.metadata.name ?? '',
});

/** The object as the store gives it back, at this revision. */
export const at = (object: KubeObject, revision: number | undefined): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(revision) },
});

/** A store on `database`, which closing it drops. */
export async function openTestStore(database: { url: string; drop(): Promise<void> }, clock: Clock = new SystemClock()) {
  const store = await openStore({ url: database.url, clock, name: 'test' });
  const close = async () => {
    await store.close();
    await database.drop();
  };
  return { store, close };
}

/** Collects what a watch yields. `failure` settles when it ends: with undefined, or with the error that it threw. */
export function collect(store: PostgresStore, scope: Scope, after: number, options: { bookmarks?: boolean } = {}) {
  const items: WatchItem[] = [];
  const stop = new AbortController();
  const run = async () => {
    for await (const item of store.watch(scope, after, { ...options, signal: stop.signal })) items.push(item);
  };
  const ended = run().then(
    () => undefined,
    (error: unknown) => error,
  );
  return { items, ended, stop: () => stop.abort() };
}

export const told = (items: WatchItem[]): string[] =>
  items.map((item) => (item.type === 'BOOKMARK' ? item.type : `${item.type} ${item.change.key.name}`));
