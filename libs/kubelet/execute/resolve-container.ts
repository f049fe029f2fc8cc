import { environmentReferences, expandCommand, makeEnvironment } from '#lifecycle';
import type { PodAction } from '#lifecycle';
import { containersOf } from '#objects';
import type { Container } from '#objects';
import type { ContainerConfig, ServiceEntry } from '#runtime';
import type { Store } from '#store';
import { KubeletError } from '../errors.js';
import { HOST_IP } from '../options.js';
import type { PodRecord } from '../pods/pod-record.js';
import { readConfigObjects } from './config-objects.js';
import { containerConfig } from './container-config.js';
import { containerMounts } from './volumes.js';

/** Where a container is to run, and what its environment may tell of. */
export interface Surroundings {
  store: Store;
  node: string;
  podIP: string;
  services: readonly ServiceEntry[];
}

/** Makes a container's configuration of its spec and of what that names. @throws KubeletError CONFIG, EnvironmentError: it cannot be made now. */
export async function resolveContainer(around: Surroundings, record: PodRecord, action: Extract<PodAction, { type: 'startContainer' }>): Promise<ContainerConfig> {
  const { pod } = record;
  const container = find(record, action.container);
  const objects = await readConfigObjects(around.store, record.namespace, environmentReferences(container));
  const envs = makeEnvironment(pod, container, { ...objects, nodeName: around.node, podIP: around.podIP, hostIP: HOST_IP, services: around.services });
  const mounts = containerMounts(pod, record.volumes.paths, container.volumeMounts, envs);
  return containerConfig(pod, container, { attempt: action.attempt, ...expandCommand(container, envs), envs, mounts });
}

function find(record: PodRecord, name: string): Container {
  for (const { container } of containersOf(record.pod.spec)) if (container.name === name) return container;
  throw new KubeletError('CONFIG', `container ${name} is not in the pod's spec`);
}
