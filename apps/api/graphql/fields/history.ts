import { displayStatus, podDifferences, readyColumn, restartsColumn } from '#lifecycle';
import type { Cause } from '#store';
import type { CauseResolvers, CauseType, PodHistoryEntryResolvers, SpanResolvers } from '../generated/types.js';

const TYPES: Record<Cause['what'], CauseType> = {
  request: 'REQUEST',
  'container-exit': 'CONTAINER_EXIT',
  probe: 'PROBE',
  timer: 'TIMER',
  runtime: 'RUNTIME',
  decision: 'DECISION',
};
/** Whose decisions have a name of their own. */
const DECIDERS: Record<string, CauseType> = { scheduler: 'SCHEDULER', nodes: 'NODE' };

export const causeFields: CauseResolvers = {
  type: ({ by, what }) => DECIDERS[by] ?? TYPES[what],
  message: ({ detail }) => detail,
};

export const podStepFields: PodHistoryEntryResolvers = {
  time: ({ at }) => new Date(at).toISOString(),
  committedAt: ({ committedAt }) => new Date(committedAt).toISOString(),
  uid: ({ pod }) => pod.metadata.uid,
  phase: ({ pod }) => pod.status.phase ?? 'Unknown',
  displayStatus: ({ pod, at }) => displayStatus(pod, at),
  ready: ({ pod }) => readyColumn(pod),
  restarts: ({ pod, at }) => Number.parseInt(restartsColumn(pod, at), 10),
  changes: ({ before, pod, type }) => podDifferences(before, pod, type === 'ADDED'),
  why: ({ cause }) => cause,
};

const time = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString());

export const spanFields: SpanResolvers = {
  start: ({ start }) => new Date(start).toISOString(),
  end: ({ end }) => time(end),
  expectedEnd: ({ expectedEnd }) => time(expectedEnd),
};
