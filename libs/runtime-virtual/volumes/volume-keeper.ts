import type { Clock } from '#clock';
import { removeVolumeFile, writeVolume, type VolumeContent } from './volume-file.js';

export interface VolumeKeeperOptions {
  clock: Clock;
  /** From the first write to the copy on disk. */
  persistAfterMs: number;
  read(volumeId: string): VolumeContent;
  /** A volume is on disk for the first time. */
  persisted(volumeId: string): void;
  warn(message: string): void;
}

interface Kept {
  file: string;
  onDisk: boolean;
}

/**
 * Keeps emptyDirs on disk, so that they outlive their thread and process: lazily, some seconds after a write, all changed ones in one go.
 * A volume that nobody writes to costs nothing and has no file.
 */
export class VolumeKeeper {
  private readonly kept = new Map<string, Kept>();
  private changedIds = new Set<string>();
  private timerArmed = false;
  /** Disk operations, one after another. */
  private work: Promise<void> = Promise.resolve();

  constructor(private readonly options: VolumeKeeperOptions) {}

  add(volumeId: string, file: string, onDisk: boolean): void {
    this.kept.set(volumeId, { file, onDisk });
  }

  changed(volumeIds: string[]): void {
    for (const id of volumeIds) if (this.kept.has(id)) this.changedIds.add(id);
    if (this.changedIds.size === 0 || this.timerArmed) return;
    this.timerArmed = true;
    this.options.clock.at(this.options.clock.now() + this.options.persistAfterMs, () => {
      this.timerArmed = false;
      this.persistAll(() => undefined);
    });
  }

  remove(volumeId: string): void {
    const volume = this.kept.get(volumeId);
    this.kept.delete(volumeId);
    this.changedIds.delete(volumeId);
    if (volume) this.then(volume.file, async () => (volume.onDisk ? removeVolumeFile(volume.file) : undefined));
  }

  /** Writes what has changed; calls `done` when all that was begun until now has ended. */
  persistAll(done: () => void): void {
    const ids = this.changedIds;
    this.changedIds = new Set();
    for (const id of ids) {
      const volume = this.kept.get(id);
      if (volume) this.then(volume.file, () => this.persist(id, volume));
    }
    void this.work.then(done);
  }

  private async persist(id: string, volume: Kept): Promise<void> {
    if (this.kept.get(id) !== volume) return;
    const content = this.options.read(id);
    if (Object.keys(content).length === 0 && !volume.onDisk) return;
    const first = !volume.onDisk;
    volume.onDisk = true;
    try {
      await writeVolume(volume.file, content);
    } catch (error) {
      this.changed([id]);
      throw error;
    }
    if (first) this.options.persisted(id);
  }

  private then(file: string, work: () => Promise<void>): void {
    this.work = this.work.then(work).catch((error: Error) => this.options.warn(`cannot keep the volume ${file}: ${error.message}`));
  }
}
