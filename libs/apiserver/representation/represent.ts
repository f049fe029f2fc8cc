import { stringify } from 'yaml';
import type { KubeObject } from '#objects';
import type { ListResult } from '#store';
import { apiVersionOf } from '../kinds/row.js';
import { findKind } from '../kinds/table.js';
import { partialMetadata, toTable } from '../table/table.js';
import type { IncludeObject } from '../table/table.js';
import type { KindInfo } from '../types.js';
import type { Form, Representation } from './accept.js';

export interface View {
  form: Form;
  include: IncludeObject;
  /** Real time, epoch ms. */
  now: number;
  /** What time it is in a namespace, epoch ms: for ages. Default: real time. */
  times?: (namespace: string) => number;
}

/** One object in the form that was asked for. A Status stays what it is. */
export function representObject(kind: KindInfo, object: KubeObject, view: View): unknown {
  const { form, include, now } = view;
  if (object.kind === 'Status') return object;
  if (form === 'object') return shown(kind, object, now);
  if (form === 'metadata') return partialMetadata(object);
  return toTable(kind, [object], { resourceVersion: object.metadata.resourceVersion }, timesOf(view), include);
}

export function representList(kind: KindInfo, result: ListResult, view: View): unknown {
  const { form, include, now } = view;
  const metadata = {
    resourceVersion: String(result.revision),
    ...(result.continue !== undefined && { continue: result.continue }),
    ...(result.remaining !== undefined && { remainingItemCount: result.remaining }),
  };
  if (form === 'table') return toTable(kind, result.items, metadata, timesOf(view), include);
  if (form === 'metadata')
    return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: result.items.map(partialMetadata) };
  return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: result.items.map((item) => shown(kind, item, now)) };
}

const timesOf = ({ now, times }: View): View['now'] | NonNullable<View['times']> => times ?? now;

const shown = (kind: KindInfo, object: KubeObject, now: number): KubeObject => findKind(kind.kind)?.shown?.(object, now) ?? object;

export const contentType = ({ encoding }: Pick<Representation, 'encoding'>): string =>
  encoding === 'yaml' ? 'application/yaml' : 'application/json';

export function encodeBody(value: unknown, { encoding }: Pick<Representation, 'encoding'>): string {
  return encoding === 'yaml' ? stringify(value, { aliasDuplicateObjects: false }) : `${JSON.stringify(value)}\n`;
}
