import { SYSTEM_PRIORITY_CLASSES } from '#objects';
import type { KindInfo } from '../types.js';
import { KINDS } from '../kinds/table.js';
import { ApiError } from '../types.js';
import type { Resources } from '../types.js';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Makes what a fresh cluster has. Several processes may do so at once. @throws ApiError */
export async function ensureSystemObjects(resources: Resources): Promise<void> {
  await ensure(resources, KINDS.Namespace, NAMESPACES.map((name) => ({ metadata: { name } })));
  await ensureAccounts(resources);
  await ensure(resources, KINDS.PriorityClass, [...SYSTEM_PRIORITY_CLASSES]);
}

/** Namespaces that were made before they came with one. */
async function ensureAccounts(resources: Resources): Promise<void> {
  const [namespaces, accounts] = await Promise.all([resources.list(KINDS.Namespace, undefined, {}), resources.list(KINDS.ServiceAccount, undefined, {})]);
  const have = new Set(accounts.items.filter(({ metadata }) => metadata.name === 'default').map(({ metadata }) => metadata.namespace));
  const lacking = namespaces.items.filter(({ metadata }) => !metadata.deletionTimestamp && !have.has(metadata.name));
  for (const { metadata } of lacking) {
    await resources.create(KINDS.ServiceAccount, metadata.name ?? '', { metadata: { name: 'default' } }, { cause: 'each namespace has its default account' }).catch(ignoreTaken);
  }
}

async function ensure(resources: Resources, kind: KindInfo, wanted: { metadata: { name: string } }[]): Promise<void> {
  const { items } = await resources.list(kind, undefined, {});
  const there = new Set(items.map((item) => item.metadata.name));
  const missing = wanted.filter(({ metadata }) => !there.has(metadata.name));
  await Promise.all(missing.map((object) => resources.create(kind, '', structuredClone(object), { cause: 'a fresh cluster' }).catch(ignoreTaken)));
}

function ignoreTaken(error: unknown): undefined {
  if (error instanceof ApiError && error.status.reason === 'AlreadyExists') return undefined;
  throw error;
}
