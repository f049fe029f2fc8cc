import { parseJson, parseYaml, type ParsedText } from '#apiserver';
import type { MutationCreatePodArgs, MutationDeletePodArgs, MutationPatchPodArgs, MutationRestartSandboxArgs } from '../generated/types.js';
import type { PodObject } from '../objects.js';
import { badInput } from '../server/errors.js';
import type { GraphqlContext } from '../server/context.js';
import { PODS } from './kinds.js';
import { as, DEFAULT_NAMESPACE, pod } from './queries.js';
import { write } from './write.js';

/** What the server has to say of the pod is added to `warnings`. */
export async function createPod(context: GraphqlContext, args: MutationCreatePodArgs): Promise<PodObject> {
  const { value: manifest, duplicates: duplicateFields } = manifestOf(args);
  const namespace = args.namespace ?? namespaceIn(manifest) ?? DEFAULT_NAMESPACE;
  const { object, warnings: told } = await context.resources.create(PODS, namespace, manifest, { ...write(context, 'createPod', args.dryRun), duplicateFields });
  context.warnings.push(...told);
  return as<PodObject>(object);
}

export async function deletePod(context: GraphqlContext, { namespace, name, gracePeriodSeconds, dryRun }: MutationDeletePodArgs): Promise<PodObject> {
  if (typeof gracePeriodSeconds === 'number' && gracePeriodSeconds < 0) throw badInput(`gracePeriodSeconds: ${gracePeriodSeconds} must not be negative`);
  const answer = await context.resources.delete(PODS, namespace ?? DEFAULT_NAMESPACE, name, undefined, {
    ...write(context, 'deletePod', dryRun),
    ...(typeof gracePeriodSeconds === 'number' && { gracePeriodSeconds }),
  });
  // The kind table says that deleting a pod answers with the pod.
  return as<PodObject>(answer as Exclude<typeof answer, { kind: 'Status' }>);
}

export async function patchPod(context: GraphqlContext, { namespace, name, patch, type, subresource, dryRun }: MutationPatchPodArgs): Promise<PodObject> {
  const { value } = parseJson(toJson(patch, 'patch'));
  const options = { ...write(context, 'patchPod', dryRun), ...(subresource && { subresource }) };
  const { object, warnings } = await context.resources.patch(PODS, namespace ?? DEFAULT_NAMESPACE, name, PATCHES[type ?? 'STRATEGIC'], value, options);
  context.warnings.push(...warnings);
  return as<PodObject>(object);
}

const PATCHES = { JSON: 'json', MERGE: 'merge', STRATEGIC: 'strategic' } as const;

export async function restartSandbox(context: GraphqlContext, args: MutationRestartSandboxArgs): Promise<PodObject> {
  const { verb, userAgent } = write(context, 'restartSandbox');
  await context.streams.restartSandbox(args.namespace ?? DEFAULT_NAMESPACE, args.name, { verb: verb ?? '', ...(userAgent && { userAgent }) });
  return pod(context.resources, args);
}

/** @throws ApiError BadRequest */
function manifestOf({ manifest, yaml }: MutationCreatePodArgs): ParsedText {
  const hasManifest = manifest !== null && manifest !== undefined;
  if (typeof yaml === 'string' ? hasManifest : !hasManifest) throw badInput('createPod takes the pod as one of manifest and yaml');
  return typeof yaml === 'string' ? parseYaml(yaml) : parseJson(toJson(manifest, 'manifest'));
}

/** Written out in a query, objects come without a prototype: the server gets a plain copy. @throws ApiError BadRequest */
function toJson(manifest: unknown, name: string): string {
  try {
    return JSON.stringify(manifest);
  } catch {
    throw badInput(`${name}: it is nested too deep`);
  }
}

function namespaceIn(manifest: unknown): string | undefined {
  const namespace = (manifest as { metadata?: { namespace?: unknown } } | null)?.metadata?.namespace;
  return typeof namespace === 'string' && namespace !== '' ? namespace : undefined;
}
