import { SystemClock } from '#clock';
import type { Clock } from '#clock';
import type { KubeObject } from '#objects';
import type { Change, HistoryRange, ListResult, Store } from '#store';
import { methodNotAllowed } from '../errors/status.js';
import type { KindRow } from '../kinds/row.js';
import { rowOf } from '../kinds/table.js';
import { applyAll } from '../apply-all/apply-all.js';
import type { ParsedText } from '../decode/yaml.js';
import { patch } from '../patch/patch.js';
import type {
  Applied,
  DeleteRequest,
  History,
  KindInfo,
  ListOptions,
  PatchType,
  Resources,
  ServedItem,
  Status,
  SubresourceOptions,
  WatchOptions,
  WriteOptions,
  Written,
} from '../types.js';
import { requested } from './context.js';
import type { Context } from './context.js';
import { contextOver } from './context-over.js';
import { create } from './create.js';
import { deleteOptions } from './delete-options.js';
import { histories, history } from './history.js';
import { modify } from './modify.js';
import type { Target } from './modify.js';
import { get, list, watch } from './read.js';
import { remove } from './remove.js';
import { deleteCollection } from './remove-collection.js';
import { replacement } from './replace.js';

export interface ResourcesOptions {
  /** Whether each pod gets its ServiceAccount's token, as on a cluster; else only those that ask for it (automountServiceAccountToken). Default: no. */
  serviceAccountTokens?: boolean;
}

/** The verbs of the Kubernetes API over a store. */
export class StoreResources implements Resources {
  private readonly context: Context;

  constructor(store: Store, clock: Clock = new SystemClock(), { serviceAccountTokens = false }: ResourcesOptions = {}) {
    this.context = contextOver(store, clock, serviceAccountTokens);
  }

  async create(kind: KindInfo, namespace: string, body: unknown, options: WriteOptions): Promise<Written> {
    return create(this.context, storedRow(kind, 'create'), namespace, body, options);
  }

  get(kind: KindInfo, namespace: string, name: string): Promise<KubeObject> {
    return get(this.context, rowOf(kind), namespace, name);
  }

  list(kind: KindInfo, namespace: string | undefined, options: ListOptions): Promise<ListResult> {
    return list(this.context, rowOf(kind), namespace, options);
  }

  async update(kind: KindInfo, namespace: string, name: string, body: unknown, options: WriteOptions & SubresourceOptions): Promise<Written> {
    const target = targetOf(kind, namespace, name, options, 'update');
    return modify(this.context, target, replacement(target, body, options), options);
  }

  async patch(
    kind: KindInfo,
    namespace: string,
    name: string,
    type: PatchType,
    body: unknown,
    options: WriteOptions & SubresourceOptions & { force?: boolean },
  ): Promise<Written> {
    return patch(this.context, targetOf(kind, namespace, name, options, 'patch'), type, body, options);
  }

  applyAll(documents: ParsedText[], namespace: string | undefined, options: WriteOptions & { force?: boolean }): Promise<Applied[]> {
    return applyAll(this.context, documents, namespace, { verb: 'apply', ...options });
  }

  async delete(kind: KindInfo, namespace: string, name: string, body: unknown, options: DeleteRequest): Promise<KubeObject | Status> {
    const row = storedRow(kind, 'delete');
    return remove(this.context, row, row.namespaced ? namespace : '', name, { ...requested(options), ...deleteOptions(row, name, body, options) });
  }

  async deleteCollection(kind: KindInfo, namespace: string | undefined, body: unknown, options: DeleteRequest & ListOptions): Promise<KubeObject[]> {
    return deleteCollection(this.context, storedRow(kind, 'delete'), namespace, body, options);
  }

  async times(namespace: string | undefined): Promise<(namespace: string) => number> {
    const { times } = this.context;
    if (namespace === undefined) return times.all();
    const now = await times.now(namespace);
    return () => now;
  }

  watch(kind: KindInfo, namespace: string | undefined, options: WatchOptions): AsyncIterable<ServedItem> {
    return watch(this.context, storedRow(kind, 'watch'), namespace, options);
  }

  history(kind: KindInfo, namespace: string, name: string, range: HistoryRange): Promise<History> {
    return history(this.context, rowOf(kind), namespace, name, range);
  }

  histories(kind: KindInfo, places: { namespace: string; name: string }[]): Promise<Change[][]> {
    return histories(this.context, rowOf(kind), places);
  }
}

function targetOf(kind: KindInfo, namespace: string, name: string, { subresource }: SubresourceOptions, action: string): Target {
  const row = storedRow(kind, action);
  return { row, namespace: row.namespaced ? namespace : '', name, ...(subresource !== undefined && { subresource }) };
}

/** @throws ApiError 405 for a kind that can only be looked at. */
function storedRow(kind: KindInfo, action: string): KindRow {
  const row = rowOf(kind);
  if (row.view) throw methodNotAllowed(row, action);
  return row;
}
