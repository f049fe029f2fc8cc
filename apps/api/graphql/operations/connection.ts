import type { KindInfo, Resources } from '#apiserver';
import type { ObjectMeta, Stored } from '#objects';
import { continueToken } from '#store';
import { badInput } from '../server/errors.js';

/** A page of objects as Relay wants it. A cursor is a Kubernetes `continue` token that goes on behind its object, in the same snapshot. */
export interface Connection<T> {
  edges: { cursor: string; node: T }[];
  nodes: T[];
  pageInfo: PageInfo;
  resourceVersion: string;
  remainingItemCount: number | null;
}

export interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

export interface PageArguments {
  first?: number | null;
  after?: string | null;
}

/** The most that a page may hold. */
export const MAX_PAGE = 1000;

/** @throws ApiError; EXPIRED when the snapshot that `after` belongs to is no longer kept. */
export async function listPage<T extends Stored<{ metadata: ObjectMeta }>>(
  resources: Resources,
  kind: KindInfo,
  scope: { namespace?: string | null; labelSelector?: string | null; fieldSelector?: string | null },
  { first, after }: PageArguments,
): Promise<Connection<T>> {
  const limit = first ?? 500;
  if (limit < 1 || limit > MAX_PAGE) throw badInput(`first: ${limit} is out of range: must be from 1 to ${MAX_PAGE}`);
  const { items, revision, continue: next, remaining } = await resources.list(kind, scope.namespace ?? undefined, {
    ...(scope.labelSelector && { labelSelector: scope.labelSelector }),
    ...(scope.fieldSelector && { fieldSelector: scope.fieldSelector }),
    ...(after && { continue: after }),
    limit,
  });
  const nodes = items as unknown as T[];
  const edges = nodes.map((node) => {
    const { namespace = '', name } = node.metadata;
    return { cursor: continueToken({ revision, namespace, name }, { kind: kind.kind }), node };
  });
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: next !== undefined,
      hasPreviousPage: Boolean(after),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    resourceVersion: String(revision),
    remainingItemCount: next === undefined ? 0 : (remaining ?? null),
  };
}
