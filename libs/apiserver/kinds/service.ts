import {
  causes,
  defaultService,
  defaultServiceStatus,
  isHeadless,
  needsClusterIp,
  prepareServiceUpdate,
  validateService,
  validateServiceStatus,
  validateServiceUpdate,
} from '#objects';
import type { FieldCause, KubeObject, Service } from '#objects';
import type { KindRow } from './row.js';
import { nameCauses } from './validation.js';

const asService = (object: KubeObject): Service => object as Service;

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
  defaults: defaulted,
  prepareCreate(object) {
    defaulted(object);
    object.status = { loadBalancer: {} };
  },
  prepareUpdate(next, current) {
    next.spec ??= {};
    prepareServiceUpdate(asService(next).spec, asService(current).spec);
  },
  validate: (object) => [...nameCauses(object, 'dns1035'), ...validateService(asService(object)), ...oneFamily(asService(object))],
  prepareStatus: (object) => defaultServiceStatus(asService(object)),
  validateStatus: (object) => validateServiceStatus(asService(object)),
  validateUpdate: (next, current) => validateServiceUpdate(asService(next), asService(current)),
};

/** clusterIP and clusterIPs say the same; either may be given. */
function defaulted(object: KubeObject): void {
  const item = asService(object);
  defaultService(item);
  const { spec } = item;
  if (spec.type === 'ExternalName') return;
  if (!spec.clusterIP && spec.clusterIPs?.[0]) spec.clusterIP = spec.clusterIPs[0];
  if (spec.clusterIP) spec.clusterIPs ??= [spec.clusterIP];
}

/** What is served here: IPv4. (Whoever fills the endpoints of a headless Service without a selector may say both.) Source: initIPFamilyFields in alloc.go. */
function oneFamily({ spec }: Service): FieldCause[] {
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy, selector = {} } = spec;
  if (!needsClusterIp(spec) || (isHeadless(spec) && Object.keys(selector).length === 0)) return [];
  const found = ipFamilies.flatMap((family, index) => (family === 'IPv6' ? [causes.invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster')] : []));
  if (ipFamilyPolicy === 'RequireDualStack') found.push(causes.invalid('spec.ipFamilyPolicy', ipFamilyPolicy, 'this cluster is not configured for dual-stack services'));
  if (clusterIPs.length === 2 && found.length === 0) found.push(causes.invalid('spec.clusterIPs', clusterIPs, 'only one address family (IPv4) is served'));
  return found;
}
