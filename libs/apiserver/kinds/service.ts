import type { KindRow } from './row.js';
import { nameCauses } from './validation.js';

export const service: KindRow = {
  kind: 'Service',
  group: '',
  version: 'v1',
  resource: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  namespaced: true,
  subresources: ['status'],
  definition: 'io.k8s.api.core.v1.Service',
  hasStatus: true,
  hasGeneration: false,
  returnsDeleted: true,
  prepareCreate(object) {
    object.status = { loadBalancer: {} };
  },
  validate: (object) => nameCauses(object, 'dns1035'),
};
