import type { Clock } from '#clock';
import type { ContainerRuntime, PodSandbox, RuntimeContainer, RuntimeEvent } from '#runtime';
import { messageOf } from '../errors.js';
import { signature } from '../sync/observe.js';
import type { PodRecord, Trigger } from './pod-record.js';
import type { PodTable } from './pod-table.js';

/** Source: genericPlegRelistPeriod with evented PLEG in pkg/kubelet/kubelet.go. */
const RELIST_MS = 10_000;

/** What wakes a sync: the end of something. Starts and removals are the executor's own doing. */
const ENDS: Partial<Record<RuntimeEvent['type'], Trigger>> = {
  CONTAINER_EXITED: { what: 'container-exit', detail: 'a container exited' },
  SANDBOX_STOPPED: { what: 'runtime', detail: 'the sandbox is not ready' },
};
const CHANGED: Trigger = { what: 'runtime', detail: 'the runtime shows something else than before' };

/** Turns what the runtime reports into syncs; every few seconds it compares everything, for what was not reported. */
export class RuntimeWatch {
  private cancel: (() => void) | undefined;
  private stopped = false;

  constructor(
    private readonly runtime: ContainerRuntime,
    private readonly table: PodTable,
    private readonly clock: Clock,
    private readonly trigger: (record: PodRecord, trigger: Trigger) => void,
    private readonly orphan: (podUid: string) => Promise<void>,
    private readonly log: (line: string) => void,
  ) {}

  start(): void {
    this.follow().catch((error: unknown) => this.log(`the runtime's events ended: ${messageOf(error)}; what happens is seen every ${RELIST_MS / 1000} s`));
    this.arm();
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  private async follow(): Promise<void> {
    for await (const event of this.runtime.events()) {
      if (this.stopped) return;
      const trigger = ENDS[event.type];
      const record = trigger && this.table.get(event.podUid);
      // What is being stopped wakes a sync when the stop is over.
      if (!record || record.killing.has(event.id)) continue;
      this.trigger(record, { ...trigger, id: event.id });
    }
  }

  private arm(): void {
    this.cancel = this.clock.at(this.clock.now() + RELIST_MS, () => {
      this.relist()
        .catch((error: unknown) => this.log(`listing what runs failed: ${messageOf(error)}`))
        .finally(() => this.stopped || this.arm());
    });
  }

  async relist(): Promise<void> {
    const [sandboxes, containers, volumes] = await Promise.all([this.runtime.listPodSandboxes(), this.runtime.listContainers(), this.runtime.listVolumes()]);
    const pods = new Map<string, { sandboxes: PodSandbox[]; containers: RuntimeContainer[] }>();
    const uidOf = new Map<string, string>();
    const pod = (uid: string) => {
      let found = pods.get(uid);
      if (!found) pods.set(uid, (found = { sandboxes: [], containers: [] }));
      return found;
    };
    for (const sandbox of sandboxes) {
      uidOf.set(sandbox.id, sandbox.metadata.uid);
      pod(sandbox.metadata.uid).sandboxes.push(sandbox);
    }
    for (const container of containers) pod(uidOf.get(container.sandboxId) ?? '').containers.push(container);
    for (const { podUid } of volumes) pod(podUid);
    pods.delete('');
    for (const [uid, found] of pods) {
      const record = this.table.get(uid);
      if (!record) await this.orphan(uid);
      else if (signature(found.sandboxes, found.containers) !== record.seen) this.trigger(record, CHANGED);
    }
    for (const record of this.table.all()) if (record.seen !== '' && !pods.has(record.uid)) this.trigger(record, CHANGED);
  }
}
