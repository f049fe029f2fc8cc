import { join, posix } from 'node:path';
import { expand, failedMount } from '#lifecycle';
import type { Pod, VolumeMount } from '#objects';
import type { ContainerRuntime, Mount } from '#runtime';
import type { Store } from '#store';
import { KubeletError, messageOf } from '../errors.js';
import type { PodRecord } from '../pods/pod-record.js';
import { readConfigObjects } from './config-objects.js';
import type { NodeOffers } from './config-objects.js';
import { podTokens } from './service-account-token.js';
import { volumeReferences, volumeSource } from './volume-sources.js';
import type { VolumeObjects } from './volume-sources.js';

/** Source: the volume manager's exponential back-off (pkg/util/goroutinemap/exponentialbackoff). */
const RETRY_MS = 500;
const LONGEST_RETRY_MS = 122_000;

/** Makes all of a pod's volumes, or says with a FailedMount event why one cannot be made, and when to try again. */
export async function prepareVolumes(runtime: ContainerRuntime, store: Store, offers: NodeOffers, record: PodRecord): Promise<void> {
  const { pod, volumes } = record;
  const objects = await volumeObjects(store, record, offers);
  let failed = false;
  for (const volume of pod.spec.volumes ?? []) {
    try {
      volumes.paths.set(volume.name, await runtime.prepareVolume(record.uid, volume.name, volumeSource(volume, pod, objects)));
    } catch (error) {
      failed = true;
      record.event(failedMount(volume.name, messageOf(error)));
    }
  }
  volumes.ready = !failed;
  volumes.retryAt = failed ? record.clock.now() + Math.min(RETRY_MS * 2 ** volumes.failures++, LONGEST_RETRY_MS) : undefined;
  if (!failed) volumes.failures = 0;
}

/** Gives the pod's files volumes the content that their ConfigMaps and Secrets have now. One that cannot be made now stays as it is. */
export async function refreshVolumes(runtime: ContainerRuntime, store: Store, offers: NodeOffers, record: PodRecord): Promise<void> {
  const objects = await volumeObjects(store, record, offers);
  for (const volume of record.pod.spec.volumes ?? []) {
    if (!volume.configMap && !volume.secret && !volume.projected && !volume.downwardAPI) continue;
    try {
      await runtime.updateVolume(record.uid, volume.name, volumeSource(volume, record.pod, objects));
    } catch (error) {
      record.event(failedMount(volume.name, messageOf(error)));
    }
  }
}

/** What a pod's volumes are made of. Its tokens are new each time; when they are to be renewed is noted. */
async function volumeObjects(store: Store, record: PodRecord, offers: NodeOffers): Promise<VolumeObjects> {
  const tokens = await podTokens(record.pod, record.clock.now());
  record.volumes.renewAt = tokens.renewAt;
  return { ...(await readConfigObjects(store, record.namespace, volumeReferences(record.pod), offers)), token: tokens.of };
}

/** Source: ExpandContainerVolumeMounts in pkg/kubelet/container/helpers.go. */
function expandPath(expression: string, envs: readonly { key: string; value: string }[]): string {
  return expand(expression, (name) => {
    const found = envs.find((one) => one.key === name);
    if (!found) throw new KubeletError('CONFIG', `missing value for "${name}"`);
    return found.value;
  });
}

/** A container's mounts. @throws KubeletError CONFIG when a mount names no volume of the pod, or its subPath leaves it. */
export function containerMounts(pod: Pod, paths: Map<string, string>, volumeMounts: VolumeMount[] | undefined, envs: readonly { key: string; value: string }[]): Mount[] {
  return (volumeMounts ?? []).map((mount) => {
    const path = paths.get(mount.name);
    if (path === undefined) throw new KubeletError('CONFIG', `cannot find volume "${mount.name}" to mount into container`);
    const subPath = mount.subPathExpr ? expandPath(mount.subPathExpr, envs) : (mount.subPath ?? '');
    if (posix.isAbsolute(subPath) || subPath.split('/').includes('..')) throw new KubeletError('CONFIG', `subPath "${subPath}" must stay within volume "${mount.name}"`);
    const files = pod.spec.volumes?.find((volume) => volume.name === mount.name);
    const readonly = mount.readOnly ?? Boolean(files?.configMap ?? files?.secret ?? files?.projected ?? files?.downwardAPI);
    return { hostPath: subPath ? join(path, subPath) : path, containerPath: mount.mountPath, readonly };
  });
}
