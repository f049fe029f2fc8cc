import { sep, join } from 'node:path';
import { RuntimeError, type VolumeSource } from '#runtime';
import type { VolumeInit } from '../kernel/machine.js';
import { copyHostPath } from '../volumes/host-copy.js';
import { atomicLayout, sameFiles } from '../volumes/atomic-layout.js';
import { listVolumeFiles, readVolumeFile, removeVolumeFile, volumeFile } from '../volumes/volume-file.js';
import type { Host } from './host.js';
import type { ThreadLink } from './thread-link.js';
import { threadOf, type PodRecord, type VolumeRecord } from './pods.js';

/** The pods' volumes: made in the pod's thread, emptyDirs brought back from disk. */
export class Volumes {
  /** By pod uid, the names of what an earlier process left on disk and no pod has asked for yet. */
  private left = new Map<string, Set<string>>();
  private readonly root: string;

  constructor(
    private readonly host: Host,
    private readonly hostPaths: string[],
  ) {
    this.root = join(host.dataDir, 'volumes');
  }

  async start(): Promise<void> {
    this.left = await listVolumeFiles(this.host.dataDir);
  }

  async prepare(podUid: string, name: string, source: VolumeSource): Promise<string> {
    const copy = source.kind === 'hostPath' ? await copyHostPath(source.path, this.hostPaths) : undefined;
    const pod = this.host.pods.open(podUid);
    if (!pod.volumes.has(name)) {
      const id = `${podUid}/${name}`;
      const volume: VolumeRecord = { id, source, ...(copy && { copy }), onDisk: this.left.get(podUid)?.delete(name) ?? false };
      pod.volumes.set(name, volume);
      // A pod without a thread gets its volumes with it.
      if (pod.thread) await this.addTo(pod.thread, pod, name, volume);
      else await this.settle(pod);
    }
    return join(this.root, podUid, name, copy?.root ?? '');
  }

  /** Gives the pod a thread, and the thread the pod's volumes. */
  async settle(pod: PodRecord): Promise<void> {
    if (pod.thread) return;
    const thread = this.host.pool.choose();
    pod.thread = thread;
    thread.pods++;
    for (const [name, volume] of [...pod.volumes]) await this.addTo(thread, pod, name, volume);
  }

  update(podUid: string, name: string, source: VolumeSource): void {
    const pod = this.host.pods.byUid.get(podUid);
    const volume = pod?.volumes.get(name);
    if (!pod || !volume) throw new RuntimeError('NOT_FOUND', `pod ${podUid} has no volume ${name}`);
    if (source.kind !== 'files' || volume.source.kind !== 'files' || sameFiles(source, volume.source)) return;
    volume.source = source;
    pod.thread?.send({ type: 'updateVolume', id: volume.id, files: atomicLayout(source, pod.clock.now()) });
  }

  async usage(podUid: string, name: string): Promise<{ bytes: number }> {
    const pod = this.host.pods.byUid.get(podUid);
    const volume = pod?.volumes.get(name);
    if (!pod || !volume) throw new RuntimeError('NOT_FOUND', `pod ${podUid} has no volume ${name}`);
    return { bytes: await threadOf(pod).askNumber({ type: 'volumeBytes', id: volume.id }) };
  }

  async removeAll(podUid: string): Promise<void> {
    const files = [...(this.left.get(podUid) ?? [])];
    this.left.delete(podUid);
    const pod = this.host.pods.byUid.get(podUid);
    for (const [name, volume] of pod?.volumes ?? []) {
      if (pod?.thread) pod.thread.send({ type: 'removeVolume', id: volume.id });
      else if (volume.onDisk) files.push(name);
    }
    pod?.volumes.clear();
    if (pod) this.host.pods.closeIfEmpty(pod);
    for (const name of files) await removeVolumeFile(volumeFile(this.host.dataDir, podUid, name));
  }

  list(): { podUid: string; volumeName: string }[] {
    const found: { podUid: string; volumeName: string }[] = [];
    for (const [podUid, names] of this.left) for (const volumeName of names) found.push({ podUid, volumeName });
    for (const pod of this.host.pods.byUid.values()) for (const volumeName of pod.volumes.keys()) found.push({ podUid: pod.uid, volumeName });
    return found;
  }

  persisted(volumeId: string): void {
    const cut = volumeId.indexOf('/');
    const volume = this.host.pods.byUid.get(volumeId.slice(0, cut))?.volumes.get(volumeId.slice(cut + 1));
    if (volume) volume.onDisk = true;
  }

  /** A mount's hostPath as the machine knows it. @throws RuntimeError UNSUPPORTED when it is none of the pod's volumes. */
  locate(pod: PodRecord, hostPath: string): { volumeId: string; subPath: string; copied: boolean } {
    const parts = hostPath.startsWith(this.root + sep) ? hostPath.slice(this.root.length + 1).split('/') : [];
    const [uid, name = '', ...below] = parts;
    const volume = uid === pod.uid ? pod.volumes.get(name) : undefined;
    if (!volume)
      throw new RuntimeError('UNSUPPORTED', `mount of ${hostPath}: the virtual runtime mounts only volumes that prepareVolume has made for the pod`);
    return { volumeId: volume.id, subPath: below.filter(Boolean).join('/'), copied: volume.copy !== undefined };
  }

  private async addTo(thread: ThreadLink, pod: PodRecord, name: string, volume: VolumeRecord): Promise<void> {
    const { source } = volume;
    const init: VolumeInit = { id: volume.id, podUid: pod.uid, files: {} };
    let file = '';
    if (source.kind !== 'hostPath' && source.gid !== undefined) init.gid = source.gid;
    if (source.kind === 'files') init.files = atomicLayout(source, pod.clock.now());
    else if (volume.copy) init.files = volume.copy.files;
    else if (source.kind === 'emptyDir') {
      if (source.sizeLimitBytes !== undefined) init.sizeLimitBytes = source.sizeLimitBytes;
      if (source.medium === 'Memory') init.memory = true;
      else file = volumeFile(this.host.dataDir, pod.uid, name);
      if (volume.onDisk) init.files = (await readVolumeFile(volumeFile(this.host.dataDir, pod.uid, name))) ?? {};
    }
    thread.send({ type: 'addVolume', volume: init, file, onDisk: volume.onDisk });
  }
}
