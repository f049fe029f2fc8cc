/** Kinds whose objects say what their namespace takes. */
import { defaultLimitRange, defaultResourceQuota, validateLimitRange, validateResourceQuota, validateResourceQuotaUpdate } from '#objects';
import type { KubeObject, LimitRange, ResourceQuota } from '#objects';
import type { KindRow } from './row.js';
import { nameCauses } from './validation.js';

const common = { group: '', version: 'v1', categories: [], namespaced: true, hasGeneration: false, returnsDeleted: true, isPolicy: true };

const asRange = (object: KubeObject): LimitRange => object as unknown as LimitRange;
const asQuota = (object: KubeObject): ResourceQuota => object as unknown as ResourceQuota;

export const limitRange: KindRow = {
  ...common,
  kind: 'LimitRange',
  resource: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  subresources: [],
  definition: 'io.k8s.api.core.v1.LimitRange',
  hasStatus: false,
  defaults: (object) => defaultLimitRange(asRange(object)),
  validate: (object) => [...nameCauses(object, 'subdomain'), ...validateLimitRange(asRange(object))],
};

export const resourceQuota: KindRow = {
  ...common,
  kind: 'ResourceQuota',
  resource: 'resourcequotas',
  singular: 'resourcequota',
  shortNames: ['quota'],
  subresources: ['status'],
  definition: 'io.k8s.api.core.v1.ResourceQuota',
  hasStatus: true,
  defaults: (object) => defaultResourceQuota(asQuota(object)),
  prepareCreate(object) {
    defaultResourceQuota(asQuota(object));
    object.status = {};
  },
  validate: (object) => [...nameCauses(object, 'subdomain'), ...validateResourceQuota(asQuota(object))],
  validateUpdate: (next, current) => validateResourceQuotaUpdate(asQuota(next), asQuota(current)),
};
