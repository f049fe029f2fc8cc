import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '#objects';
import { StoreError } from './errors.js';
import type { CommitRequest } from './types.js';
import { makeUnit } from './unit.js';

const cause = { by: 'test', what: 'request', detail: '' } as const;
const pod = (name: string, more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '7', labels: { app: 'x' }, ...more },
  spec: { nodeName: 'node-1' },
  status: { phase: 'Running' },
});
const unit = (request: CommitRequest) =>
  makeUnit(
    request,
    () => undefined,
    () => undefined,
  );

describe('a unit', () => {
  const refused: [sentence: string, request: CommitRequest, code: string, message: RegExp][] = [
    [
      'two writes of one key',
      {
        writes: [
          { op: 'create', object: pod('a'), cause },
          { op: 'update', object: pod('a'), cause },
        ],
      },
      'INVALID',
      /written twice/,
    ],
    ['an object without uid', { writes: [{ op: 'create', object: pod('a', { uid: undefined }), cause }] }, 'INVALID', /metadata.uid is not set/],
    ['an object without name', { writes: [{ op: 'create', object: pod(''), cause }] }, 'INVALID', /needs a kind and a name/],
    ['\\u0000 in a name', { writes: [{ op: 'create', object: pod('a\0b'), cause }] }, 'INVALID', /"name" contains \\u0000/],
    ['\\u0000 in a label', { writes: [{ op: 'create', object: pod('a', { labels: { app: '\0' } }), cause }] }, 'INVALID', /"app" contains \\u0000/],
    [
      '\\u0000 in a selectable field',
      { writes: [{ op: 'create', object: { ...pod('a'), spec: { schedulerName: '\0' } }, cause }] },
      'INVALID',
      /"spec.schedulerName" contains \\u0000/,
    ],
    [
      'an expected resourceVersion that is no number',
      { writes: [{ op: 'update', object: pod('a'), expect: 'abc', cause }] },
      'CONFLICT',
      /"abc" is no resourceVersion/,
    ],
    ["'own' of a pod that it does not write", { writes: [], podSync: [{ uid: 'x', syncedRevision: 'own' }] }, 'INVALID', /needs a write of that pod/],
    [
      'two notes about one pod',
      {
        writes: [],
        podSync: [
          { uid: 'x', dueAt: 1 },
          { uid: 'x', dueAt: 2 },
        ],
      },
      'INVALID',
      /stands twice/,
    ],
  ];
  it.each(refused)('refuses %s', (_sentence, request, code, message) => {
    const error = (() => {
      try {
        unit(request);
      } catch (caught) {
        return caught as StoreError;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(StoreError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('sends of a status write neither metadata nor spec nor labels, and only the fields of status', () => {
    const { writes, bodies } = unit({ writes: [{ op: 'status', object: pod('a'), expect: '7', cause }] });
    expect(writes[0]).toEqual({
      op: 'status',
      kind: 'Pod',
      namespace: 'default',
      name: 'a',
      uid: 'uid-a',
      expect: 7,
      cause: 0,
      status: 1,
      fields: { 'status.phase': 'Running', 'status.podIP': '', 'status.nominatedNodeName': '' },
    });
    expect(bodies.map(String)).toEqual([JSON.stringify(cause), '{"phase":"Running"}']);
  });

  it('stores metadata without resourceVersion, and no field that is empty or part of the key', () => {
    const { writes, bodies } = unit({ writes: [{ op: 'create', object: pod('a'), cause }] });
    expect(String(bodies[writes[0]!.metadata!])).toBe('{"name":"a","namespace":"default","uid":"uid-a","labels":{"app":"x"}}');
    expect(writes[0]!.fields).toEqual({ 'spec.nodeName': 'node-1', 'spec.hostNetwork': 'false', 'status.phase': 'Running' });
  });

  it('takes what the object is now: later changes of it are not committed', () => {
    const object = pod('a');
    const { writes, bodies } = unit({ writes: [{ op: 'create', object, cause }] });
    object.metadata.labels!.app = 'changed';
    expect(String(bodies[writes[0]!.metadata!])).toContain('"app":"x"');
  });

  it('joins a note about a pod to the write of that pod', () => {
    const { writes, syncs } = unit({
      writes: [{ op: 'status', object: pod('a'), cause }],
      podSync: [{ uid: 'uid-a', syncedRevision: 'own', dueAt: 1.5, memo: {} }],
    });
    expect(writes[0]).toMatchObject({ sync: -1, dueSet: true, due: 2, memo: 2 });
    expect(syncs).toEqual([]);
  });
});
