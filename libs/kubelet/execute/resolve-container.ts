import type { PodAction } from '#lifecycle';
import { containersOf } from '#objects';
import type { Container, Service } from '#objects';
import type { ContainerConfig } from '#runtime';
import type { Store } from '#store';
import { KubeletError } from '../errors.js';
import type { PodRecord } from '../pods/pod-record.js';
import { containerConfig } from './container-config.js';
import { containerMounts } from './volumes.js';

/** Makes a container's configuration of its spec and of what that names. @throws KubeletError CONFIG */
export async function resolveContainer(_store: Store, record: PodRecord, action: Extract<PodAction, { type: 'startContainer' }>, _podIP: string, _services: Iterable<Service>): Promise<ContainerConfig> {
  const container = find(record, action.container);
  const envs = (container.env ?? []).map(({ name, value = '' }) => ({ key: name, value }));
  return containerConfig(record.pod, container, {
    attempt: action.attempt,
    command: container.command ?? [],
    args: container.args ?? [],
    envs,
    mounts: containerMounts(record.pod, record.volumes.paths, container.volumeMounts),
  });
}

function find(record: PodRecord, name: string): Container {
  for (const { container } of containersOf(record.pod.spec)) if (container.name === name) return container;
  throw new KubeletError('CONFIG', `container ${name} is not in the pod's spec`);
}
