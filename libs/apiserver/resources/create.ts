import { randomInt, randomUUID } from 'node:crypto';
import { generateName, toTime } from '#objects';
import type { KubeObject } from '#objects';
import { StoreError } from '#store';
import type { Cause, Write } from '#store';
import { toApiError } from '../errors/store-errors.js';
import { alreadyExists, badRequest, generateNameConflict, invalid } from '../errors/status.js';
import type { KindRow } from '../kinds/row.js';
import { metadataCauses } from '../kinds/validation.js';
import { allocate } from '../services/allocate.js';
import type { Allocation } from '../services/allocate.js';
import type { WriteOptions, Written } from '../types.js';
import { completeByPolicies, DEFAULT_ACCOUNT, judgeByPolicies, lacksAccount } from './admission.js';
import { decodeObject, setNamespace } from './body.js';
import { forgetAfter, MAX_ATTEMPTS, requestCause } from './context.js';
import type { Context } from './context.js';
import { preconditionOf } from './namespaces.js';

export async function create(context: Context, row: KindRow, namespace: string, body: unknown, options: WriteOptions): Promise<Written> {
  const { object, warnings } = decodeObject(row, body, options);
  setNamespace(row, object, namespace);
  const generated = completeMetadata(row, object, await context.times.now(object.metadata.namespace ?? ''));
  const name = object.metadata.name ?? '';
  const structural = row.structure?.(object) ?? [];
  if (structural.length > 0) throw invalid(row, name, structural);
  if (row.prepareCreate) row.prepareCreate(object, context.clock.now());
  else row.defaults?.(object);
  await context.priorities.give(object);
  const told = row.createWarnings?.(object) ?? [];
  const inserted = await insert(context, row, object, generated, options);
  return { object: inserted.object, warnings: [...warnings, ...inserted.warnings, ...told] };
}

/** Sets what only the server sets. Returns whether the name was made up. */
function completeMetadata(row: KindRow, object: KubeObject, now: number): boolean {
  const { metadata } = object;
  if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  const generated = !metadata.name && !!metadata.generateName;
  if (generated) metadata.name = generateName(metadata.generateName!, randomInt);
  const { name, generateName: base, labels, annotations, finalizers, ownerReferences, managedFields } = metadata;
  object.metadata = {
    ...(name !== undefined && { name }),
    ...(base && { generateName: base }),
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    uid: randomUUID(),
    ...(row.hasGeneration && { generation: 1 }),
    creationTimestamp: toTime(now),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(ownerReferences?.length && { ownerReferences }),
    ...(finalizers?.length && { finalizers }),
    ...(managedFields?.length && { managedFields }),
  };
  return generated;
}

/** @throws ApiError 422 */
function check(row: KindRow, object: KubeObject): void {
  const causes = [...metadataCauses(object), ...(row.validate?.(object) ?? []), ...(row.validateCreate?.(object) ?? [])];
  if (causes.length > 0) throw invalid(row, object.metadata.name ?? '', causes);
}

async function insert(context: Context, row: KindRow, object: KubeObject, generated: boolean, options: WriteOptions): Promise<Written> {
  const namespace = object.metadata.namespace ?? '';
  const cause = requestCause(options, 'create');
  let undo: (() => void) | undefined;
  for (let attempt = 1; ; attempt++) {
    const name = object.metadata.name ?? '';
    let policies = row.namespaced ? await context.namespaces.open(row, namespace, name) : undefined;
    if (policies && lacksAccount(object, policies)) {
      // It may have been made since the namespace was read.
      context.namespaces.forget(namespace);
      policies = await context.namespaces.open(row, namespace, name);
    }
    undo?.();
    if (policies) undo = completeByPolicies(row, object, policies, context.serviceAccountTokens);
    if (attempt === 1 || policies?.limitRanges.length) check(row, object);
    if (attempt === 1) await row.admit?.(context.store, object);
    const warnings = policies ? judgeByPolicies(row, object, policies) : [];
    const allocation = await allocate(context.store, undefined, object, attempt);
    if (allocation.causes.length > 0) throw invalid(row, name, allocation.causes);
    if (options.dryRun) {
      if (await context.store.get({ kind: row.kind, namespace, name })) throw alreadyExists(row, name);
      await context.quotas.check({ row, object, quotas: policies?.quotas ?? [] });
      return { object, warnings };
    }
    const touched = row.isPolicy ? await context.namespaces.touch(namespace, cause) : [];
    const preconditions = policies ? [preconditionOf(policies)] : [];
    try {
      const { revisions } = await context.quotas.charge({ row, object, quotas: policies?.quotas ?? [] }, (charges) =>
        context.store.commit({ preconditions, writes: [{ op: 'create', object, cause }, ...allocation.writes(cause), ...companions(object, cause), ...touched, ...charges] }),
      );
      forgetAfter(context, row, namespace, name);
      return { object: { ...object, metadata: { ...object.metadata, resourceVersion: String(revisions[0]) } }, warnings };
    } catch (error) {
      const again = attempt < MAX_ATTEMPTS && retryable(context, row, object, generated, allocation, error);
      if (!again) throw generated && isTaken(error, row.kind) ? generateNameConflict(row, name) : toApiError(error, row, name);
      if (generated && isTaken(error, row.kind)) object.metadata.name = generateName(object.metadata.generateName!, randomInt);
      allocation.undo();
    }
  }
}

/** A namespace is made with its default ServiceAccount. Source: pkg/controller/serviceaccount. */
function companions({ kind, metadata }: KubeObject, cause: Cause): Write[] {
  if (kind !== 'Namespace') return [];
  const account = { name: DEFAULT_ACCOUNT, namespace: metadata.name, uid: randomUUID(), creationTimestamp: metadata.creationTimestamp };
  return [{ op: 'create', object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account }, cause }];
}

const isTaken = (error: unknown, kind: string): boolean => error instanceof StoreError && error.code === 'ALREADY_EXISTS' && error.key?.kind === kind;

/** Whether the commit failed on something that another try can get around. @throws ApiError when it is the client's to mend. */
function retryable(context: Context, row: KindRow, object: KubeObject, generated: boolean, allocation: Allocation, error: unknown): boolean {
  if (!(error instanceof StoreError) || !error.key) return false;
  if (error.code === 'CONFLICT' && error.key.kind === 'Namespace' && row.namespaced) {
    context.namespaces.forget(error.key.name);
    return true;
  }
  if (error.code !== 'ALREADY_EXISTS') return false;
  if (error.key.kind === row.kind) return generated;
  const taken = allocation.taken(error.key);
  if (taken) throw invalid(row, object.metadata.name ?? '', [taken]);
  return true;
}
