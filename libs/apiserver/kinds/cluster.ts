import { podSecurityLabelCauses, validateNode, validateNodeUpdate } from '#objects';
import type { KubeObject, Node } from '#objects';
import type { KindRow } from './row.js';
import { nameCauses } from './validation.js';

export const namespace: KindRow = {
  kind: 'Namespace',
  group: '',
  version: 'v1',
  resource: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  namespaced: false,
  subresources: ['status', 'finalize'],
  definition: 'io.k8s.api.core.v1.Namespace',
  hasStatus: true,
  hasGeneration: false,
  returnsDeleted: true,
  defaults: nameLabel,
  prepareCreate(object) {
    nameLabel(object);
    const finalizers = (object.spec as { finalizers?: string[] } | undefined)?.finalizers ?? [];
    object.spec = { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
    object.status = { phase: 'Active' };
  },
  // spec.finalizers belong to the finalize subresource.
  prepareUpdate(next, current) {
    next.spec = current.spec;
  },
  validate: (object) => nameCauses(object, 'label'),
  validateCreate: ({ metadata }) => podSecurityLabelCauses(metadata.labels),
  // Labels that have been wrong before are no fault of this change.
  validateUpdate: (next, current) => (podSecurityLabelCauses(current.metadata.labels).length > 0 ? [] : podSecurityLabelCauses(next.metadata.labels)),
};

function nameLabel({ metadata }: KubeObject): void {
  if (metadata.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
}

export const node: KindRow = {
  kind: 'Node',
  group: '',
  version: 'v1',
  resource: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  namespaced: false,
  subresources: ['status'],
  definition: 'io.k8s.api.core.v1.Node',
  hasStatus: true,
  hasGeneration: false,
  returnsDeleted: false,
  defaults(object) {
    object.spec ??= {};
    const status = (object as unknown as Node).status;
    if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity };
  },
  validate: (object) => [...nameCauses(object, 'subdomain'), ...validateNode(object as unknown as Node)],
  validateUpdate: (next, current) => validateNodeUpdate(next as unknown as Node, current as unknown as Node),
};

export const serviceAccount: KindRow = {
  kind: 'ServiceAccount',
  group: '',
  version: 'v1',
  resource: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  categories: [],
  namespaced: true,
  subresources: [],
  definition: 'io.k8s.api.core.v1.ServiceAccount',
  hasStatus: false,
  hasGeneration: false,
  returnsDeleted: true,
  isPolicy: true,
  validate: (object) => nameCauses(object, 'subdomain'),
};
