import { parseYamlDocuments, type Applied } from '#apiserver';
import type { MutationApplyManifestsArgs } from '../generated/types.js';
import type { GraphqlContext } from '../server/context.js';
import { write } from './write.js';

/** @throws ApiError */
export async function applyManifests(context: GraphqlContext, { yaml, namespace, dryRun, force }: MutationApplyManifestsArgs): Promise<Applied[]> {
  const options = { ...write(context, 'applyManifests', dryRun), ...(force && { force }) };
  const applied = await context.resources.applyAll(parseYamlDocuments(yaml), namespace ?? undefined, options);
  context.warnings.push(...applied.flatMap(({ warnings }) => warnings));
  return applied;
}
