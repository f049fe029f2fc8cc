/** Evicts pods whose emptyDirs hold more than their limit. Source: localStorageEviction in pkg/kubelet/eviction/eviction_manager.go. */
import type { Clock } from '#clock';
import { emptyDirOverLimit, isTerminal } from '#lifecycle';
import { quantityValue } from '#objects';
import type { Pod } from '#objects';
import { RuntimeError } from '#runtime';
import type { ContainerRuntime } from '#runtime';
import { messageOf } from '../errors.js';
import type { PodRecord, Trigger } from '../pods/pod-record.js';
import type { PodTable } from '../pods/pod-table.js';

/** The kubelet looks each ten seconds, at figures up to a minute old. */
const LOOK_MS = 2_000;

export interface VolumeLimitsParts {
  runtime: Pick<ContainerRuntime, 'volumeUsage'>;
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
        log(`looking at the use of volumes failed: ${messageOf(error)}`);
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
    const { runtime, trigger } = this.parts;
    for (const { name, limit } of limitedVolumes(record.pod)) {
      let bytes: number;
      try {
        ({ bytes } = await runtime.volumeUsage(record.uid, name));
      } catch (error) {
        // Its thread or the volume has gone meanwhile: there is nothing to measure.
        if (error instanceof RuntimeError) return;
        throw error;
      }
      if (bytes <= quantityValue(limit)) continue;
      record.eviction = emptyDirOverLimit(name, limit);
      trigger(record, { what: 'decision', detail: record.eviction.trim() });
      return;
    }
  }
}

const mayBeEvicted = (record: PodRecord): boolean =>
  record.volumes.ready && record.eviction === undefined && !record.gone && !isTerminal(record.pod) && record.pod.metadata.deletionTimestamp === undefined;

function* limitedVolumes(pod: Pod): Generator<{ name: string; limit: string }> {
  for (const { name, emptyDir } of pod.spec.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && quantityValue(limit) > 0) yield { name, limit: String(limit) };
  }
}
