import type { ClockSpec, ClockStatus } from '#clock';
import type { KubeObject } from '#objects';
import { ageColumn, column, nameColumn, wide } from './column.js';
import type { Column } from './column.js';

const specOf = (object: KubeObject): ClockSpec => object.spec as ClockSpec;
const statusOf = (object: KubeObject): ClockStatus => object.status as ClockStatus;

/** `now` of these cells is that of the namespace, which is what this very clock shows: there is none to be read off it. */
export const clockColumns: Column[] = [
  nameColumn,
  column('Rate', 'Seconds of the namespace that pass in a second.', (object) => String(specOf(object).rate)),
  column('Paused', 'Whether time stands still.', (object) => String(specOf(object).paused)),
  column('Now', 'What the clock shows.', (_object, now) => new Date(now).toISOString()),
  ageColumn,
  wide('Step', 'Where the step ends that is under way.', (object) => statusOf(object).step?.to ?? '<none>'),
  wide('Last Step', 'How the step before ended.', (object) => statusOf(object).lastStep?.outcome ?? '<none>'),
];
