import { StoreError } from '#store';
import type { Change, HistoryRange } from '#store';
import { toApiError } from '../errors/store-errors.js';
import { expired } from '../errors/status.js';
import type { KindRow } from '../kinds/row.js';
import type { History } from '../types.js';
import type { Context } from './context.js';

export async function history({ store }: Context, row: KindRow, namespace: string, name: string, range: HistoryRange): Promise<History> {
  const key = { kind: row.kind, namespace: row.namespaced ? namespace : '', name };
  try {
    // A list of what was there then also says whether that is still known.
    const [before, changes] = await Promise.all([range.after ? store.list(key, { revision: range.after }) : undefined, store.history(key, range)]);
    const object = before?.items[0];
    return { ...(object && { before: object }), changes };
  } catch (error) {
    if (error instanceof StoreError && error.code === 'EXPIRED') throw expired(`too old resource version: ${range.after} (${error.message})`);
    throw toApiError(error, row, name);
  }
}

export async function histories({ store }: Context, row: KindRow, places: { namespace: string; name: string }[]): Promise<Change[][]> {
  try {
    return await store.histories(places.map(({ namespace, name }) => ({ kind: row.kind, namespace: row.namespaced ? namespace : '', name })));
  } catch (error) {
    throw toApiError(error, row, '');
  }
}
