/** Checks of metadata, the same for all kinds. Source: apimachinery's pkg/api/validation. */
import { causes, dns1035Faults, dnsLabelFaults, dnsSubdomainFaults, labelValueFaults, qualifiedNameFaults } from '#objects';
import type { FieldCause, KubeObject } from '#objects';

const NAME_FAULTS = { subdomain: dnsSubdomainFaults, label: dnsLabelFaults, dns1035: dns1035Faults };

/** metadata.name in the form that its kind wants. */
export function nameCauses(object: KubeObject, form: keyof typeof NAME_FAULTS): FieldCause[] {
  const name = object.metadata.name ?? '';
  if (name === '') return [causes.required('metadata.name', 'name or generateName is required')];
  return NAME_FAULTS[form](name).map((why) => causes.invalid('metadata.name', name, why));
}

const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion'];
const TOTAL_ANNOTATIONS_LIMIT = 256 * 1024;

/** Labels, annotations, finalizers, ownerReferences. */
export function metadataCauses(object: KubeObject): FieldCause[] {
  const { labels, annotations, finalizers, ownerReferences } = object.metadata;
  const found: FieldCause[] = [];
  const invalid = (field: string, value: string, faults: string[]) => found.push(...faults.map((why) => causes.invalid(field, value, why)));
  for (const [key, value] of Object.entries(labels ?? {})) {
    invalid('metadata.labels', key, qualifiedNameFaults(key));
    invalid('metadata.labels', value, labelValueFaults(value));
  }
  let total = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    invalid('metadata.annotations', key, qualifiedNameFaults(key.toLowerCase()));
    total += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (total > TOTAL_ANNOTATIONS_LIMIT) found.push(causes.tooLong('metadata.annotations', TOTAL_ANNOTATIONS_LIMIT));
  finalizers?.forEach((finalizer, index) => {
    invalid(`metadata.finalizers[${index}]`, finalizer, qualifiedNameFaults(finalizer));
    const own = finalizer.includes('/') || STANDARD_FINALIZERS.includes(finalizer);
    if (!own) invalid(`metadata.finalizers[${index}]`, finalizer, ['name is neither a standard finalizer name nor is it fully qualified']);
  });
  if (finalizers?.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    found.push(causes.invalid('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set'));
  }
  const controllers = (ownerReferences ?? []).filter((owner) => owner.controller);
  ownerReferences?.forEach((owner, index) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (!owner[field]) found.push(causes.invalid(`metadata.ownerReferences[${index}].${field}`, owner[field] ?? '', 'must not be empty'));
    }
  });
  if (controllers.length > 1) {
    const names = controllers.map(({ kind, name }) => `${kind}/${name}`);
    const why = `Only one reference can have Controller set to true. Found "true" in references for ${names[0]} and ${names[1]}`;
    found.push(causes.invalid('metadata.ownerReferences', ownerReferences, why));
  }
  return found;
}
