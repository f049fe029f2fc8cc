import { toTime } from '#objects';
import type { KubeObject, Pod } from '#objects';
import { isOvertaken } from '#store';
import type { Write } from '#store';
import { conflict, deleted, forbidden, notFound } from '../errors/status.js';
import { toApiError } from '../errors/store-errors.js';
import { duesInRealTime } from '../clocks/dues.js';
import type { KindRow } from '../kinds/row.js';
import { allocate } from '../services/allocate.js';
import type { Status } from '../types.js';
import { forgetAfter, MAX_ATTEMPTS, requestCause } from './context.js';
import type { Context, Requested } from './context.js';
import type { DeleteOptions } from './delete-options.js';
import { isReleased } from './modify.js';

/** Deletes, or begins to: whoever holds the object (its node, its finalizers) has the last word. @throws ApiError 403, 404, 409 */
export async function remove(
  context: Context,
  row: KindRow,
  namespace: string,
  name: string,
  options: DeleteOptions & Requested,
): Promise<KubeObject | Status> {
  const key = { kind: row.kind, namespace, name };
  const cause = requestCause(options, 'delete');
  for (let attempt = 1; ; attempt++) {
    const current = await context.store.get(key);
    if (!current) throw notFound(row, name);
    checkPreconditions(row, current, options.preconditions);
    const kept = row.undeletable?.(current);
    if (kept) throw forbidden(row, name, kept);
    const { next, gone } = deletionState(row, current, options, await context.times.now(current.metadata.namespace ?? ''));
    const answer = gone && !row.returnsDeleted ? deleted(row, name, current.metadata.uid ?? '') : next;
    if ((next === current && !gone) || options.dryRun) return answer;
    const expect = current.metadata.resourceVersion;
    const writes: Write[] = gone
      ? [
          { op: 'delete', key, uid: current.metadata.uid, expect, object: next, cause },
          ...(await allocate(context.store, current, undefined)).writes(cause),
          ...(row.isPolicy ? await context.namespaces.touch(namespace, cause) : []),
        ]
      : [{ op: 'update', object: next, expect, cause }];
    try {
      const podSync = gone && row.kind === 'Clock' ? await duesInRealTime(context.store, current, context.clock.now()) : [];
      const { revisions } = await context.store.commit({ writes, podSync });
      forgetAfter(context, row, namespace, name);
      if (answer === next) return { ...next, metadata: { ...next.metadata, resourceVersion: String(revisions[0]) } };
      return answer;
    } catch (error) {
      if (!isOvertaken(error) || attempt >= MAX_ATTEMPTS) throw toApiError(error, row, name);
    }
  }
}

function checkPreconditions(row: KindRow, current: KubeObject, wanted: DeleteOptions['preconditions']): void {
  const { uid, resourceVersion, name = '' } = current.metadata;
  if (wanted?.uid && wanted.uid !== uid)
    throw conflict(row, name, `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`);
  if (wanted?.resourceVersion && wanted.resourceVersion !== resourceVersion) {
    throw conflict(
      row,
      name,
      `Precondition failed: ResourceVersion in precondition: ${wanted.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`,
    );
  }
}

const PERMANENT = new Set(['default', 'kube-system', 'kube-public']);

export interface Deletion {
  /** The object as the deletion leaves it; the current one itself when there is nothing to change. */
  next: KubeObject;
  /** It is to be removed now. */
  gone: boolean;
}

/** Source: BeforeDelete in staging/src/k8s.io/apiserver/pkg/registry/rest/delete.go. `now`: epoch ms. */
export function deletionState(row: KindRow, current: KubeObject, options: DeleteOptions, now: number): Deletion {
  const { metadata } = current;
  if (row.kind === 'Namespace') return namespaceDeletion(row, current, now);
  if (metadata.deletionTimestamp) return shortenedDeletion(current, metadata.deletionTimestamp, options.gracePeriodSeconds);
  if (row.kind !== 'Pod' && !metadata.finalizers?.length) return { next: current, gone: true };
  const grace = row.kind === 'Pod' ? podGrace(current as Pod, options.gracePeriodSeconds) : 0;
  const next = {
    ...current,
    metadata: {
      ...metadata,
      ...(metadata.generation && { generation: metadata.generation + 1 }),
      deletionTimestamp: toTime(now + grace * 1000),
      deletionGracePeriodSeconds: grace,
    },
  };
  return { next, gone: isReleased(next) };
}

/** Of a deletion that is under way only the grace may change, and only to less. */
function shortenedDeletion(current: KubeObject, deletionTimestamp: string, period: number | undefined): Deletion {
  const before = current.metadata.deletionGracePeriodSeconds ?? 0;
  if (period === undefined || period >= before) return { next: current, gone: isReleased(current) };
  const shortened = toTime(Date.parse(deletionTimestamp) - (before - period) * 1000);
  const next = { ...current, metadata: { ...current.metadata, deletionTimestamp: shortened, deletionGracePeriodSeconds: Math.max(period, 0) } };
  return { next, gone: isReleased(next) };
}

/** Seconds; 0 for a pod that no node runs. Source: CheckGracefulDelete in pkg/registry/core/pod/strategy.go. */
function podGrace(pod: Pod, asked: number | undefined): number {
  const { nodeName, terminationGracePeriodSeconds = 30 } = pod.spec;
  if (!nodeName || pod.status.phase === 'Failed' || pod.status.phase === 'Succeeded') return 0;
  const period = asked ?? terminationGracePeriodSeconds;
  return period < 0 ? 1 : period;
}

/** The namespace's contents go first: whoever clears them takes the finalizer out. */
function namespaceDeletion(row: KindRow, current: KubeObject, now: number): Deletion {
  const name = current.metadata.name ?? '';
  if (PERMANENT.has(name)) throw forbidden(row, name, 'this namespace may not be deleted');
  if (current.metadata.deletionTimestamp && !isReleased(current)) {
    const why =
      'The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.';
    throw conflict(row, name, why);
  }
  const next = {
    ...current,
    metadata: { ...current.metadata, deletionTimestamp: toTime(now) },
    status: { ...(current.status as object | undefined), phase: 'Terminating' },
  };
  return { next, gone: isReleased(next) };
}
