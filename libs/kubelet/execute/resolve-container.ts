import { environmentReferences, expandCommand, makeEnvironment, mustNotBeRoot, rootFault } from '#lifecycle';
import type { PodAction } from '#lifecycle';
import type { Pod } from '#objects';
import type { ContainerConfig, ContainerRuntime, ServiceEntry } from '#runtime';
import type { Store } from '#store';
import { KubeletError } from '../errors.js';
import type { PodRecord } from '../pods/pod-record.js';
import { readConfigObjects } from './config-objects.js';
import type { NodeOffers } from './config-objects.js';
import { containerOf } from './container-of.js';
import { containerConfig } from './container-config.js';
import { containerMounts } from './volumes.js';

/** Where a container is to run, and what its environment may tell of. */
export interface Surroundings {
  store: Store;
  runtime: Pick<ContainerRuntime, 'imageStatus'>;
  node: string;
  podIP: string;
  hostIP: string;
  services: readonly ServiceEntry[];
  offers: NodeOffers;
}

/** Makes a container's configuration of its spec in `pod` (with the resources that it has been given) and of what that names. @throws KubeletError CONFIG, EnvironmentError: it cannot be made now. */
export async function resolveContainer(around: Surroundings, record: PodRecord, pod: Pod, action: Extract<PodAction, { type: 'startContainer' }>): Promise<ContainerConfig> {
  const container = containerOf(pod, action.container);
  if (!container) throw new KubeletError('CONFIG', `container ${action.container} is not in the pod's spec`);
  if (mustNotBeRoot(pod, container)) {
    const fault = rootFault(pod, container, (await around.runtime.imageStatus({ image: container.image ?? '' })) ?? {});
    if (fault) throw new KubeletError('CONFIG', fault);
  }
  const objects = await readConfigObjects(around.store, record.namespace, environmentReferences(container), around.offers);
  const envs = makeEnvironment(pod, container, { ...objects, nodeName: around.node, podIP: around.podIP, hostIP: around.hostIP, services: around.services });
  const mounts = containerMounts(pod, record.volumes.paths, container.volumeMounts, envs);
  return containerConfig(pod, container, { attempt: action.attempt, ...expandCommand(container, envs), envs, mounts });
}
