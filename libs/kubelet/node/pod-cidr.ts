import type { ConfigMap, KubeObject, Node } from '#objects';
import { StoreError } from '#store';
import type { Store } from '#store';
import { randomUUID } from 'node:crypto';
import { KubeletError } from '../errors.js';

/** The /16 networks of 10.128.0.0/9: one a node. */
const NETWORKS = Array.from({ length: 128 }, (_, index) => `10.${128 + index}.0.0/16`);
const REGISTER = { kind: 'ConfigMap', namespace: 'kube-system', name: 'podbox-pod-cidrs' };
const ATTEMPTS = 20;

/**
 * The network of a node's pods: the one it had before, or one that no node has. Claims stand in one ConfigMap (node -> CIDR), which every
 * claim rewrites at the version it read: so two workers that start at once get two networks. A node that is
 * gone keeps its claim, so that it has the same network when it comes back.
 */
export async function allocatePodCidr(store: Store, node: string, now: number, wanted?: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const register = (await store.get(REGISTER)) as ConfigMap | undefined;
    const claims = register?.data ?? {};
    if (claims[node] && (!wanted || claims[node] === wanted)) return claims[node];
    const nodes = (await store.list({ kind: 'Node' })).items as unknown as Node[];
    const taken = new Set<string>();
    for (const one of nodes) if (one.metadata.name !== node && one.spec?.podCIDR) taken.add(one.spec.podCIDR);
    for (const [name, cidr] of Object.entries(claims)) if (name !== node) taken.add(cidr);
    const cidr = wanted ?? NETWORKS.find((network) => !taken.has(network));
    if (!cidr) throw new KubeletError('NO_CIDR', `no network is left for node ${node}: all ${NETWORKS.length} of 10.128.0.0/9 are taken (remove unused Nodes and their lines in ${REGISTER.namespace}/${REGISTER.name})`);
    const cause = { by: `node:${node}`, what: 'decision', detail: `pod network ${cidr}` } as const;
    const object = { ...(register ?? emptyRegister(now)), data: { ...claims, [node]: cidr } } as unknown as KubeObject;
    try {
      await store.commit({ writes: [register ? { op: 'update', object, expect: register.metadata.resourceVersion, cause } : { op: 'create', object, cause }] });
      return cidr;
    } catch (error) {
      const lostRace = error instanceof StoreError && (error.code === 'CONFLICT' || error.code === 'ALREADY_EXISTS');
      if (!lostRace || attempt >= ATTEMPTS) throw error;
    }
  }
}

const emptyRegister = (now: number): KubeObject => ({
  apiVersion: 'v1',
  kind: REGISTER.kind,
  metadata: { namespace: REGISTER.namespace, name: REGISTER.name, uid: randomUUID(), creationTimestamp: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z') },
});

/** The node's own address as pods see it: the first of its network, which no pod gets. */
export function nodeAddress(podCidr: string): string {
  const [network = '', bits = ''] = podCidr.split('/');
  const address = network.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  const first = address - (address % 2 ** (32 - Number(bits))) + 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.');
}
