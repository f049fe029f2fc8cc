import type { PodRecord } from './pod-record.js';

/** The pods bound to this node, by uid and by name. */
export class PodTable {
  private readonly byUid = new Map<string, PodRecord>();
  private readonly byName = new Map<string, PodRecord>();

  get size(): number {
    return this.byUid.size;
  }

  get(uid: string): PodRecord | undefined {
    return this.byUid.get(uid);
  }

  /** The pod that has the name now (a former one of that name may still be ending). */
  named(namespace: string, name: string): PodRecord | undefined {
    return this.byName.get(`${namespace}/${name}`);
  }

  add(record: PodRecord): void {
    this.byUid.set(record.uid, record);
    this.byName.set(`${record.namespace}/${record.name}`, record);
  }

  remove(record: PodRecord): void {
    record.cancelTimer?.();
    this.byUid.delete(record.uid);
    const name = `${record.namespace}/${record.name}`;
    if (this.byName.get(name) === record) this.byName.delete(name);
  }

  all(): IterableIterator<PodRecord> {
    return this.byUid.values();
  }
}
