import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

describe('turns', () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it('are had at once while there is room', () => {
    const turns = new Turns(2);
    expect([turns.take(false), turns.take(false)]).toEqual([undefined, undefined]);
    expect(turns.take(false)).toBeInstanceOf(Promise);
  });

  it('pass on in the order of those who wait, first those who go first', async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    void turns.take(false);
    for (const [name, first] of [['a', false], ['b', true], ['c', false], ['d', true]] as const) void turns.take(first)!.then(() => order.push(name));
    for (let given = 0; given < 4; given++) {
      turns.give();
      await settle();
    }
    expect(order).toEqual(['b', 'd', 'a', 'c']);
  });

  it('pass to one of the others after sixteen who went first', async () => {
    const turns = new Turns(1);
    const order: string[] = [];
    void turns.take(false);
    void turns.take(false)!.then(() => order.push('other'));
    for (let one = 0; one < 20; one++) void turns.take(true)!.then(() => order.push('first'));
    for (let given = 0; given < 21; given++) {
      turns.give();
      await settle();
    }
    expect(order.indexOf('other')).toBe(16);
    expect(order).toHaveLength(21);
  });

  it('that nobody waits for are there for the next', async () => {
    const turns = new Turns(1);
    void turns.take(false);
    turns.give();
    expect(turns.take(false)).toBeUndefined();
  });
});
