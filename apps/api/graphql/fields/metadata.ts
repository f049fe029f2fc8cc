import type { KubeObject, ObjectMeta, Stored } from '#objects';

type WithMeta = Stored<{ metadata: ObjectMeta }>;

/** The fields that every object has. */
export const metadataFields = {
  name: ({ metadata }: WithMeta) => metadata.name,
  uid: ({ metadata }: WithMeta) => metadata.uid,
  // What a dry run would make has none.
  resourceVersion: ({ metadata }: WithMeta) => metadata.resourceVersion ?? '',
  labels: ({ metadata }: WithMeta) => metadata.labels ?? {},
  annotations: ({ metadata }: WithMeta) => metadata.annotations ?? {},
  creationTimestamp: ({ metadata }: WithMeta) => metadata.creationTimestamp,
  manifest: (object: WithMeta) => object as KubeObject,
};

/** The namespace of a namespaced object: it always has one once it is stored. */
export const namespaceOf = ({ metadata }: WithMeta): string => metadata.namespace ?? '';
