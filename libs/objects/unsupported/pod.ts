/** Whoever creates a pod is told of what it says and nothing acts on, so that no field is ignored in silence. */
import { containersOf } from '../containers.js';
import type { Pod } from '../types.js';
import { UNSUPPORTED } from './table.js';
import type { Row } from './table.js';

export interface UnsupportedField {
  /** As in `spec.containers[0].livenessProbe.grpc`. */
  field: string;
  /** What happens instead. */
  message: string;
}

type Fields = Readonly<Record<string, unknown>>;
type Told = (field: string, value: unknown, parent: unknown) => void;

type Rows = Map<string, { row: Row; steps: string[] }[]>;

/** Rows by the first field of their path: most rows are of fields that a pod does not have. */
function rowsByField(ofContainers: boolean): Rows {
  const rows: Rows = new Map();
  for (const row of UNSUPPORTED) {
    const steps = row.path.split('.');
    if ((steps[0] === 'container') !== ofContainers) continue;
    if (ofContainers) steps.shift();
    const field = steps[0]!.replace('[]', '');
    rows.set(field, [...(rows.get(field) ?? []), { row, steps }]);
  }
  return rows;
}
const OF_SPEC = rowsByField(false);
const OF_CONTAINERS = rowsByField(true);

/** As it stands after defaulting; what defaulting gives is not told. */
export function unsupportedPodFields(pod: Pod): UnsupportedField[] {
  const { spec } = pod;
  const found: UnsupportedField[] = [];
  const once = new Set<Row>();
  const look = (rows: Rows, path: string, object: object) => {
    for (const name of Object.keys(object)) {
      for (const { row, steps } of rows.get(name) ?? []) {
        follow(path, object, steps, row.honoured, (field, value, parent) => {
          const asks = row.when ? row.when(value as never, { spec, parent: parent as never }) : isSet(value);
          if (!asks || once.has(row)) return;
          if (row.once) once.add(row);
          found.push({ field, message: row.message });
        });
      }
    }
  };
  look(OF_SPEC, 'spec', spec);
  for (const { container, path } of containersOf(spec)) look(OF_CONTAINERS, path, container);
  return found;
}

/** For kubectl, which shows them as `Warning: ...`. */
export const unsupportedPodWarnings = (pod: Pod): string[] => unsupportedPodFields(pod).map(({ field, message }) => `${field}: ${message}`);

/** Tells of every place that `steps` lead to from `object`, which stands at `path`. */
function follow(path: string, object: unknown, [step, ...rest]: string[], honoured: readonly string[] = [], told: Told): void {
  const fields = object as Fields;
  const go = (field: string, value: unknown, parent: unknown) => {
    if (value === undefined || value === null) return;
    if (rest.length === 0) told(field, value, parent);
    else follow(field, value, rest, honoured, told);
  };
  if (step === '*') {
    for (const [name, value] of Object.entries(fields)) if (!honoured.includes(name)) go(`${path}.${name}`, value, fields);
  } else if (step!.endsWith('[]')) {
    const name = step!.slice(0, -2);
    for (const [index, item] of ((fields[name] ?? []) as unknown[]).entries()) go(`${path}.${name}[${index}]`, item, fields);
  } else {
    go(`${path}.${step}`, fields[step!], fields);
  }
}

/** False, 0, '' and what is empty ask for nothing that would not happen anyway. */
function isSet(value: unknown): boolean {
  if (!value) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}
