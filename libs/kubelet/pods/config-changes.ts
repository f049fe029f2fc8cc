import type { NodeOffers } from '../execute/config-objects.js';
import { refreshVolumes } from '../execute/volumes.js';
import { volumeReferences } from '../execute/volume-sources.js';
import type { ContainerRuntime } from '#runtime';
import type { Change, Store } from '#store';
import { messageOf } from '../errors.js';
import type { PodRecord, Trigger } from './pod-record.js';
import type { PodTable } from './pod-table.js';

export interface ConfigChangesParts {
  offers: NodeOffers;
  store: Store;
  runtime: ContainerRuntime;
  table: PodTable;
  trigger: (record: PodRecord, trigger: Trigger) => void;
  log: (line: string) => void;
}

/** Lets a changed ConfigMap or Secret reach the pods that use it: those that wait for it go on, mounted ones get the new content. */
export class ConfigChanges {
  constructor(private readonly parts: ConfigChangesParts) {}

  apply(change: Change): void {
    const { kind, namespace, name } = change.key;
    if (kind !== 'ConfigMap' && kind !== 'Secret') return;
    const { table, trigger } = this.parts;
    for (const record of table.all()) {
      if (record.namespace !== namespace) continue;
      const waits = Object.keys(record.startErrors).length > 0;
      const { configMaps, secrets } = volumeReferences(record.pod);
      const mounts = (kind === 'ConfigMap' ? configMaps : secrets).includes(name);
      if (mounts && record.volumes.ready) void this.refresh(record);
      if (!waits && !(mounts && !record.volumes.ready)) continue;
      record.volumes.retryAt = undefined;
      for (const container of Object.keys(record.startErrors)) delete record.startErrors[container];
      trigger(record, { what: 'request', detail: `${kind} ${name} was changed` });
    }
  }

  /** The pod's own volumes tell of its labels and annotations (downward API). */
  relabelled(record: PodRecord): void {
    const tells = record.pod.spec.volumes?.some(({ downwardAPI, projected }) => downwardAPI ?? projected?.sources?.some((source) => source.downwardAPI));
    if (tells && record.volumes.ready) void this.refresh(record);
  }

  private async refresh(record: PodRecord): Promise<void> {
    const { runtime, store, offers, log } = this.parts;
    try {
      await refreshVolumes(runtime, store, offers, record);
    } catch (error) {
      log(`renewing the volumes of pod ${record.namespace}/${record.name} failed: ${messageOf(error)}`);
    }
  }
}
