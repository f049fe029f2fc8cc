/**
 * Addresses and node ports of Services. Each one taken is an object of its own (IPAddress, NodePort) that is created in the same commit as
 * the Service and removed with it: two Services that want one address conflict in the store, whichever processes they come through.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { causes as faults, keyText, needsHealthCheckPort } from '#objects';
import type { FieldCause, Key, KubeObject, Service } from '#objects';
import type { Cause, Store, Write } from '#store';
import { internal } from '../errors/status.js';
import {
  isNodePort,
  isServiceAddress,
  NODE_PORTS,
  nodePort,
  PICKABLE_ADDRESSES,
  PICKABLE_NODE_PORTS,
  SERVICE_NETWORK,
  serviceAddress,
} from './ranges.js';

export interface Allocation {
  /** Asked for and not to be had: outside the range. */
  causes: FieldCause[];
  /** What is taken and given back, to be committed together with the Service. */
  writes(cause: Cause): Write[];
  /** Takes back what was picked here, so that the next try picks anew. */
  undo(): void;
  /** Why a key that turned out to be taken is the client's error; undefined: it was picked here, so try again. */
  taken(key: Key): FieldCause | undefined;
}

const NOTHING: Allocation = { causes: [], writes: () => [], undo: () => undefined, taken: () => undefined };
/** After so many collisions, what is taken is looked up instead of guessed at. */
const GUESSES = 4;

/**
 * Gives `next` (undefined: it is being deleted) the address and ports that it needs and does not name, and works out what that takes and
 * gives back compared with `current` (undefined: it is being created). `attempt` counts from 1. @throws ApiError when a range is used up.
 */
export async function allocate(store: Store, current: KubeObject | undefined, next: KubeObject | undefined, attempt = 1): Promise<Allocation> {
  if ((next ?? current)?.kind !== 'Service') return NOTHING;
  const service = next as Service | undefined;
  const before = claimsOf(current as Service | undefined);
  const undo = service ? await fill(store, service, attempt > GUESSES) : [];
  const after = claimsOf(service);
  const picked = new Set(undo.map((step) => step.text));
  return {
    causes: service ? [...after.values()].filter((key) => !before.has(keyText(key))).flatMap((key) => outOfRange(service, key)) : [],
    writes: (cause) => [
      ...[...after.values()].filter((key) => !before.has(keyText(key))).map((key): Write => ({ op: 'create', object: claim(key, service!), cause })),
      ...[...before.values()].filter((key) => !after.has(keyText(key))).map((key): Write => ({ op: 'delete', key, cause })),
    ],
    undo: () => undo.forEach((step) => step.run()),
    taken: (key) => (service && !picked.has(keyText(key)) ? takenCause(service, key) : undefined),
  };
}

const addressKey = (ip: string): Key => ({ kind: 'IPAddress', namespace: '', name: ip });
const portKey = (port: number): Key => ({ kind: 'NodePort', namespace: '', name: String(port) });

export const needsAddress = (service: Service): boolean => service.spec.type !== 'ExternalName' && service.spec.clusterIP !== 'None';
export const needsNodePorts = (service: Service): boolean =>
  service.spec.type === 'NodePort' || (service.spec.type === 'LoadBalancer' && service.spec.allocateLoadBalancerNodePorts !== false);

function claimsOf(service: Service | undefined): Map<string, Key> {
  const keys: Key[] = [];
  if (service?.spec.clusterIP && needsAddress(service)) keys.push(addressKey(service.spec.clusterIP));
  for (const port of service?.spec.ports ?? []) if (port.nodePort) keys.push(portKey(port.nodePort));
  if (service?.spec.healthCheckNodePort) keys.push(portKey(service.spec.healthCheckNodePort));
  return new Map(keys.map((key) => [keyText(key), key]));
}

/** Picks what is missing. Returns how to undo each pick. */
async function fill(store: Store, service: Service, lookUp: boolean): Promise<{ text: string; run: () => void }[]> {
  const undo: { text: string; run: () => void }[] = [];
  const { spec } = service;
  if (needsAddress(service) && !spec.clusterIP) {
    const ip = serviceAddress(await pick(store, 'IPAddress', PICKABLE_ADDRESSES, (n) => serviceAddress(n), lookUp));
    spec.clusterIP = ip;
    spec.clusterIPs = [ip];
    undo.push({
      text: keyText(addressKey(ip)),
      run: () => {
        delete spec.clusterIP;
        delete spec.clusterIPs;
      },
    });
  }
  const taken = new Set((spec.ports ?? []).flatMap(({ nodePort: number }) => number || []));
  const free = async (): Promise<number> => {
    for (;;) {
      const number = nodePort(await pick(store, 'NodePort', PICKABLE_NODE_PORTS, (n) => String(nodePort(n)), lookUp));
      if (taken.has(number)) continue;
      taken.add(number);
      return number;
    }
  };
  for (const port of needsNodePorts(service) ? (spec.ports ?? []) : []) {
    if (port.nodePort) continue;
    // One port of several protocols has one node port.
    const shared = spec.ports?.find((other) => other !== port && other.port === port.port && other.protocol !== port.protocol && other.nodePort)?.nodePort;
    const number = shared ?? (await free());
    port.nodePort = number;
    undo.push({ text: keyText(portKey(number)), run: () => delete port.nodePort });
  }
  if (needsHealthCheckPort(spec) && !spec.healthCheckNodePort) {
    const number = await free();
    spec.healthCheckNodePort = number;
    undo.push({ text: keyText(portKey(number)), run: () => delete spec.healthCheckNodePort });
  }
  return undo;
}

async function pick(store: Store, kind: string, size: number, nameOf: (n: number) => string, lookUp: boolean): Promise<number> {
  const start = randomInt(size);
  if (!lookUp) return start;
  const { items } = await store.list({ kind });
  const taken = new Set(items.map((item) => item.metadata.name));
  for (let step = 0; step < size; step++) if (!taken.has(nameOf((start + step) % size))) return (start + step) % size;
  throw internal(kind === 'IPAddress' ? 'failed to allocate a serviceIP: range is full' : 'failed to allocate a nodePort: range is full');
}

function claim(key: Key, service: Service): KubeObject {
  return {
    apiVersion: key.kind === 'IPAddress' ? 'networking.k8s.io/v1' : 'podbox.dev/v1',
    kind: key.kind,
    metadata: { name: key.name, uid: randomUUID(), creationTimestamp: service.metadata.creationTimestamp },
    spec: { parentRef: { group: '', resource: 'services', namespace: service.metadata.namespace, name: service.metadata.name } },
  };
}

function outOfRange(service: Service, key: Key): FieldCause[] {
  if (key.kind === 'IPAddress') {
    if (isServiceAddress(key.name)) return [];
    return [addressCause(key.name, `the provided IP (${key.name}) is not in the valid range. The range of valid IPs is ${SERVICE_NETWORK}`)];
  }
  if (isNodePort(Number(key.name))) return [];
  return [portCause(service, key, `provided port is not in the valid range. The range of valid ports is ${NODE_PORTS.first}-${NODE_PORTS.last}`)];
}

const takenCause = (service: Service, key: Key): FieldCause =>
  key.kind === 'IPAddress'
    ? addressCause(key.name, 'provided IP is already allocated')
    : portCause(service, key, 'provided port is already allocated');

const addressCause = (ip: string, why: string): FieldCause => faults.invalid('spec.clusterIPs', [ip], `failed to allocate IP ${ip}: ${why}`);

function portCause(service: Service, key: Key, why: string): FieldCause {
  const index = (service.spec.ports ?? []).findIndex((port) => String(port.nodePort) === key.name);
  if (index < 0) return faults.invalid('spec.healthCheckNodePort', Number(key.name), `failed to allocate requested HealthCheck NodePort ${key.name}: ${why}`);
  return faults.invalid(`spec.ports[${index}].nodePort`, Number(key.name), why);
}
