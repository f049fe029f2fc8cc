import { KINDS } from '../kinds/table.js';
import { ApiError } from '../types.js';
import type { Resources } from '../types.js';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Makes what a fresh cluster has. Several processes may do so at once. @throws ApiError */
export async function ensureSystemObjects(resources: Resources): Promise<void> {
  const { items } = await resources.list(KINDS.Namespace, undefined, {});
  const there = new Set(items.map((item) => item.metadata.name));
  const missing = NAMESPACES.filter((name) => !there.has(name));
  await Promise.all(
    missing.map((name) => resources.create(KINDS.Namespace, '', { metadata: { name } }, { cause: 'a fresh cluster' }).catch(ignoreTaken)),
  );
}

function ignoreTaken(error: unknown): undefined {
  if (error instanceof ApiError && error.status.reason === 'AlreadyExists') return undefined;
  throw error;
}
