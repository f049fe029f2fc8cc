import { describe, expect, it } from '@jest/globals';
import { LogChange, type LogRow } from './log-change.js';
import { changeTypeFor, inScope } from './selection.js';
import type { ChangeType } from './types.js';

const change = (type: ChangeType, labels: object, previous?: object, more: Partial<LogRow> = {}) =>
  new LogChange({
    revision: 5,
    at: 1,
    type,
    kind: 'Pod',
    namespace: 'default',
    name: 'a',
    uid: 'u',
    labels: JSON.stringify(labels),
    fields: '{"status.phase":"Running"}',
    previous_labels: previous ? JSON.stringify(previous) : null,
    previous_fields: null,
    cause: '{}',
    rest: '{"apiVersion":"v1","kind":"Pod"}',
    metadata: '{"name":"a"}',
    spec: null,
    status: '{"phase":"Running"}',
    log_bytes: 1,
    ...more,
  });
const red = { color: 'red' };
const blue = { color: 'blue' };

describe('a change reaches a watcher of red objects', () => {
  const cases: [sentence: string, change: LogChange, type: ChangeType | undefined][] = [
    ['as ADDED when it was created red', change('ADDED', red), 'ADDED'],
    ['not when it was created blue', change('ADDED', blue), undefined],
    ['as MODIFIED when it stayed red', change('MODIFIED', red), 'MODIFIED'],
    ['not when it stayed blue', change('MODIFIED', blue), undefined],
    ['as ADDED when it became red', change('MODIFIED', red, blue), 'ADDED'],
    ['as DELETED when it became blue', change('MODIFIED', blue, red), 'DELETED'],
    ['as DELETED when it was red and was deleted', change('DELETED', red), 'DELETED'],
    ['not when it was blue and was deleted', change('DELETED', blue), undefined],
    ['as DELETED when its last state is blue but the one before was red', change('DELETED', blue, red), 'DELETED'],
    ['not when its last state is red but the one before was blue', change('DELETED', red, blue), undefined],
  ];
  it.each(cases)('%s', (_sentence, one, type) => {
    expect(changeTypeFor((labels) => labels.color === 'red', one)).toBe(type);
  });

  it('with the fields before it, too', () => {
    const ended = change('MODIFIED', {}, undefined, { fields: '{"status.phase":"Succeeded"}', previous_fields: '{"status.phase":"Running"}' });
    expect(changeTypeFor((_labels, fields) => fields['status.phase'] === 'Running', ended)).toBe('DELETED');
    expect(changeTypeFor((_labels, fields) => fields['status.phase'] === 'Succeeded' && fields['metadata.name'] === 'a', ended)).toBe('ADDED');
  });

  it('as it is when nothing is selected', () => expect(changeTypeFor(undefined, change('MODIFIED', blue))).toBe('MODIFIED'));
});

describe('a scope', () => {
  it.each([
    [{ kind: 'Pod' }, true],
    [{ kind: 'Pod', namespace: 'default' }, true],
    [{ kind: 'Pod', namespace: 'default', name: 'a' }, true],
    [{ kind: 'Pod', name: 'a' }, true],
    [{ kind: 'Pod', namespace: 'other' }, false],
    [{ kind: 'Pod', name: 'b' }, false],
    [{ kind: 'Service' }, false],
  ])('%j holds Pod default/a: %p', (scope, holds) => expect(inScope(scope, change('ADDED', {}))).toBe(holds));
});

describe('a change', () => {
  it('is put together from its parts, with its revision as resourceVersion', () => {
    const one = change('ADDED', red);
    expect(one.json).toBe('{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","resourceVersion":"5"},"status":{"phase":"Running"}}');
    expect(one.object).toEqual(JSON.parse(one.json));
    expect(one.object).toBe(one.object);
  });

  it('has nothing before it when it was ADDED', () => {
    expect(change('ADDED', red).previousLabels).toBeUndefined();
    expect(change('ADDED', red).previousFields).toBeUndefined();
    expect(change('MODIFIED', red).previousLabels).toEqual(red);
  });

  it('names every selectable field of its kind, the empty ones too', () => {
    expect(change('ADDED', red).fields).toMatchObject({ 'metadata.namespace': 'default', 'status.phase': 'Running', 'spec.nodeName': '' });
  });
});
