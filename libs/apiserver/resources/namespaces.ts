import type { Key, KubeObject, LimitRange, ResourceQuota, ServiceAccount } from '#objects';
import type { Cause, Precondition, Store, Write } from '#store';
import { forbidden, notFound } from '../errors/status.js';
import { KINDS } from '../kinds/table.js';
import type { KindRow } from '../kinds/row.js';

/** What holds in a namespace for whatever is created there. */
export interface NamespacePolicies {
  namespace: KubeObject;
  /** By name, in alphabetical order, as are the quotas. */
  limitRanges: LimitRange[];
  quotas: ResourceQuota[];
  serviceAccounts: ServiceAccount[];
}

/**
 * Nothing is created in a namespace that is not there or that is being deleted, nor past its policies. What is known of a namespace goes into the
 * commit as a precondition, so it may be stale without harm: the commit then fails on the namespace's key, `forget` is called, and the
 * next try reads it anew. So that this holds for policies too, whoever writes one writes the namespace as well (`touch`).
 */
export class NamespaceCheck {
  private readonly known = new Map<string, NamespacePolicies>();

  constructor(private readonly store: Store) {}

  /** @throws ApiError 404 without the namespace, 403 while it terminates. */
  async open(kind: KindRow, namespace: string, name: string): Promise<NamespacePolicies> {
    let policies = this.known.get(namespace);
    if (!policies || isTerminating(policies.namespace)) policies = await this.read(namespace);
    if (!policies) throw notFound(KINDS.Namespace, namespace);
    if (isTerminating(policies.namespace)) {
      throw forbidden(kind, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
        { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
      ]);
    }
    return policies;
  }

  /** The policies for a change of what is there already, whatever becomes of the namespace; undefined: it has gone. */
  async policies(namespace: string): Promise<NamespacePolicies | undefined> {
    return this.known.get(namespace) ?? (await this.read(namespace));
  }

  /** Goes with the commit of a policy: nobody's knowledge of the namespace is good after it. */
  async touch(namespace: string, cause: Cause): Promise<Write[]> {
    const object = await this.store.get(keyOfNamespace(namespace));
    if (!object || isTerminating(object)) return [];
    return [{ op: 'status', object, expect: object.metadata.resourceVersion, cause }];
  }

  forget(namespace: string): void {
    this.known.delete(namespace);
  }

  /** The namespace first: what changes after that changes its resourceVersion. */
  private async read(namespace: string): Promise<NamespacePolicies | undefined> {
    const object = await this.store.get(keyOfNamespace(namespace));
    if (!object) return undefined;
    const [limitRanges, quotas, accounts] = await Promise.all(['LimitRange', 'ResourceQuota', 'ServiceAccount'].map(async (kind) => (await this.store.list({ kind, namespace })).items));
    const policies = { namespace: object, limitRanges: byName(limitRanges!) as LimitRange[], quotas: byName(quotas!) as ResourceQuota[], serviceAccounts: accounts as unknown as ServiceAccount[] };
    this.known.set(namespace, policies);
    return policies;
  }
}

export const preconditionOf = ({ namespace }: NamespacePolicies): Precondition => ({
  key: keyOfNamespace(namespace.metadata.name ?? ''),
  resourceVersion: namespace.metadata.resourceVersion ?? '',
});

const keyOfNamespace = (name: string): Key => ({ kind: 'Namespace', namespace: '', name });
const isTerminating = (namespace: KubeObject): boolean => namespace.metadata.deletionTimestamp !== undefined;
const byName = (objects: KubeObject[]): unknown[] => [...objects].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
