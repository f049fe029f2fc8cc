import { describe, expect, it } from '@jest/globals';
import { cancellable } from './cancellable.js';

describe('a cancellable generator', () => {
  it('ends at once when its reader leaves, also while it waits for what may never come', async () => {
    let cleanedUp = false;
    const values = cancellable(async function* (signal) {
      try {
        yield 1;
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      } finally {
        cleanedUp = true;
      }
    });
    expect(await values.next()).toEqual({ done: false, value: 1 });
    const waiting = values.next();
    expect(await values.return('left')).toEqual({ done: true, value: 'left' });
    expect(await waiting).toMatchObject({ done: true });
    expect(cleanedUp).toBe(true);
  });

  it('passes on what goes wrong', async () => {
    const values = cancellable<number>(async function* () {
      yield 1;
      throw new Error('broken');
    });
    await values.next();
    await expect(values.next()).rejects.toThrow('broken');
  });
});
