import { describe, expect, it } from '@jest/globals';
import { Limit } from './limit.js';

describe('Limit', () => {
  it('runs so many at once, the others in the order they came, whatever fails', async () => {
    const limit = new Limit(2);
    const ends: (() => void)[] = [];
    const started: number[] = [];
    const run = (n: number) =>
      limit.run(async () => {
        started.push(n);
        await new Promise<void>((resolve, reject) => ends.push(n === 0 ? () => reject(new Error('failed')) : resolve));
        return n;
      });
    const results = Promise.allSettled([0, 1, 2, 3].map(run));
    expect(started).toEqual([0, 1]);
    for (let i = 0; i < 4; i++) {
      ends[i]!();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(started).toEqual([0, 1, 2, 3]);
    expect((await results).map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual(['failed', 1, 2, 3]);
  });
});
