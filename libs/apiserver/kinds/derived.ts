import { causes } from '#objects';
import type { FieldCause, KubeObject } from '#objects';
import type { KindRow } from './row.js';
import { nameCauses } from './validation.js';

const common = { version: 'v1', categories: [], namespaced: true, subresources: [], hasStatus: false, hasGeneration: false, returnsDeleted: false };

export const endpoints: KindRow = {
  ...common,
  kind: 'Endpoints',
  group: '',
  resource: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  definition: 'io.k8s.api.core.v1.Endpoints',
  validate: (object) => nameCauses(object, 'subdomain'),
};

export const endpointSlice: KindRow = {
  ...common,
  kind: 'EndpointSlice',
  group: 'discovery.k8s.io',
  resource: 'endpointslices',
  singular: 'endpointslice',
  shortNames: [],
  hasGeneration: true,
  definition: 'io.k8s.api.discovery.v1.EndpointSlice',
  validate(object) {
    return [...nameCauses(object, 'subdomain'), ...causes.oneOf('addressType', object['addressType'] as string | undefined, ADDRESS_TYPES)];
  },
  validateUpdate: (next, current) =>
    next['addressType'] === current['addressType'] ? [] : [causes.invalid('addressType', next['addressType'], 'field is immutable')],
};

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];

export const event: KindRow = {
  ...common,
  kind: 'Event',
  group: '',
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  definition: 'io.k8s.api.core.v1.Event',
  validate: (object) => [...nameCauses(object, 'subdomain'), ...involvedObjectCauses(object)],
};

function involvedObjectCauses(object: KubeObject): FieldCause[] {
  const involved = (object['involvedObject'] ?? {}) as { namespace?: string };
  const namespace = object.metadata.namespace ?? '';
  const own = involved.namespace ?? '';
  if (own === '' ? namespace !== 'default' : own !== namespace) {
    return [causes.invalid('involvedObject.namespace', own, 'does not match event.namespace')];
  }
  return [];
}
