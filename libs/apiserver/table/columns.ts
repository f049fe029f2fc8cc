/** What `kubectl get` shows of each kind. Source: pkg/printers/internalversion/printers.go. */
import { podColumns } from '#lifecycle';
import type { ConfigMap, KubeObject, Namespace, Pod, PriorityClass, ResourceQuota, Secret } from '#objects';
import { ageColumn, column, nameColumn, orNone, wide } from './column.js';
import type { Column } from './column.js';
import { clockColumns } from './clock-columns.js';
import { endpointSliceColumns, endpointsColumns, serviceColumns } from './network-columns.js';
import { eventColumns } from './event-columns.js';
import { nodeColumns } from './node-columns.js';

const asPod = (object: KubeObject): Pod => object as Pod;

const podTable: Column[] = [
  nameColumn,
  column('Ready', 'The aggregate readiness state of this pod for accepting traffic.', (object, now) => podColumns(asPod(object), now).ready),
  column('Status', 'The aggregate status of the containers in this pod.', (object, now) => podColumns(asPod(object), now).status),
  column(
    'Restarts',
    'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    (object, now) => podColumns(asPod(object), now).restarts,
  ),
  ageColumn,
  wide('IP', 'podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.', (object) =>
    orNone(asPod(object).status.podIP),
  ),
  wide('Node', 'NodeName indicates in which node this pod is scheduled.', (object) => orNone(asPod(object).spec.nodeName)),
  wide('Nominated Node', 'The node that this pod has been nominated for.', (object) => orNone(asPod(object).status.nominatedNodeName)),
  wide('Readiness Gates', 'Conditions that are evaluated for pod readiness.', (object) => readinessGates(asPod(object))),
];

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  const met = gates.filter((gate) => status.conditions?.some((condition) => condition.type === gate.conditionType && condition.status === 'True'));
  return gates.length === 0 ? '<none>' : `${met.length}/${gates.length}`;
}

const count = (...maps: (object | undefined)[]): number => maps.reduce((sum, map) => sum + Object.keys(map ?? {}).length, 0);

/** `pods: 1/2, requests.cpu: 100m/1` */
function quotaText({ status }: ResourceQuota, limits: boolean): string {
  return Object.keys(status?.hard ?? {})
    .sort()
    .filter((name) => name.startsWith('limits') === limits)
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ');
}

const asClass = (object: KubeObject): PriorityClass => object as unknown as PriorityClass;

const TABLES: Record<string, Column[]> = {
  Pod: podTable,
  Clock: clockColumns,
  Service: serviceColumns,
  Endpoints: endpointsColumns,
  EndpointSlice: endpointSliceColumns,
  Event: eventColumns,
  Node: nodeColumns,
  Namespace: [nameColumn, column('Status', 'The status of the namespace', (object) => (object as Namespace).status?.phase ?? ''), ageColumn],
  ConfigMap: [
    nameColumn,
    { ...column('Data', 'Number of keys', (object) => count((object as ConfigMap).data, (object as ConfigMap).binaryData)), type: 'integer' },
    ageColumn,
  ],
  Secret: [
    nameColumn,
    column('Type', 'Used to facilitate programmatic handling of secret data.', (object) => (object as Secret).type ?? ''),
    { ...column('Data', 'Number of keys', (object) => count((object as Secret).data)), type: 'integer' },
    ageColumn,
  ],
  LimitRange: [nameColumn, column('Created At', 'When the LimitRange was created.', (object) => object.metadata.creationTimestamp ?? '')],
  PriorityClass: [
    nameColumn,
    { ...column('Value', 'value represents the integer value of this priority class.', (object) => asClass(object).value), type: 'integer' },
    { ...column('Global-Default', 'Whether this PriorityClass is the default for pods that name none.', (object) => asClass(object).globalDefault ?? false), type: 'boolean' },
    ageColumn,
    column('PreemptionPolicy', 'preemptionPolicy is the Policy for preempting pods with lower priority.', (object) => asClass(object).preemptionPolicy ?? ''),
  ],
  ResourceQuota: [
    nameColumn,
    column('Request', 'Request represents a minimum amount of cpu/memory that a container may consume.', (object) => quotaText(object as ResourceQuota, false)),
    column('Limit', 'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.', (object) =>
      quotaText(object as ResourceQuota, true),
    ),
    ageColumn,
  ],
  ServiceAccount: [
    nameColumn,
    { ...column('Secrets', 'Number of secrets', (object) => count(object['secrets'] as object | undefined)), type: 'integer' },
    ageColumn,
  ],
};

export const columnsOf = (kind: string): Column[] => TABLES[kind] ?? [nameColumn, ageColumn];
