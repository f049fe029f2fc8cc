import { parseAllDocuments } from 'yaml';
import type { Resources, WriteOptions } from '#apiserver';
import type { MutationCreateNamespaceArgs, MutationCreatePodArgs, MutationDeletePodArgs } from '../generated/types.js';
import type { NamespaceObject, PodObject } from '../objects.js';
import { badInput } from '../server/errors.js';
import { NAMESPACES, PODS } from './kinds.js';
import { as, DEFAULT_NAMESPACE } from './queries.js';

export async function createPod(resources: Resources, args: MutationCreatePodArgs): Promise<PodObject> {
  const manifest = manifestOf(args);
  const { object } = await resources.create(PODS, args.namespace ?? namespaceIn(manifest) ?? DEFAULT_NAMESPACE, manifest, write('createPod', args.dryRun));
  return as<PodObject>(object);
}

export async function deletePod(resources: Resources, { namespace, name, gracePeriodSeconds, dryRun }: MutationDeletePodArgs): Promise<PodObject> {
  if (typeof gracePeriodSeconds === 'number' && gracePeriodSeconds < 0) throw badInput(`gracePeriodSeconds: ${gracePeriodSeconds} must not be negative`);
  const answer = await resources.delete(PODS, namespace ?? DEFAULT_NAMESPACE, name, undefined, {
    ...write('deletePod', dryRun),
    ...(typeof gracePeriodSeconds === 'number' && { gracePeriodSeconds }),
  });
  // The kind table says that deleting a pod answers with the pod.
  return as<PodObject>(answer as Exclude<typeof answer, { kind: 'Status' }>);
}

export async function createNamespace(resources: Resources, { name, labels, dryRun }: MutationCreateNamespaceArgs): Promise<NamespaceObject> {
  const manifest = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...(labels && { labels }) } };
  return as<NamespaceObject>((await resources.create(NAMESPACES, '', manifest, write('createNamespace', dryRun))).object);
}

const write = (mutation: string, dryRun: boolean | null | undefined): WriteOptions => ({
  cause: `mutation ${mutation}`,
  fieldManager: 'graphql',
  fieldValidation: 'Strict',
  dryRun: dryRun ?? false,
});

/** @throws ApiError BadRequest */
function manifestOf({ manifest, yaml }: MutationCreatePodArgs): unknown {
  if (typeof yaml === 'string' && (manifest === null || manifest === undefined)) return parseYaml(yaml);
  if (typeof yaml === 'string' || manifest === null || manifest === undefined) throw badInput('createPod takes the pod as one of manifest and yaml');
  // Written out in a query, objects come without a prototype and may be shared by several fields: the server gets its own plain copy.
  return JSON.parse(JSON.stringify(manifest)) as unknown;
}

/** One document. YAML's own types as in Kubernetes, which reads YAML as JSON. @throws ApiError BadRequest */
function parseYaml(text: string): unknown {
  const documents = parseAllDocuments(text, { version: '1.1', merge: true });
  if (!Array.isArray(documents) || documents.length !== 1) throw badInput(`yaml: ${documents.length === 0 ? 'there is no document' : `there are ${documents.length} documents`}: must be one pod`);
  const [document] = documents;
  const problem = document!.errors[0];
  if (problem) throw badInput(`yaml: ${problem.message}`);
  return document!.toJSON() as unknown;
}

function namespaceIn(manifest: unknown): string | undefined {
  const namespace = (manifest as { metadata?: { namespace?: unknown } } | null)?.metadata?.namespace;
  return typeof namespace === 'string' && namespace !== '' ? namespace : undefined;
}
