import type { KubeObject } from '#objects';
import type { KindRow } from '../kinds/row.js';
import { ApiError } from '../types.js';
import type { DeleteRequest, ListOptions } from '../types.js';
import { requested } from './context.js';
import type { Context } from './context.js';
import { deleteOptions } from './delete-options.js';
import { list } from './read.js';
import { remove } from './remove.js';

/** As many as the store packs into a commit or two. */
const AT_ONCE = 64;

/** Deletes each object that a list shows. One that went meanwhile is no error. */
export async function deleteCollection(
  context: Context,
  row: KindRow,
  namespace: string | undefined,
  body: unknown,
  request: DeleteRequest & ListOptions,
): Promise<KubeObject[]> {
  const options = { ...requested({ verb: 'deletecollection', ...request }), ...deleteOptions(row, '', body, request) };
  const { items } = await list(context, row, namespace, request);
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const some = items.slice(from, from + AT_ONCE);
    await Promise.all(some.map(({ metadata }) => remove(context, row, metadata.namespace ?? '', metadata.name ?? '', options).catch(ignoreNotFound)));
  }
  return items;
}

function ignoreNotFound(error: unknown): undefined {
  if (error instanceof ApiError && error.status.reason === 'NotFound') return undefined;
  throw error;
}
