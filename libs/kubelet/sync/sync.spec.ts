import { describe, expect, it } from '@jest/globals';
import type { RuntimeContainer } from '#runtime';
import { causeOf } from './cause.js';
import { same } from './same.js';

describe('comparing two states', () => {
  it.each([
    ['equal objects whatever the order of their fields', { a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
    ['a field that is undefined like one that is absent', { a: 1, b: undefined }, { a: 1 }, true],
    ['an absent field unlike null', { a: null }, {}, false],
    ['lists of another length', [1, 2], [1], false],
    ['a list unlike an object', [], {}, false],
    ['another value deep inside', { a: { b: { c: 1 } } }, { a: { b: { c: 2 } } }, false],
    ['a field more', { a: 1 }, { a: 1, b: 2 }, false],
  ])('takes %s', (_what, a, b, equal) => {
    expect([same(a, b), same(b, a)]).toEqual([equal, equal]);
  });
});

describe('the cause of what a sync writes', () => {
  const exited = { id: 'c1', metadata: { name: 'app', attempt: 0 }, exitCode: 3, reason: 'Error' } as RuntimeContainer;

  it('is the most telling of what woke it', () => {
    const timer = { what: 'timer', detail: 'the pod was due' } as const;
    const exit = { what: 'container-exit', detail: 'a container exited', id: 'c1' } as const;
    expect(causeOf('n', [timer, exit], [exited])).toEqual({ by: 'node:n', what: 'container-exit', detail: 'container app exited with code 3 (Error)' });
    expect(causeOf('n', [timer], [exited])).toEqual({ by: 'node:n', what: 'timer', detail: 'the pod was due' });
  });
});
