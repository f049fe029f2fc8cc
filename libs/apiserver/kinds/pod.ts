import {
  causes,
  defaultPod,
  initContainersFromAnnotation,
  preparePodCreate,
  preparePodUpdate,
  unsupportedPodWarnings,
  validatePod,
  validatePodCreate,
  validatePodStatus,
  validatePodUpdate,
} from '#objects';
import type { FieldCause, KubeObject, Pod } from '#objects';
import type { Store } from '#store';
import { decode, DecodeError } from '../schema/decode.js';
import { nodeOf } from '../schema/nodes.js';
import type { KindRow } from './row.js';
import { refuseUndrivable } from './undrivable.js';
import { nameCauses } from './validation.js';

const asPod = (object: KubeObject): Pod => object as Pod;

export const pod: KindRow = {
  kind: 'Pod',
  group: '',
  version: 'v1',
  resource: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  subresources: ['status', 'log', 'exec', 'attach', 'portforward', 'binding', 'eviction', 'ephemeralcontainers', 'resize'],
  definition: 'io.k8s.api.core.v1.Pod',
  hasStatus: true,
  hasGeneration: true,
  returnsDeleted: true,
  structure: (object) => annotationCauses(object),
  defaults: (object) => defaultPod(asPod(object)),
  prepareCreate(object) {
    preparePodCreate(asPod(object));
    cleanAnnotated(asPod(object));
  },
  prepareUpdate(next, current) {
    preparePodUpdate(asPod(next), asPod(current));
    cleanAnnotated(asPod(next));
  },
  validate: (object) => [...nameCauses(object, 'subdomain'), ...validatePod(asPod(object))],
  validateCreate: (object) => validatePodCreate(asPod(object)),
  admit,
  createWarnings: (object) => unsupportedPodWarnings(asPod(object)),
  validateStatus: (next, current) => validatePodStatus(asPod(next), asPod(current)),
  validateUpdate: (next, current, subresource) => validatePodUpdate(asPod(next), asPod(current), subresource),
};

/** A pod that names its node is not seen by the scheduler. @throws ApiError 403 */
async function admit(store: Store, object: KubeObject): Promise<void> {
  const { nodeName } = asPod(object).spec;
  if (nodeName) await refuseUndrivable(store, pod, object, nodeName);
}

/** What came from the annotation is cleaned as the body was: no nulls, quantities as text. */
function cleanAnnotated({ metadata, spec }: Pod): void {
  if (initContainersFromAnnotation(metadata.annotations).containers)
    decode({ initContainers: spec.initContainers }, nodeOf('io.k8s.api.core.v1.PodSpec'));
}

/** Init containers in the annotation of old have not been through the structural check that the body has. */
function annotationCauses(object: KubeObject): FieldCause[] {
  const { key, value, containers } = initContainersFromAnnotation(object.metadata.annotations);
  if (!key || !containers) return [];
  const field = `metadata.annotations[${key}]`;
  try {
    const { unknown, causes: unstorable } = decode({ initContainers: containers }, nodeOf('io.k8s.api.core.v1.PodSpec'));
    return [
      ...unknown.map((path) => causes.invalid(field, value, `unknown field "${path}"`)),
      ...unstorable.map((cause) => ({ ...cause, field }) as FieldCause),
    ];
  } catch (error) {
    if (error instanceof DecodeError) return [causes.invalid(field, value, error.message)];
    throw error;
  }
}
