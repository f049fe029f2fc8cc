import { killing } from '#lifecycle';
import type { PodAction } from '#lifecycle';
import type { ContainerRuntime } from '#runtime';
import { messageOf } from '../errors.js';
import type { PodRecord } from '../pods/pod-record.js';

type KillAction = Extract<PodAction, { type: 'killContainer' }>;

/** Stops containers with their grace: each stop only begins here, and its end wakes a sync. */
export class Killer {
  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly log: (line: string) => void,
  ) {}

  /** `done` when the container has exited, or the runtime would not stop it. Asked again while it is being stopped: with a shorter grace. */
  begin(record: PodRecord, kill: KillAction, done: () => void): void {
    const again = record.killing.has(kill.containerId);
    if (!again) record.event(killing(kill.message), kill);
    record.killing.add(kill.containerId);
    void this.runtime
      .stopContainer(kill.containerId, kill.graceMs)
      .catch((error: unknown) => this.log(`stopping container ${kill.container} of pod ${record.namespace}/${record.name} failed: ${messageOf(error)}`))
      .finally(() => {
        if (record.killing.delete(kill.containerId)) done();
      });
  }
}
