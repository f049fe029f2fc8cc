import { toMicroTime, toTime } from '#objects';
import type { KubeObject } from '#objects';
import type { Store } from '#store';
import type { KindRow } from './row.js';

/** How long a node's lease is good for after a renewal. Source: nodeLeaseDurationSeconds of the kubelet. */
const LEASE_SECONDS = 40;
const NAMESPACE = 'kube-node-lease';
/** Which worker has it; a kubelet names its node as the holder, however often it was started. */
const HOLDER = 'podbox.dev/worker';

/** The nodes' leases, to be looked at (`kubectl describe node`): they stand in a table of their own, outside of revisions. */
export const lease: KindRow = {
  kind: 'Lease',
  group: 'coordination.k8s.io',
  version: 'v1',
  resource: 'leases',
  singular: 'lease',
  shortNames: [],
  categories: [],
  namespaced: true,
  subresources: [],
  definition: 'io.k8s.api.coordination.v1.Lease',
  hasStatus: false,
  hasGeneration: false,
  returnsDeleted: false,
  view: leases,
};

async function leases(store: Store): Promise<KubeObject[]> {
  const rows = await store.leases();
  return rows
    .filter(({ node, released }) => !released && !node.startsWith('@'))
    .map(({ node, holder, epoch, renewedAt }) => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: node, namespace: NAMESPACE, uid: `${NAMESPACE}.${node}.${epoch}`, creationTimestamp: toTime(renewedAt), annotations: { [HOLDER]: holder } },
      spec: { holderIdentity: node, leaseDurationSeconds: LEASE_SECONDS, renewTime: toMicroTime(renewedAt), leaseTransitions: epoch - 1 },
    }));
}
