import type { KindInfo, Resources, Selection } from '#apiserver';
import type { Cause } from '#store';
import type { ChangeType } from '../generated/types.js';
import { badInput } from '../server/errors.js';
import { cancellable } from './cancellable.js';

/** One message of a subscription, before it is given the shape of its kind. `object` is not there for SYNCED and BOOKMARK. */
export interface ObjectChange<T> {
  type: ChangeType;
  cursor: string;
  object?: T;
  /** Not there for what stood there at the beginning. */
  cause?: Cause;
  /** Which message it is: all who follow the same scope get the same under the same id. */
  id: string;
  /** It happened while the subscriber had all that went before: not the state, nor what it missed. */
  live: boolean;
  /** The subscriber has been told all that there is up to the cursor. */
  caughtUp: boolean;
}

/** Changes that can be followed from another place too: `after` gives what follows a cursor, in the same scope. */
export interface Followed<T> extends AsyncGenerator<ObjectChange<T>> {
  after(cursor: string): AsyncGenerator<ObjectChange<T>>;
}

export interface ChangeScope extends Selection {
  namespace?: string | null;
}

/** How the changes are followed. */
export interface Following {
  /** Epoch ms. */
  now(): number;
  /** How often a BOOKMARK is sent. */
  heartbeatMs: number;
}

/**
 * The changes of a kind's objects in scope, pulled by the reader: nothing is read ahead, so a slow reader delays nobody and misses nothing.
 * Without a cursor the state comes first, in the order of its revisions: then the cursor of each message, also in the middle of the
 * state, is a place to resume from (what has a greater revision follows as a change). @throws ApiError EXPIRED, while iterating
 */
export const followChanges = <T>(resources: Resources, kind: KindInfo, scope: ChangeScope, after: string | null | undefined, following: Following): Followed<T> => {
  const from = cursorOf(after);
  const begin = (cursor: string | undefined) => cancellable((signal) => changes<T>(resources, kind, scope, cursor, following, signal));
  return Object.assign(begin(from), { after: begin });
};

async function* changes<T>(
  resources: Resources,
  kind: KindInfo,
  scope: ChangeScope,
  after: string | undefined,
  { now, heartbeatMs }: Following,
  signal: AbortSignal,
): AsyncGenerator<ObjectChange<T>> {
  const { namespace, ...selection } = scope;
  let position = after;
  if (position === undefined) {
    const { items, revision } = await resources.list(kind, namespace ?? undefined, selection);
    const revisionOf = (item: (typeof items)[number]) => Number(item.metadata.resourceVersion);
    for (const object of items.sort((a, b) => revisionOf(a) - revisionOf(b))) {
      const cursor = String(revisionOf(object));
      yield { type: 'ADDED', cursor, object: object as unknown as T, id: `state ${cursor}`, live: false, caughtUp: false };
    }
    position = String(revision);
    yield { type: 'SYNCED', cursor: position, id: `SYNCED ${position}`, live: false, caughtUp: true };
  }
  // What was committed before the reader took the last message of the past belongs to the past too.
  let caughtUpAt = now();
  for await (const item of resources.watch(kind, namespace ?? undefined, { ...selection, after: position, heartbeatMs, signal })) {
    const cursor = String(item.revision);
    const id = `${item.type} ${cursor}`;
    if (item.type === 'BOOKMARK') yield { type: 'BOOKMARK', cursor, id, live: true, caughtUp: true };
    else {
      const live = item.change.committedAt >= caughtUpAt;
      yield { type: item.type, cursor, object: item.change.object as unknown as T, cause: item.change.cause, id, live, caughtUp: live };
      if (!live) caughtUpAt = now();
    }
  }
}

/** '0' and '' are Kubernetes' ways to say "from anywhere": no cursor. @throws ApiError BadRequest */
function cursorOf(after: string | null | undefined): string | undefined {
  if (after === null || after === undefined || after === '' || after === '0') return undefined;
  if (!/^\d+$/.test(after)) throw badInput(`after: ${JSON.stringify(after)} is no cursor: pass the cursor of a message, or none`);
  return after;
}
