import type { KubeObject, Node } from '#objects';
import { ageColumn, column, nameColumn, wide } from './column.js';
import type { Column } from './column.js';

const asNode = (object: KubeObject): Node => object as Node;
const info = (object: KubeObject, field: 'kubeletVersion' | 'osImage' | 'kernelVersion' | 'containerRuntimeVersion'): string =>
  asNode(object).status?.nodeInfo?.[field] || '<unknown>';
const address = (object: KubeObject, type: string): string =>
  asNode(object).status?.addresses?.find((entry) => entry.type === type)?.address ?? '<none>';

export const nodeColumns: Column[] = [
  nameColumn,
  column('Status', 'The status of the node', (object) => conditions(asNode(object))),
  column('Roles', 'The roles of the node', (object) => roles(asNode(object))),
  ageColumn,
  column('Version', 'Kubelet Version reported by the node.', (object) => asNode(object).status?.nodeInfo?.kubeletVersion ?? ''),
  wide('Internal-IP', 'Addresses reachable to the node.', (object) => address(object, 'InternalIP')),
  wide('External-IP', 'Addresses reachable to the node from outside.', (object) => address(object, 'ExternalIP')),
  wide('OS-Image', 'OS Image reported by the node.', (object) => info(object, 'osImage')),
  wide('Kernel-Version', 'Kernel Version reported by the node.', (object) => info(object, 'kernelVersion')),
  wide('Container-Runtime', 'ContainerRuntime Version reported by the node.', (object) => info(object, 'containerRuntimeVersion')),
];

function conditions({ spec, status }: Node): string {
  const ready = status?.conditions?.find((condition) => condition.type === 'Ready');
  const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

const ROLE = 'node-role.kubernetes.io/';

function roles({ metadata }: Node): string {
  const names = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE)) return [key.slice(ROLE.length)];
    return key === 'kubernetes.io/role' ? [value] : [];
  });
  return names.filter(Boolean).sort().join(',') || '<none>';
}
