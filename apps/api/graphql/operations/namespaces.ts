import type { KubeObject } from '#objects';
import { NAMESPACE_TTL } from '#objects';
import type { MutationCreateNamespaceArgs, MutationDeleteNamespaceArgs } from '../generated/types.js';
import type { NamespaceObject } from '../objects.js';
import type { GraphqlContext } from '../server/context.js';
import { badInput } from '../server/errors.js';
import { NAMESPACES } from './kinds.js';
import { as } from './queries.js';
import { write } from './write.js';

/** @throws ApiError */
export async function createNamespace(context: GraphqlContext, { name, labels, ttlSeconds, dryRun }: MutationCreateNamespaceArgs): Promise<NamespaceObject> {
  if (typeof ttlSeconds === 'number' && ttlSeconds < 1) throw badInput(`ttlSeconds: ${ttlSeconds} must be greater than 0`);
  const annotations = typeof ttlSeconds === 'number' ? { [NAMESPACE_TTL]: String(ttlSeconds) } : undefined;
  const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) } };
  return as<NamespaceObject>((await context.resources.create(NAMESPACES, '', manifest, write(context, 'createNamespace', dryRun))).object);
}

/** The namespace as it goes, or as it was where it had nothing in it. @throws ApiError */
export async function deleteNamespace(context: GraphqlContext, { name, dryRun }: MutationDeleteNamespaceArgs): Promise<NamespaceObject> {
  const before = await context.resources.get(NAMESPACES, '', name);
  const answer = await context.resources.delete(NAMESPACES, '', name, undefined, write(context, 'deleteNamespace', dryRun));
  return as<NamespaceObject>(answer.kind === 'Namespace' ? (answer as KubeObject) : before);
}
