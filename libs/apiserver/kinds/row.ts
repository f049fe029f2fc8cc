import type { FieldCause, KubeObject } from '#objects';
import type { Store } from '#store';
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
  /** Says what its namespace takes: whoever writes one writes the namespace as well. */
  isPolicy?: boolean;
  /** Made from something else than stored objects: may be got and listed, no more. */
  view?(store: Store): Promise<KubeObject[]>;
  /** What is wrong with its structure beyond what its schema tells; asked before anything else. */
  structure?(object: KubeObject): FieldCause[];
  /** Fills in what the client left out. */
  defaults?(object: KubeObject): void;
  /** In place of `defaults` at creation: sets what a client cannot (status, what the server decides) as well. `now`: real time, epoch ms. */
  prepareCreate?(object: KubeObject, now: number): void;
  /** Before `defaults` at an update: carries over from `current` what an update cannot change, and what it may leave out. */
  prepareUpdate?(next: KubeObject, current: KubeObject, now: number): void;
  /** Fills in what is true of a stored object only at the moment at which it is read; the object stays as it is. */
  shown?(object: KubeObject, now: number): KubeObject;
  validate?(object: KubeObject): FieldCause[];
  /** At creation, beside `validate`. */
  validateCreate?(object: KubeObject): FieldCause[];
  /** What other objects have against its creation. @throws ApiError */
  admit?(store: Store, object: KubeObject): Promise<void>;
  /** What other objects have against its change (not of a subresource). @throws ApiError */
  admitUpdate?(store: Store, object: KubeObject): Promise<void>;
  /** Why it may not be deleted. */
  undeletable?(object: KubeObject): string | undefined;
  /** What the client is to be told of an object that is being created, though nothing is wrong with it. */
  createWarnings?(object: KubeObject): string[];
  /** Fills in what was left out of a status that is being written. */
  prepareStatus?(next: KubeObject): void;
  /** Of a change through the status subresource. */
  validateStatus?(next: KubeObject, current: KubeObject): FieldCause[];
  /** `subresource`: through which it is changed, undefined for the object itself. */
  validateUpdate?(next: KubeObject, current: KubeObject, subresource?: string): FieldCause[];
}

/** apiVersion as it stands in objects. */
export const apiVersionOf = (kind: KindInfo): string => (kind.group ? `${kind.group}/${kind.version}` : kind.version);
