import type { KubeObject } from '#objects';
import type { KindInfo } from '../types.js';
import type { Column } from './column.js';
import { columnsOf } from './columns.js';

/** What goes with each row besides its cells. */
export type IncludeObject = 'Metadata' | 'Object' | 'None';

/** metav1.Table. */
export interface Table {
  kind: 'Table';
  apiVersion: 'meta.k8s.io/v1';
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  columnDefinitions: Omit<Column, 'cell'>[];
  rows: { cells: (string | number | boolean)[]; object?: unknown }[];
}

/** `now`: epoch ms, for ages; of each namespace where they differ. */
export function toTable(kind: KindInfo, objects: KubeObject[], metadata: Table['metadata'], now: number | ((namespace: string) => number), include: IncludeObject = 'Metadata'): Table {
  const columns = columnsOf(kind.kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ cell: _cell, ...definition }) => definition),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, typeof now === 'number' ? now : now(object.metadata.namespace ?? ''))),
      ...(include !== 'None' && { object: include === 'Object' ? object : partialMetadata(object) }),
    })),
  };
}

/** metav1.PartialObjectMetadata. */
export const partialMetadata = (object: KubeObject): KubeObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata,
});
