import type { KubeObject } from '#objects';
import type { FieldCause } from '../errors/status.js';
import type { KindInfo } from '../types.js';

/** All that is particular to a kind: what KindInfo tells the clients, and what the server does with its objects. */
export interface KindRow extends KindInfo {
  /** Name of its OpenAPI definition. */
  definition: string;
  /** Has a status that only the status subresource writes. */
  hasStatus: boolean;
  /** metadata.generation counts changes of spec. */
  hasGeneration: boolean;
  /** DELETE answers with the object, not with a Status. */
  returnsDeleted: boolean;
  /** Fills in what the client left out; also on updates. */
  defaults?(object: KubeObject): void;
  /** Sets what a client cannot: status, and what the server decides at creation. */
  prepareCreate?(object: KubeObject): void;
  /** Carries over from `current` what an update cannot change, and what it may leave out. */
  prepareUpdate?(next: KubeObject, current: KubeObject): void;
  validate?(object: KubeObject): FieldCause[];
  /** `subresource`: through which it is changed, undefined for the object itself. */
  validateUpdate?(next: KubeObject, current: KubeObject, subresource?: string): FieldCause[];
}

/** apiVersion as it stands in objects. */
export const apiVersionOf = (kind: KindInfo): string => (kind.group ? `${kind.group}/${kind.version}` : kind.version);
