import type { KubeObject } from '#objects';
import type { Precondition, Store } from '#store';
import { forbidden, notFound } from '../errors/status.js';
import { KINDS } from '../kinds/table.js';
import type { KindRow } from '../kinds/row.js';

/**
 * Nothing is created in a namespace that is not there or that is being deleted. What is known of a namespace goes into the commit as a
 * precondition, so it may be stale without harm: the commit then fails on the namespace's key, `forget` is called, and the next try reads it anew.
 */
export class NamespaceCheck {
  private readonly known = new Map<string, { resourceVersion: string; terminating: boolean }>();

  constructor(private readonly store: Store) {}

  /** @throws ApiError 404 without the namespace, 403 while it terminates. */
  async precondition(kind: KindRow, namespace: string, name: string): Promise<Precondition> {
    const key = { kind: 'Namespace', namespace: '', name: namespace };
    let state = this.known.get(namespace);
    if (!state || state.terminating) {
      const object = await this.store.get(key);
      if (!object) throw notFound(KINDS.Namespace, namespace);
      state = { resourceVersion: object.metadata.resourceVersion ?? '', terminating: isTerminating(object) };
      this.known.set(namespace, state);
    }
    if (state.terminating) {
      throw forbidden(kind, name, `unable to create new content in namespace ${namespace} because it is being terminated`, [
        { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' },
      ]);
    }
    return { key, resourceVersion: state.resourceVersion };
  }

  forget(namespace: string): void {
    this.known.delete(namespace);
  }
}

const isTerminating = (namespace: KubeObject): boolean => namespace.metadata.deletionTimestamp !== undefined;
