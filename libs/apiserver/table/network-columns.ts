import type { Endpoints, KubeObject, Service } from '#objects';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { ageColumn, column, firstOf, labelText, nameColumn, orNone, wide } from './column.js';
import type { Column } from './column.js';

const asService = (object: KubeObject): Service => object as Service;

export const serviceColumns: Column[] = [
  nameColumn,
  column('Type', 'Type determines how the Service is exposed.', (object) => asService(object).spec.type ?? 'ClusterIP'),
  column('Cluster-IP', 'The primary address of the Service.', (object) => orNone(asService(object).spec.clusterIP)),
  column('External-IP', 'Addresses or name under which the Service is reached from outside.', (object) => externalIP(asService(object))),
  column('Port(s)', 'The ports that the Service exposes.', (object) => ports(asService(object))),
  ageColumn,
  wide('Selector', 'Traffic goes to pods with these labels.', (object) => labelText(asService(object).spec.selector)),
];

function externalIP({ spec, status }: Service): string {
  const external = spec.externalIPs ?? [];
  if (spec.type === 'ExternalName') return orNone(spec.externalName);
  if (spec.type !== 'LoadBalancer') return orNone(external.join(','));
  const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
  return [...ingress, ...external].filter(Boolean).join(',') || '<pending>';
}

function ports({ spec }: Service): string {
  return orNone(
    (spec.ports ?? [])
      .map(({ port, nodePort, protocol = 'TCP' }) => (nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
      .join(','),
  );
}

export const endpointsColumns: Column[] = [
  nameColumn,
  column('Endpoints', 'Addresses and ports of ready endpoints.', (object) => endpointList(object as Endpoints)),
  ageColumn,
];

function endpointList({ subsets = [] }: Endpoints): string {
  const all = subsets.flatMap(({ addresses = [], ports: subsetPorts = [] }) =>
    subsetPorts.length === 0 ? addresses.map(({ ip }) => ip) : subsetPorts.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
  );
  return firstOf(all, 3);
}

const asSlice = (object: KubeObject): EndpointSlice => object as unknown as EndpointSlice;

export const endpointSliceColumns: Column[] = [
  nameColumn,
  column('AddressType', 'The type of address carried by this EndpointSlice.', (object) => asSlice(object).addressType),
  column('Ports', 'The ports that the endpoints expose.', (object) => slicePorts(asSlice(object))),
  column('Endpoints', 'The addresses.', (object) =>
    firstOf(
      (asSlice(object).endpoints ?? []).flatMap(({ addresses }) => addresses),
      3,
    ),
  ),
  ageColumn,
];

function slicePorts({ ports: slice = [] }: EndpointSlice): string {
  if (slice.length === 0) return '<unset>';
  const texts = slice.map(({ name, port }) => (port !== undefined ? String(port) : name || '*'));
  return firstOf(texts, 3);
}
