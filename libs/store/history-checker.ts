/** What a history of concurrent writers and watchers must look like. Used by history.int.spec.ts; pure, and tested itself. */
import { keyText, type Key } from '#objects';
import type { ChangeType, Revision } from './types.js';

export interface LoggedChange {
  revision: Revision;
  type: ChangeType;
  key: Key;
  /** The attempt that it comes from. */
  attempt: string;
}

/** One write that a writer tried, and what it was told: the revision that it got, or the code of the error. */
export interface Attempt {
  attempt: string;
  key: Key;
  op: 'create' | 'update' | 'status' | 'delete';
  expect?: string;
  revision?: Revision;
  code?: string;
}

/** Everything that is wrong with a history; none is what is wanted. `first`: the revision before the log's first. */
export function violations(first: Revision, log: LoggedChange[], watchers: Record<string, Revision[]>, attempts: Attempt[]): string[] {
  return [...gaps(first, log), ...watcherFaults(log, watchers), ...attemptFaults(log, attempts), ...lostUpdates(log, attempts)];
}

function gaps(first: Revision, log: LoggedChange[]): string[] {
  return log.filter((change, i) => change.revision !== first + 1 + i).map((change, i) => `the log is not dense: ${change.revision} at place ${i}`);
}

function watcherFaults(log: LoggedChange[], watchers: Record<string, Revision[]>): string[] {
  return Object.entries(watchers).flatMap(([name, seen]) => {
    if (seen.length !== log.length) return [`${name} saw ${seen.length} changes of ${log.length}`];
    const at = seen.findIndex((revision, i) => revision !== log[i]!.revision);
    return at < 0 ? [] : [`${name} saw ${seen[at]} where ${log[at]!.revision} was due`];
  });
}

function attemptFaults(log: LoggedChange[], attempts: Attempt[]): string[] {
  const logged = new Map<string, LoggedChange[]>();
  for (const change of log) logged.set(change.attempt, [...(logged.get(change.attempt) ?? []), change]);
  const faults = attempts.flatMap(({ attempt, revision, code }) => {
    const found = logged.get(attempt) ?? [];
    if (found.length > 1) return [`${attempt} stands ${found.length} times in the log`];
    if (code === 'UNKNOWN_OUTCOME') return [];
    if (revision === undefined) return found.length === 0 ? [] : [`${attempt} failed, but stands in the log at ${found[0]!.revision}`];
    return found[0]?.revision === revision ? [] : [`${attempt} succeeded at ${revision}, but the log has it at ${found[0]?.revision}`];
  });
  const known = new Set(attempts.map(({ attempt }) => attempt));
  return [
    ...faults,
    ...[...logged.keys()].filter((attempt) => !known.has(attempt)).map((attempt) => `${attempt} stands in the log, but nobody tried it`),
  ];
}

/** Each write that is in the log must have met the very state that it expected: its object's previous one in the log. */
function lostUpdates(log: LoggedChange[], attempts: Attempt[]): string[] {
  const byName = new Map(attempts.map((attempt) => [attempt.attempt, attempt]));
  const latest = new Map<string, LoggedChange>();
  return log.flatMap((change) => {
    const key = keyText(change.key);
    const before = latest.get(key);
    latest.set(key, change);
    const attempt = byName.get(change.attempt);
    if (!attempt) return [];
    const there = before !== undefined && before.type !== 'DELETED';
    if (attempt.op === 'create') return there ? [`${change.attempt} created ${key}, which was there since ${before.revision}`] : [];
    if (!there) return [`${change.attempt} (${attempt.op}) changed ${key}, which was not there`];
    if (attempt.expect === undefined || attempt.expect === String(before.revision)) return [];
    return [`lost update: ${change.attempt} expected ${key} at ${attempt.expect}, but before ${change.revision} it was at ${before.revision}`];
  });
}
