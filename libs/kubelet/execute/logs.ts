import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PodRecord } from '../pods/pod-record.js';
import { podLogDirectory } from './sandbox.js';

/** Below the sandbox's log directory. Source: BuildContainerLogsDirectory in pkg/kubelet/kuberuntime/helpers.go. */
export const containerLogPath = (container: string, attempt: number): string => join(container, `${attempt}.log`);

/** An attempt's log stays for as long as `kubectl logs --previous` may ask for it: until the attempt after the next one starts. */
export async function removeOldLogs(dataDir: string, record: PodRecord, container: string, startedAttempt: number): Promise<void> {
  if (startedAttempt < 2) return;
  const pod = podLogDirectory(dataDir, record.namespace, record.name, record.uid);
  await rm(join(pod, containerLogPath(container, startedAttempt - 2)), { force: true });
}

export async function removePodLogs(dataDir: string, record: PodRecord): Promise<void> {
  await rm(podLogDirectory(dataDir, record.namespace, record.name, record.uid), { recursive: true, force: true });
}

/** The logs of pods that this node no longer has: they were removed while no worker ran. */
export async function removeStrayLogs(dataDir: string, isKnown: (podUid: string) => boolean): Promise<void> {
  const folder = join(dataDir, 'logs');
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    const uid = name.slice(name.lastIndexOf('_') + 1);
    if (!isKnown(uid)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
