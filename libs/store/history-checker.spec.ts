import { describe, expect, it } from '@jest/globals';
import { violations, type Attempt, type LoggedChange } from './history-checker.js';

const key = { kind: 'ConfigMap', namespace: 'n', name: 'a' };
const log: LoggedChange[] = [
  { revision: 11, type: 'ADDED', key, attempt: 'w1' },
  { revision: 12, type: 'MODIFIED', key, attempt: 'w2' },
  { revision: 13, type: 'DELETED', key, attempt: 'w3' },
];
const attempts: Attempt[] = [
  { attempt: 'w1', key, op: 'create', revision: 11 },
  { attempt: 'w2', key, op: 'update', expect: '11', revision: 12 },
  { attempt: 'w3', key, op: 'delete', expect: '12', revision: 13 },
  { attempt: 'w4', key, op: 'update', expect: '12', code: 'CONFLICT' },
];
const all = [11, 12, 13];
const but = (name: string, change: Partial<Attempt>) => attempts.map((attempt) => (attempt.attempt === name ? { ...attempt, ...change } : attempt));

describe('the history checker', () => {
  it('finds nothing wrong with a right history', () => expect(violations(10, log, { one: all }, attempts)).toEqual([]));

  it('leaves open what became of an attempt of unknown outcome', () => {
    expect(violations(10, log, {}, but('w3', { revision: undefined, code: 'UNKNOWN_OUTCOME' }))).toEqual([]);
    expect(violations(10, log, {}, but('w4', { code: 'UNKNOWN_OUTCOME' }))).toEqual([]);
  });

  it.each([
    ['a gap', violations(9, log, {}, attempts), /not dense/],
    ['a change that a watcher missed', violations(10, log, { one: [11, 13] }, attempts), /one saw 2 changes of 3/],
    ['changes out of order', violations(10, log, { one: [11, 13, 12] }, attempts), /one saw 13 where 12 was due/],
    ['a change seen twice', violations(10, log, { one: [11, 11, 12] }, attempts), /one saw 11 where 12 was due/],
    ['a lost update', violations(10, log, {}, but('w3', { expect: '11' })), /lost update: w3 expected .* at 11, but before 13 it was at 12/],
    [
      'a write that succeeded and is not there',
      violations(10, log, {}, but('w4', { revision: 14 })),
      /w4 succeeded at 14, but the log has it at undefined/,
    ],
    ['a write that failed and is there', violations(10, log, {}, but('w2', { revision: undefined })), /w2 failed, but stands in the log at 12/],
    ['a write that is there twice', violations(10, [...log, { ...log[0]!, revision: 14 }], {}, attempts), /w1 stands 2 times/],
    ['a write that nobody tried', violations(10, log, {}, attempts.slice(1)), /w1 stands in the log, but nobody tried it/],
    ['a creation of what is there', violations(10, log, {}, but('w2', { op: 'create' })), /w2 created .*, which was there since 11/],
    [
      'a change of what is not there',
      violations(
        10,
        log.slice(1).map((c) => ({ ...c, revision: c.revision - 1 })),
        {},
        attempts,
      ),
      /which was not there/,
    ],
  ])('finds %s', (_sentence, found, message) => expect(found.join('\n')).toMatch(message));
});
