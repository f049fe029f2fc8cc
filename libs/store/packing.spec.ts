import { describe, expect, it } from '@jest/globals';
import { MAX_BYTES, MAX_UNITS, batchArguments, byHalves, pack } from './packing.js';
import { makeUnit } from './unit.js';

interface Waiting {
  name: string;
  changes: Set<string>;
  relies: Set<string>;
  bytes: number;
}
/** 'a: x y | z' is unit a, which changes x and y and relies on z. */
const waiting = (text: string): Waiting => {
  const [name, keys = ''] = text.split(':');
  const [changes, relies] = keys.split('|').map((part) => new Set(part.trim().split(' ').filter(Boolean)));
  return { name: name!, changes: changes!, relies: relies ?? new Set(), bytes: 100 };
};
const names = (units: Waiting[]) => units.map((unit) => unit.name).join('');

describe('pack', () => {
  const cases: [sentence: string, queue: string[], batch: string, rest: string][] = [
    ['takes units that have nothing in common together', ['a: x', 'b: y', 'c: z'], 'abc', ''],
    ['lets a second write of a key wait', ['a: x', 'b: x', 'c: y'], 'ac', 'b'],
    ['keeps the order of a key: what meets a waiting unit waits too', ['a: x', 'b: x y', 'c: y', 'd: z'], 'ad', 'bc'],
    ['lets a unit wait that relies on what another changes', ['a: x', 'b: y | x'], 'a', 'b'],
    ['lets a unit wait that changes what another relies on', ['a: x | y', 'b: y'], 'a', 'b'],
    ['lets a unit wait that changes what a waiting one relies on', ['a: x', 'b: x | y', 'c: y'], 'a', 'bc'],
    ['takes units together that rely on the same', ['a: x | q', 'b: y | q'], 'ab', ''],
    ['takes a unit that overlaps with nothing but itself', ['a: x | x'], 'a', ''],
  ];
  it.each(cases)('%s', (_sentence, queue, batch, rest) => {
    const packed = pack(queue.map(waiting));
    expect([names(packed.batch), names(packed.rest)]).toEqual([batch, rest]);
  });

  it(`takes at most ${MAX_UNITS} units, and keeps the order of the rest`, () => {
    const queue = Array.from({ length: MAX_UNITS + 50 }, (_, i) => waiting(`${i},: key${i}`));
    const packed = pack(queue);
    expect([...packed.batch, ...packed.rest]).toEqual(queue);
    expect(packed.batch).toHaveLength(MAX_UNITS);
  });

  it('takes at most a few megabytes, but always one unit', () => {
    const [a, b, c] = ['a: x', 'b: y', 'c: z'].map((text) => ({ ...waiting(text), bytes: MAX_BYTES }));
    expect(names(pack([a!, b!, c!]).batch)).toBe('a');
    expect(names(pack([{ ...a!, bytes: MAX_BYTES * 2 }]).batch)).toBe('a');
  });
});

describe('byHalves', () => {
  const cases: [sentence: string, bad: string, fault: boolean, done: string, refused: string, attempts: string[]][] = [
    ['does all at once when nothing is wrong', '', true, 'abcdefgh', '', ['abcdefgh']],
    ['refuses the culprit alone', 'f', true, 'abcdegh', 'f', ['abcdefgh', 'abcd', 'efgh', 'ef', 'e', 'f', 'gh']],
    ['finds two culprits', 'ah', true, 'bcdefg', 'ah', ['abcdefgh', 'abcd', 'ab', 'a', 'b', 'cd', 'efgh', 'ef', 'gh', 'g', 'h']],
    ['refuses all when none of them is to blame', 'f', false, '', 'abcdefgh', ['abcdefgh']],
  ];
  it.each(cases)('%s', async (_sentence, bad, fault, done, refused, attempts) => {
    const seen = { done: '', refused: '', attempts: [] as string[] };
    const attempt = async (units: readonly string[]) => {
      seen.attempts.push(units.join(''));
      if (units.some((unit) => bad.includes(unit))) throw new Error('refused');
      seen.done += units.join('');
    };
    await byHalves(
      [...'abcdefgh'],
      attempt,
      () => fault,
      (unit) => (seen.refused += unit),
    );
    expect(seen).toEqual({ done, refused, attempts });
  });
});

describe('batchArguments', () => {
  it('puts bodies side by side as UTF-8 and says where each stands', () => {
    const cause = { by: 'test', what: 'request', detail: 'ü' } as const;
    const unit = (name: string) => {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'n', uid: name }, data: { text: '€\0' } };
      return makeUnit(
        { writes: [{ op: 'create', object, cause }], preconditions: [{ lease: 'node', epoch: 3 }] },
        () => undefined,
        () => undefined,
      );
    };
    const [writes, preconditions, syncs, bodies] = batchArguments([unit('a'), unit('b')]);
    const headers = JSON.parse(writes) as Record<string, [number, number]>[];
    const text = ([start, length]: [number, number]) => bodies.subarray(start, start + length).toString();
    expect(headers.map((header) => [header.u, header.i, text(header.rest!), text(header.metadata!), text(header.cause!), header.spec])).toEqual([
      [
        0,
        0,
        '{"apiVersion":"v1","kind":"ConfigMap","data":{"text":"€\\u0000"}}',
        '{"name":"a","namespace":"n","uid":"a"}',
        JSON.stringify(cause),
        undefined,
      ],
      [
        1,
        0,
        '{"apiVersion":"v1","kind":"ConfigMap","data":{"text":"€\\u0000"}}',
        '{"name":"b","namespace":"n","uid":"b"}',
        JSON.stringify(cause),
        undefined,
      ],
    ]);
    expect(JSON.parse(preconditions)).toEqual([
      { u: 0, i: -1, lease: 'node', epoch: 3 },
      { u: 1, i: -1, lease: 'node', epoch: 3 },
    ]);
    expect(JSON.parse(syncs)).toEqual([]);
  });
});
