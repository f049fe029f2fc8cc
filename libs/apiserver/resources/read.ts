import type { KubeObject } from '#objects';
import { causes, keyOf, selectableFields } from '#objects';
import { StoreError } from '#store';
import type { Change, ListResult, Scope, WatchItem } from '#store';
import { badRequest, expired, invalid, notFound } from '../errors/status.js';
import { toApiError } from '../errors/store-errors.js';
import type { KindRow } from '../kinds/row.js';
import type { ListOptions, ServedItem, WatchOptions } from '../types.js';
import type { Context } from './context.js';
import { selector } from './selection.js';

export async function get(context: Context, row: KindRow, namespace: string, name: string): Promise<KubeObject> {
  try {
    const object = row.view
      ? (await viewed(context, row, { kind: row.kind, namespace, name }))[0]
      : await context.store.get({ kind: row.kind, namespace: row.namespaced ? namespace : '', name });
    if (!object) throw notFound(row, name);
    return object;
  } catch (error) {
    throw toApiError(error, row, name);
  }
}

/** The objects of a kind that is not stored, as far as they are in scope. */
async function viewed({ store }: Context, row: KindRow, { namespace, name, matches }: Scope): Promise<KubeObject[]> {
  const all = (await row.view?.(store)) ?? [];
  return all
    .filter(({ metadata }) => (namespace === undefined || metadata.namespace === namespace) && (name === undefined || metadata.name === name))
    .filter((object) => !matches || matches(object.metadata.labels ?? {}, selectableFields(object)));
}

function scopeOf(row: KindRow, namespace: string | undefined, options: ListOptions | WatchOptions): Scope {
  const { name, matches } = selector(row, options);
  return {
    kind: row.kind,
    ...(row.namespaced && namespace !== undefined && { namespace }),
    ...((options.name ?? name) !== undefined && { name: options.name ?? name }),
    ...(matches && { matches }),
  };
}

/** A revision as the client wrote it; undefined for none and for '0'. @throws ApiError 422 */
function revisionOf(row: KindRow, text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === '0') return undefined;
  const revision = Number(text);
  if (!Number.isSafeInteger(revision) || revision < 0)
    throw invalid(row, '', [causes.invalid('resourceVersion', text, 'must be the decimal number of a revision')]);
  return revision;
}

export async function list(context: Context, row: KindRow, namespace: string | undefined, options: ListOptions): Promise<ListResult> {
  const scope = scopeOf(row, namespace, options);
  if (row.view) return { items: await viewed(context, row, scope), revision: await context.store.currentRevision() };
  const revision = revisionOf(row, options.resourceVersion);
  const match = options.resourceVersionMatch;
  if (match !== undefined && options.resourceVersion === undefined)
    throw badRequest('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match !== undefined && match !== 'Exact' && match !== 'NotOlderThan')
    throw badRequest(`resourceVersionMatch: "${match}" is neither "Exact" nor "NotOlderThan"`);
  if (options.continue && revision !== undefined) throw badRequest('specifying resource version is not allowed when using continue');
  // A limit without a match is exact too, by Kubernetes' rules.
  const exact = revision !== undefined && (match === 'Exact' || (match === undefined && !!options.limit));
  try {
    const page = {
      ...(options.limit && { limit: options.limit }),
      ...(options.continue && { continue: options.continue }),
      ...(exact && { revision }),
    };
    const result = await context.store.list(scope, page);
    if (revision !== undefined && revision > result.revision) throw new StoreError('FUTURE', `resourceVersion ${revision} lies ahead`);
    return result;
  } catch (error) {
    throw toApiError(error, row, options.name ?? '');
  }
}

/** What is asked for is checked at once. @throws ApiError; while it is read, 410 when `after` is below what the change log keeps. */
export function watch(context: Context, row: KindRow, namespace: string | undefined, options: WatchOptions): AsyncIterable<ServedItem> {
  return follow(context, row, scopeOf(row, namespace, options), revisionOf(row, options.after), options);
}

async function* follow(context: Context, row: KindRow, scope: Scope, from: number | undefined, options: WatchOptions): AsyncGenerator<ServedItem> {
  let after = from;
  try {
    if (after === undefined || options.initialEvents) {
      const state = await context.store.list(scope);
      if (after !== undefined && after > state.revision) throw new StoreError('FUTURE', `resourceVersion ${after} lies ahead`);
      for (const object of state.items) yield added(object);
      after = state.revision;
      if (options.initialEvents) yield { type: 'BOOKMARK', revision: after, initialEventsEnd: true };
    }
    yield* context.store.watch(scope, after, { signal: options.signal, ...(options.bookmarks && { bookmarks: true }), ...(options.heartbeatMs !== undefined && { heartbeatMs: options.heartbeatMs }) });
  } catch (error) {
    if (options.signal.aborted) return;
    throw error instanceof StoreError && error.code === 'EXPIRED'
      ? expired(`too old resource version: ${after} (${error.message})`)
      : toApiError(error, row, '');
  }
}

/** The state that a watch without a starting point begins with, in the form of changes. */
function added(object: KubeObject): WatchItem {
  const revision = Number(object.metadata.resourceVersion);
  let json: string | undefined;
  const change: Change = {
    revision,
    type: 'ADDED',
    key: keyOf(object),
    uid: object.metadata.uid ?? '',
    object,
    get json() {
      return (json ??= JSON.stringify(object));
    },
    labels: object.metadata.labels ?? {},
    fields: selectableFields(object),
    cause: { by: 'api', what: 'request', detail: 'state at the beginning of a watch' },
    committedAt: 0,
  };
  return { type: 'ADDED', change, revision };
}
