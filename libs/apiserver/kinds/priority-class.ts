import { completePriorityClass, defaultPriorityClass, SYSTEM_PRIORITY_CLASSES, validatePriorityClass, validatePriorityClassUpdate } from '#objects';
import type { KubeObject, PriorityClass } from '#objects';
import type { Store } from '#store';
import { forbidden } from '../errors/status.js';
import type { KindRow } from './row.js';
import { nameCauses } from './validation.js';

const asClass = (object: KubeObject): PriorityClass => object as unknown as PriorityClass;

export const priorityClass: KindRow = {
  kind: 'PriorityClass',
  group: 'scheduling.k8s.io',
  version: 'v1',
  resource: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  categories: [],
  namespaced: false,
  subresources: [],
  definition: 'io.k8s.api.scheduling.v1.PriorityClass',
  hasStatus: false,
  hasGeneration: true,
  returnsDeleted: false,
  defaults: (object) => completePriorityClass(asClass(object)),
  validate: (object) => [...nameCauses(object, 'subdomain'), ...validatePriorityClass(asClass(object))],
  validateUpdate: (next, current) => validatePriorityClassUpdate(asClass(next), asClass(current)),
  admit: onlyDefault,
  admitUpdate: onlyDefault,
  undeletable: ({ metadata }) => (SYSTEM_PRIORITY_CLASSES.some((one) => one.metadata.name === metadata.name) ? 'this is a system priority class and cannot be deleted' : undefined),
};

/** @throws ApiError 403 when another class is the default already. */
async function onlyDefault(store: Store, object: KubeObject): Promise<void> {
  if (!asClass(object).globalDefault) return;
  const { name = '' } = object.metadata;
  const found = defaultPriorityClass((await store.list({ kind: 'PriorityClass' })).items.map(asClass));
  if (found && found.metadata.name !== name) throw forbidden(priorityClass, name, `PriorityClass ${found.metadata.name} is already marked as default. Only one default can exist`);
}
