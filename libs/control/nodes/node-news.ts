/** Which changes of a node could help pods that fitted nowhere: pure. Source: the queueing hints of the plugins in pkg/scheduler. */
import { isDeepStrictEqual } from 'node:util';
import type { Node } from '#objects';

/** What the scheduler reads of a node. */
const readOf = ({ metadata, spec, status }: Node) => [
  metadata.labels,
  spec?.unschedulable ?? false,
  spec?.taints,
  status?.allocatable ?? status?.capacity,
  status?.conditions?.find(({ type }) => type === 'Ready')?.status,
  metadata.deletionTimestamp,
];

/** Undefined: it was, or is, not there. */
export const couldHelp = (before: Node | undefined, after: Node | undefined): boolean => after === undefined || before === undefined || !isDeepStrictEqual(readOf(before), readOf(after));
