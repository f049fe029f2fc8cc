/** Evicts pods that hold more on the node's disk than their limits allow. Source: localStorageEviction in pkg/kubelet/eviction/eviction_manager.go. */
import type { Clock } from '#clock';
import { isTerminal } from '#lifecycle';
import type { Pod } from '#objects';
import { RuntimeError } from '#runtime';
import type { ContainerRuntime } from '#runtime';
import { messageOf } from '../errors.js';
import type { PodRecord, Trigger } from '../pods/pod-record.js';
import type { PodTable } from '../pods/pod-table.js';
import { measured, overLimit } from './local-storage.js';
import type { LocalStorage } from './local-storage.js';

/** The kubelet looks each ten seconds, at figures up to a minute old. */
const LOOK_MS = 2_000;

export interface VolumeLimitsParts {
  runtime: Pick<ContainerRuntime, 'volumeUsage' | 'containerUsage' | 'listContainers'>;
  table: Pick<PodTable, 'all'>;
  /** The system clock. */
  clock: Clock;
  trigger: (record: PodRecord, trigger: Trigger) => void;
  log: (line: string) => void;
}

export class VolumeLimits {
  private cancel: (() => void) | undefined;

  constructor(private readonly parts: VolumeLimitsParts) {}

  start(): void {
    const { clock, log } = this.parts;
    this.cancel = clock.at(clock.now() + LOOK_MS, () => {
      const next = () => this.cancel && this.start();
      this.look().then(next, (error: unknown) => {
        log(`looking at the use of the disk failed: ${messageOf(error)}`);
        next();
      });
    });
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  /** Looks once at all pods that have limits. */
  async look(): Promise<void> {
    await Promise.all([...this.parts.table.all()].filter(mayBeEvicted).map((record) => this.lookAt(record)));
  }

  private async lookAt(record: PodRecord): Promise<void> {
    const storage = await this.measure(record).catch((error: unknown) => {
      // Its thread, the volume or the container has gone meanwhile, or the runtime cannot measure: there is nothing to judge.
      if (error instanceof RuntimeError) return undefined;
      throw error;
    });
    const message = storage && overLimit(record.pod, storage);
    if (message === undefined) return;
    record.eviction = message;
    this.parts.trigger(record, { what: 'decision', detail: message.trim() });
  }

  private async measure({ uid, pod }: PodRecord): Promise<LocalStorage> {
    const { runtime } = this.parts;
    const wanted = measured(pod);
    const storage = { volumes: new Map<string, number>(), containers: new Map<string, number>() };
    for (const name of wanted.volumes) storage.volumes.set(name, (await runtime.volumeUsage(uid, name)).bytes);
    if (!wanted.containers) return storage;
    for (const { id, metadata } of await runtime.listContainers({ podUid: uid })) {
      // The newest comes first.
      if (storage.containers.has(metadata.name)) continue;
      const usage = await runtime.containerUsage(id).catch((error: unknown) => {
        // The emptyDirs are judged all the same.
        if (error instanceof RuntimeError) return { rootfsBytes: 0, logBytes: 0 };
        throw error;
      });
      storage.containers.set(metadata.name, usage.rootfsBytes + usage.logBytes);
    }
    return storage;
  }
}

const mayBeEvicted = (record: PodRecord): boolean =>
  record.volumes.ready && record.eviction === undefined && !record.gone && !isTerminal(record.pod) && record.pod.metadata.deletionTimestamp === undefined && hasLimits(record.pod);

function hasLimits(pod: Pod): boolean {
  const { volumes, containers } = measured(pod);
  return containers || volumes.length > 0;
}
