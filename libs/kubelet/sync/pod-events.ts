import { randomUUID } from 'node:crypto';
import type { Clock } from '#clock';
import { toTime } from '#objects';
import type { Pod } from '#objects';
import type { Cause, Revision, Write } from '#store';
import type { PendingEvent } from '../pods/pod-record.js';

/** Makes Event objects of what syncs have to tell. */
export class PodEvents {
  constructor(
    private readonly node: string,
    private readonly clock: Clock,
  ) {}

  prepare(pod: Pod, pending: PendingEvent[], cause: Cause): { writes: Write[]; committed(revisions: Revision[]): void } {
    const { name, namespace, uid } = pod.metadata;
    const writes = pending.map((event): Write => ({
      op: 'create',
      cause,
      object: {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.${randomUUID().slice(0, 13)}`, namespace, uid: randomUUID(), creationTimestamp: toTime(this.clock.now()) },
        involvedObject: { kind: 'Pod', apiVersion: 'v1', namespace, name, uid, fieldPath: event.fieldPath },
        reason: event.reason,
        message: event.message,
        type: event.type,
        source: { component: 'kubelet', host: this.node },
        firstTimestamp: toTime(event.at),
        lastTimestamp: toTime(event.at),
        count: 1,
        reportingComponent: 'kubelet',
        reportingInstance: this.node,
      },
    }));
    return { writes, committed: () => undefined };
  }
}
