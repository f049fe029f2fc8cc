import { NEW_MEMO } from '#lifecycle';
import type { EventWords, ImageState, PodMemo } from '#lifecycle';
import { containerFieldPath } from '#objects';
import type { ContainerKind, Pod, ResourceRequirements } from '#objects';
import type { Cause } from '#store';
import type { PodClock } from '#clock';

/** An event that waits for the pod's next commit. */
export interface PendingEvent extends EventWords {
  fieldPath?: string;
  /** Pod clock, epoch ms. */
  at: number;
}

/** Why a sync runs: becomes the cause of the revisions that it writes. */
export type Trigger = Pick<Cause, 'what' | 'detail' | 'request' | 'container' | 'probe'> & {
  /** The container or sandbox that it is about. */
  id?: string;
};

/** Why a container is being stopped, where that is not the end of its pod. */
export interface Stop {
  containerId: string;
  because: string;
  probe?: Cause['probe'];
  request?: Cause['request'];
}

/** Somebody else changed the pod. */
export function changeTrigger({ changedBy }: PodRecord): Trigger {
  if (!changedBy) return { what: 'request', detail: 'the pod was changed' };
  const { by, detail, request } = changedBy;
  return by === 'api' ? { what: 'request', detail, ...(request && { request }) } : { what: 'decision', detail: `${by}: ${detail}` };
}

/** What this process knows of one pod. Everything in here can be found again: from the store, the runtime, or by doing it once more. */
export class PodRecord {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** The newest state known; shared with the store's readers, so never changed in place. */
  pod: Pod;
  /** resourceVersion of `pod`. */
  revision: number;
  /** The newest state that a sync of this process has dealt with. */
  handledRevision = 0;
  /** When a change of somebody else's was seen that no sync has dealt with yet (system clock). */
  waitingSince: number | undefined;
  /** The cause of that change. */
  changedBy: Cause | undefined;
  /** Somebody else removed the object from the store: end and clean up what is here, write nothing. */
  gone = false;

  memo: PodMemo;
  /** What pod_sync is known to hold, so that only changes are written. */
  stored: { syncedRevision: number; dueAt: number | null; memo: PodMemo | undefined };

  readonly events: PendingEvent[] = [];
  /** Ids of the containers that are being stopped. */
  readonly killing = new Set<string>();
  /** Pulls under way and failed ones, by image; and the delay after the last failure. */
  readonly images = new Map<string, { state: ImageState; delayMs?: number }>();
  /** By container: the attempt for whose start the image has been pulled. */
  readonly pulled: Record<string, number> = {};
  /** The last order to stop each container, by name: what its end is put down to, whoever tells of that. */
  readonly stops = new Map<string, Stop>();
  /** Containers whose postStart hook is under way. */
  readonly hooks = new Set<string>();
  readonly startErrors: Record<string, { reason: string; message: string; at: number }> = {};
  /** What containers were started with, or given since, by id. */
  readonly given: Record<string, ResourceRequirements> = {};
  /** The last attempt to give a container other resources failed. */
  resizeError: { message: string; at: number } | undefined;
  /** The node has taken the pod: it has its place, and is not judged again. */
  admitted: boolean;
  /** What ended containers have left to say, by id. */
  readonly messages = new Map<string, string>();
  volumes: { ready: boolean; paths: Map<string, string>; failures: number; retryAt?: number; renewAt?: number };
  /** Why the node evicts the pod. */
  eviction: string | undefined;
  /** Grows with each sync and each probe: whether something has happened meanwhile. */
  activity = 0;
  /** What the runtime showed at the last look: a relist that finds something else wakes a sync. */
  seen = '';

  cancelTimer: (() => void) | undefined;
  armedFor: number | undefined;

  constructor(
    pod: Pod,
    readonly clock: PodClock,
    sync?: { syncedRevision: number; dueAt: number | null; memo: unknown },
  ) {
    this.uid = pod.metadata.uid;
    this.namespace = pod.metadata.namespace;
    this.name = pod.metadata.name;
    this.pod = pod;
    this.revision = Number(pod.metadata.resourceVersion);
    this.memo = (sync?.memo as PodMemo | null | undefined) ?? NEW_MEMO;
    this.stored = {
      syncedRevision: sync?.syncedRevision ?? 0,
      dueAt: sync?.dueAt ?? null,
      memo: (sync?.memo as PodMemo | null | undefined) ?? undefined,
    };
    this.admitted = pod.status.startTime !== undefined;
    this.volumes = { ready: !pod.spec.volumes?.length, paths: new Map(), failures: 0 };
  }

  /** Takes a state that came from elsewhere, if it is newer than what is known. */
  take(pod: Pod): boolean {
    const revision = Number(pod.metadata.resourceVersion);
    if (revision <= this.revision) return false;
    this.pod = pod;
    this.revision = revision;
    return true;
  }

  /** A sync has dealt with the state of `revision`. */
  handled(revision: number): void {
    this.handledRevision = Math.max(this.handledRevision, revision);
    if (this.handledRevision >= this.revision) this.waitingSince = undefined;
  }

  /** Keeps an event for the next commit; `about`: the container that it is about. */
  event({ type, reason, message }: EventWords, about?: { container: string; kind: ContainerKind }): void {
    const fieldPath = about && containerFieldPath(about.kind, about.container);
    const same = (event: PendingEvent) => event.reason === reason && event.message === message && event.fieldPath === fieldPath;
    if (!this.events.some(same)) this.events.push({ type, reason, message, fieldPath, at: this.clock.now() });
  }
}
