import type { KubeObject } from '#objects';
import type { KindRow } from './row.js';
import { nameCauses } from './validation.js';

export const pod: KindRow = {
  kind: 'Pod',
  group: '',
  version: 'v1',
  resource: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  subresources: ['status', 'log', 'exec', 'attach', 'portforward', 'binding', 'eviction', 'ephemeralcontainers'],
  definition: 'io.k8s.api.core.v1.Pod',
  hasStatus: true,
  hasGeneration: true,
  returnsDeleted: true,
  prepareCreate(object: KubeObject) {
    object.status = { phase: 'Pending' };
  },
  validate: (object) => nameCauses(object, 'subdomain'),
};
