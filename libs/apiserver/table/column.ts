import type { KubeObject } from '#objects';
import { fromTime, humanDuration } from '#objects';

/** metav1.TableColumnDefinition with how its cell is made. `now`: epoch ms. */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'boolean';
  format: '' | 'name';
  description: string;
  /** 0: always shown; 1: with -o wide. */
  priority: number;
  cell(object: KubeObject, now: number): string | number | boolean;
}

type Cell = Column['cell'];

export const column = (name: string, description: string, cell: Cell): Column => ({
  name,
  type: 'string',
  format: '',
  description,
  priority: 0,
  cell,
});
export const wide = (name: string, description: string, cell: Cell): Column => ({ ...column(name, description, cell), priority: 1 });
export const nameColumn: Column = {
  ...column('Name', 'Name must be unique within a namespace.', (object) => object.metadata.name ?? ''),
  format: 'name',
};
export const ageColumn = column('Age', 'CreationTimestamp is a timestamp representing the server time when this object was created.', (object, now) =>
  age(object.metadata.creationTimestamp, now),
);

/** How long ago a time stamp was, as kubectl shows it. */
export function age(time: string | null | undefined, now: number): string {
  const at = fromTime(time);
  return at === undefined ? '<unknown>' : humanDuration(now - at);
}

export const orNone = (text: string | undefined): string => text || '<none>';

/** `a=b,c=d` in the order of the keys. */
export function labelText(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return orNone(pairs.sort().join(','));
}

/** The first `max` items, and how many more there are. */
export function firstOf(items: string[], max: number): string {
  if (items.length === 0) return '<none>';
  const shown = items.slice(0, max).join(',');
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown;
}
