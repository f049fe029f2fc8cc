/** One path for every change of an object that exists: PUT, PATCH and their subresources. */
import { isDeepStrictEqual } from 'node:util';
import { causes as faults } from '#objects';
import type { Container, FieldCause, KubeObject, ObjectMeta, Pod } from '#objects';
import { StoreError } from '#store';
import type { Cause, Write } from '#store';
import { conflict, invalid, notFound, unknownPath } from '../errors/status.js';
import { toApiError } from '../errors/store-errors.js';
import type { KindRow } from '../kinds/row.js';
import { metadataCauses } from '../kinds/validation.js';
import { refuseUndrivable } from '../kinds/undrivable.js';
import { allocate } from '../services/allocate.js';
import type { WriteOptions, Written } from '../types.js';
import { checkLimitRanges, checkPodSecurity, isSecurityRelevant, namespaceWarnings } from './admission.js';
import { forgetAfter, MAX_ATTEMPTS, requestCause } from './context.js';
import type { Context } from './context.js';
import { preconditionOf } from './namespaces.js';

export interface Target {
  row: KindRow;
  namespace: string;
  name: string;
  /** undefined: the object itself. */
  subresource?: string;
}

/** What the client wants the object to be, seen what it is. Gives a value of its own each time (it will be changed in place). */
export type Change = (current: KubeObject) => { object: KubeObject; warnings: string[] };

/**
 * Reads, changes, checks and writes. Overtaken by another write it does all that again, unless the client had named the
 * resourceVersion that it wanted to change. @throws ApiError 404, 409, 422 and what `change` throws.
 */
export async function modify(context: Context, target: Target, change: Change, options: WriteOptions): Promise<Written> {
  const { row, namespace, name, subresource } = target;
  for (let attempt = 1; ; attempt++) {
    const current = await context.store.get({ kind: row.kind, namespace, name });
    if (!current) throw notFound(row, name);
    const wanted = change(current);
    checkIdentity(row, current, wanted.object);
    let next = part(target, current, wanted.object);
    const causes = complete(target, next, current, context.clock.now());
    if (causes.length > 0) throw invalid(row, name, causes);
    const allocation = await allocate(context.store, current, next, attempt);
    if (allocation.causes.length > 0) throw invalid(row, name, allocation.causes);
    if (isDeepStrictEqual(next, current)) return { object: current, warnings: wanted.warnings };
    if (row.hasGeneration && !isDeepStrictEqual(next.spec, current.spec)) {
      next = { ...next, metadata: { ...next.metadata, generation: (current.metadata.generation ?? 0) + 1 } };
    }
    if (subresource === undefined) await row.admitUpdate?.(context.store, next);
    const { nodeName } = (next.spec ?? {}) as { nodeName?: string };
    if (target.subresource === 'binding' && nodeName) await refuseUndrivable(context.store, row, next, nodeName);
    const resizes = row.kind === 'Pod' && subresource === 'resize';
    const policies = row.kind === 'Service' || resizes || isSecurityRelevant(next, current) ? await context.namespaces.policies(namespace) : undefined;
    if (policies && resizes) checkLimitRanges(row, next, policies);
    const warnings = [...wanted.warnings, ...(policies && row.kind === 'Pod' ? checkPodSecurity(row, next, policies) : []), ...(await namespaceWarnings(context.store, next, current))];
    const charged = { row, object: next, previous: current, quotas: row.kind === 'Service' || resizes ? (policies?.quotas ?? []) : [] };
    if (options.dryRun) {
      await context.quotas.check(charged);
      return { object: next, warnings };
    }
    const cause = requestCause(options, 'update');
    // The last finalizer has gone: this change is the object's end.
    const claims = isReleased(next) ? await allocate(context.store, current, undefined) : allocation;
    const touched = row.isPolicy && subresource !== 'status' ? await context.namespaces.touch(namespace, cause) : [];
    const preconditions = policies ? [preconditionOf(policies)] : [];
    const main = mainWrite(target, next, current, cause);
    try {
      const { revisions } = await context.quotas.charge(charged, (charges) =>
        context.store.commit({ preconditions, writes: [main, ...claims.writes(cause), ...touched, ...charges] }),
      );
      forgetAfter(context, row, namespace, name);
      return { object: { ...next, metadata: { ...next.metadata, resourceVersion: String(revisions[0]) } }, warnings };
    } catch (error) {
      const taken = error instanceof StoreError && error.code === 'ALREADY_EXISTS' && error.key ? allocation.taken(error.key) : undefined;
      if (taken) throw invalid(row, name, [taken]);
      if (error instanceof StoreError && error.key?.kind === 'Namespace') context.namespaces.forget(namespace);
      if (attempt >= MAX_ATTEMPTS || !overtaken(error)) throw toApiError(error, row, name);
    }
  }
}

const overtaken = (error: unknown): boolean => error instanceof StoreError && (error.code === 'CONFLICT' || error.code === 'ALREADY_EXISTS');

function checkIdentity(row: KindRow, current: KubeObject, wanted: KubeObject): void {
  const { uid, resourceVersion } = wanted.metadata;
  const name = current.metadata.name ?? '';
  if (uid && uid !== current.metadata.uid) {
    throw conflict(row, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`);
  }
  if (resourceVersion && resourceVersion !== current.metadata.resourceVersion) throw conflict(row, name);
}

/** `current` with that part replaced which the (sub)resource stands for. */
function part({ row, subresource }: Target, current: KubeObject, wanted: KubeObject): KubeObject {
  const { apiVersion, kind } = current;
  if (subresource === undefined) {
    const { apiVersion: _version, kind: _kind, metadata, status: _status, ...rest } = wanted;
    const status = row.hasStatus ? current.status : wanted.status;
    return { apiVersion, kind, metadata: keptMetadata(current.metadata, metadata), ...rest, ...(status !== undefined && { status }) };
  }
  const metadata = { ...current.metadata };
  if (subresource === 'status' && row.hasStatus) return { ...current, metadata, status: wanted.status };
  if (subresource === 'finalize' && row.kind === 'Namespace') return { ...current, metadata, spec: wanted.spec };
  if (subresource === 'binding' && row.kind === 'Pod') {
    const { nodeName } = (wanted.spec ?? {}) as { nodeName?: string };
    return { ...current, metadata, spec: { ...(current.spec as object), nodeName } };
  }
  if (subresource === 'ephemeralcontainers' && row.kind === 'Pod') {
    const { ephemeralContainers } = (wanted.spec ?? {}) as { ephemeralContainers?: unknown };
    return { ...current, metadata, spec: { ...(current.spec as object), ...(ephemeralContainers !== undefined && { ephemeralContainers }) } };
  }
  if (subresource === 'resize' && row.kind === 'Pod') return resized(current as Pod, wanted as Pod);
  throw unknownPath();
}

/** Of what is wanted only the resources and resize policies of containers count. Source: dropNonResizeUpdates. */
function resized(current: Pod, wanted: Pod): KubeObject {
  const take = (list: Container[] | undefined, from: Container[] | undefined) =>
    list?.map((container) => {
      const { resizePolicy: _, ...rest } = container;
      const { resources, resizePolicy } = from?.find(({ name }) => name === container.name) ?? container;
      return { ...rest, resources: resources ?? {}, ...(resizePolicy && { resizePolicy }) };
    });
  const { spec, metadata } = current;
  const initContainers = take(spec.initContainers, wanted.spec.initContainers);
  return { ...current, metadata: { ...metadata }, spec: { ...spec, ...(initContainers && { initContainers }), containers: take(spec.containers, wanted.spec.containers)! } };
}

/** What a client may change of the metadata is taken from `wanted`, the rest stays. */
function keptMetadata(current: ObjectMeta, wanted: ObjectMeta): ObjectMeta {
  const { labels, annotations, ownerReferences, finalizers } = wanted;
  const { labels: _1, annotations: _2, ownerReferences: _3, finalizers: _4, managedFields, ...system } = current;
  const managed = wanted.managedFields ?? managedFields;
  return {
    ...system,
    ...(notEmpty(labels) && { labels }),
    ...(notEmpty(annotations) && { annotations }),
    ...(ownerReferences?.length && { ownerReferences }),
    ...(finalizers?.length && { finalizers }),
    ...(managed?.length && { managedFields: managed }),
  };
}

const notEmpty = (map: object | undefined): boolean => map !== undefined && Object.keys(map).length > 0;

/** Defaults and checks the new state. */
function complete({ row, subresource }: Target, next: KubeObject, current: KubeObject, now: number): FieldCause[] {
  if (subresource === 'status') row.prepareStatus?.(next);
  if (subresource !== undefined && subresource !== 'ephemeralcontainers' && subresource !== 'resize') return row.validateStatus && subresource === 'status' ? row.validateStatus(next, current) : [];
  const structural = row.structure?.(next) ?? [];
  if (structural.length > 0) return structural;
  row.prepareUpdate?.(next, current, now);
  row.defaults?.(next);
  return [
    ...metadataCauses(next),
    ...newFinalizers(next, current),
    ...(row.validate?.(next) ?? []),
    ...(row.validateUpdate?.(next, current, subresource) ?? []),
  ];
}

function newFinalizers(next: KubeObject, current: KubeObject): FieldCause[] {
  if (!current.metadata.deletionTimestamp) return [];
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !current.metadata.finalizers?.includes(finalizer));
  if (added.length === 0) return [];
  const shown = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  return [
    faults.forbidden('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`),
  ];
}

/** Being deleted, and nothing holds it any more: a pod's node has ended it, the last finalizer is gone. */
export function isReleased(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (!deletionTimestamp || finalizers?.length) return false;
  if (object.kind === 'Namespace') return !(object.spec as { finalizers?: string[] } | undefined)?.finalizers?.length;
  return (deletionGracePeriodSeconds ?? 0) === 0;
}

function mainWrite({ row, namespace, name, subresource }: Target, object: KubeObject, current: KubeObject, cause: Cause): Write {
  const expect = current.metadata.resourceVersion;
  if (isReleased(object)) return { op: 'delete', key: { kind: row.kind, namespace, name }, uid: current.metadata.uid, expect, object, cause };
  return { op: subresource === 'status' ? 'status' : 'update', object, expect, cause };
}
